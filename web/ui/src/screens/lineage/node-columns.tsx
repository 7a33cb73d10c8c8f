import type { JSX } from 'preact';
import type { ColumnOrigin } from '../../../../api/lineage-answers.ts';
import type { LineageNode } from '../../api/lineage.ts';
import { getColumns, getKnownColumns } from '../../api/lineage-columns.ts';
import { useLive } from '../../api/live.ts';
import { param, setParams } from '../../app/router.ts';
import { columnId, shortName } from '../../format/lineage-id.ts';
import { words } from '../../i18n/language.ts';
import { Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

interface Row {
  readonly dataset: string;
  readonly column: string;
  readonly type?: string;
  /** One for each job that fills it. */
  readonly origins: readonly ColumnOrigin[];
}

/** Columns of a dataset, or those a job fills, each with whom it comes from. */
async function loadRows({ id, kind }: LineageNode, signal: AbortSignal): Promise<readonly Row[]> {
  const [{ columns }, known] = await Promise.all([
    getColumns({ of: id, depth: 1 }, signal),
    kind === 'dataset' ? getKnownColumns(id, signal) : [],
  ]);
  const nearest = columns.filter(origin => (kind === 'dataset' ? origin.dataset === id : origin.job === id));
  const rows = new Map<string, Row>();
  for (const { name, ...type } of known)
    rows.set(columnId(id, name), { dataset: id, column: name, ...type, origins: [] });
  for (const origin of nearest) {
    const key = columnId(origin.dataset, origin.column);
    const row = rows.get(key) ?? { dataset: origin.dataset, column: origin.column, origins: [] };
    rows.set(key, { ...row, origins: [...row.origins, origin] });
  }
  return [...rows.values()];
}

/** Lists the columns of a node; choosing one draws where it comes from. */
export function NodeColumns({ node }: { node: LineageNode }): JSX.Element {
  const { columns: w } = words();
  const live = useLive(`node-columns/${node.id}`, signal => loadRows(node, signal), { every: 12 });
  return (
    <div class="node-columns">
      <Region live={live} rows={3}>
        {rows =>
          rows.length === 0 ? (
            <p class="card-body muted">{node.kind === 'job' ? w.noneOfJob : w.none}</p>
          ) : (
            <div class="table-scroll column-list">
              <table class="table" data-testid="columns">
                <thead>
                  <tr>
                    <th>
                      {w.column} <span class="count">{rows.length}</span>
                    </th>
                    <th>{w.from}</th>
                    <th class="column-how">{w.how}</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map(row => (
                    <ColumnRow key={columnId(row.dataset, row.column)} row={row} qualified={node.kind === 'job'} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Region>
    </div>
  );
}

function ColumnRow({ row, qualified }: { row: Row; qualified: boolean }): JSX.Element {
  const { columns: w } = words();
  const id = columnId(row.dataset, row.column);
  const chosen = param('column') === id;
  const sources = row.origins.flatMap(origin => origin.sources.filter(({ type }) => type === 'value'));
  const open = row.origins.some(origin => origin.open);
  const names = [...new Set(sources.map(({ dataset, column }) => `${shortName(dataset)}.${column}`))];
  return (
    <tr class={chosen ? 'chosen' : ''}>
      <td>
        <button
          type="button"
          class="value-link mono"
          aria-pressed={chosen}
          onClick={() => setParams({ column: chosen ? undefined : id })}
        >
          {qualified ? `${shortName(row.dataset)}.${row.column}` : row.column}
        </button>{' '}
        {row.type && <span class="muted mono">{row.type}</span>}
      </td>
      <td class="mono column-from">
        {names.join(', ') || (row.origins.length === 0 ? w.unfilled : open ? '' : w.noValue)}
        {open && (
          <span class="pill" {...tip(w.openHow)}>
            {w.open}
          </span>
        )}
      </td>
      <td class="mono soft column-how">
        {[...new Set(row.origins.flatMap(({ steps }) => steps.slice(-1)))].join(' | ')}
      </td>
    </tr>
  );
}
