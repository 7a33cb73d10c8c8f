import type { JSX } from 'preact';
import type { Checked } from '../../api/lineage-check.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { tip } from '../../parts/tip.ts';

/** Columns drawn of one query. */
const DRAWN = 200;

/** Last part of `catalog.database.table[.column]`; a part in backticks may hold dots. */
function lastPart(name: string): string {
  const parts = name.match(/`(?:[^`]|``)*`|[^.]+/g) ?? [name];
  return parts.at(-1) ?? name;
}

/** `table.column` of a fully qualified column. */
function shortColumn(name: string): string {
  const parts = name.match(/`(?:[^`]|``)*`|[^.]+/g) ?? [name];
  return parts.slice(-2).join('.');
}

/** The tables a script reads, looks up and writes, and where the columns of its last query come from. */
export function ParsedTables({ parsed }: { parsed: Checked['parsed'] }): JSX.Element {
  const { check: w } = words();
  const dims = new Set(parsed.dims);
  const groups = [
    [w.writes, parsed.sink],
    [w.reads, parsed.sources.filter(name => !dims.has(name))],
    [w.lookups, parsed.dims],
  ] as const;
  const columns = parsed.columns ?? [];
  return (
    <Card title={w.tables}>
      <dl class="facts card-body" data-testid="parsed">
        {groups.map(([label, names]) => (
          <Group key={label} label={label} names={names} />
        ))}
      </dl>
      {columns.length > 0 && (
        <div class="table-scroll column-list">
          <table class="table">
            <thead>
              <tr>
                <th class="num">#</th>
                <th>{w.columnFrom}</th>
              </tr>
            </thead>
            <tbody>
              {columns.slice(0, DRAWN).map((sources, i) => (
                <tr key={i}>
                  <td class="num muted">{i + 1}</td>
                  <td class="mono" {...tip(sources.join('\n'))}>
                    {sources.map(shortColumn).join(', ') || <span class="muted">{w.constant}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {columns.length > DRAWN && <p class="card-body muted">{w.moreColumns(columns.length - DRAWN)}</p>}
    </Card>
  );
}

function Group({ label, names }: { label: string; names: readonly string[] }): JSX.Element {
  return (
    <>
      <dt>{label}</dt>
      <dd class="row wrap mono">
        {names.length === 0 && <span class="muted">–</span>}
        {names.map(name => (
          <span key={name} {...tip(name)}>
            {lastPart(name)}
          </span>
        ))}
      </dd>
    </>
  );
}
