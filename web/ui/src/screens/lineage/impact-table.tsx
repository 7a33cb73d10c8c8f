import type { JSX } from 'preact';
import type { ImpactAnswer } from '../../../../api/lineage-answers.ts';
import { link, param, setParams } from '../../app/router.ts';
import { columnOf, shortName } from '../../format/lineage-id.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { LevelBadge } from '../../parts/level.tsx';
import { tip } from '../../parts/tip.ts';
import { type ImpactGroup, type ImpactRow, impactCsv, kindOf } from './impact-rows.ts';
import { NodeGlyph } from './node-box.tsx';

/** Rows drawn; the download holds them all. */
const DRAWN = 400;
const GROUPS: readonly ImpactGroup[] = ['report', 'job', 'dataset'];

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}

/** Everything a change reaches, reports first, as rows that lead on and as a CSV file. */
export function ImpactTable({ impact, rows }: { impact: ImpactAnswer; rows: readonly ImpactRow[] }): JSX.Element {
  const { impact: w, lineage } = words();
  const group = GROUPS.find(known => known === param('group'));
  const chosen = group === undefined ? rows : rows.filter(row => row.group === group);
  const file = `impact-${shortName(impact.of.id)}${impact.of.column ? `-${impact.of.column}` : ''}.csv`;
  const more = (
    <span class="row wrap">
      {GROUPS.map(name => (
        <button
          key={name}
          type="button"
          class="button"
          aria-pressed={group === name}
          onClick={() => setParams({ group: group === name ? undefined : name })}
        >
          {w.groups[name]} {rows.filter(row => row.group === name).length}
        </button>
      ))}
      <button type="button" class="button" onClick={() => save(file.replaceAll(/[^\w.-]+/g, '_'), impactCsv(chosen))}>
        {w.csv}
      </button>
    </span>
  );
  return (
    <Card title={w.list} count={chosen.length} more={more}>
      <div class="table-scroll">
        <table class="table impact-table">
          <thead>
            <tr>
              <th>{w.name}</th>
              <th>{w.owner}</th>
              <th>{w.certainty}</th>
              <th class="num">{w.distance}</th>
              <th class="impact-columns">{w.columns}</th>
            </tr>
          </thead>
          <tbody>
            {chosen.slice(0, DRAWN).map(row => (
              <Row key={row.id} row={row} from={impact.of.id} kind={lineage.kinds[kindOf(row.id)]} />
            ))}
          </tbody>
        </table>
      </div>
      {chosen.length > DRAWN && <p class="card-body muted">{w.moreRows(chosen.length - DRAWN)}</p>}
    </Card>
  );
}

function Row({ row, from, kind }: { row: ImpactRow; from: string; kind: string }): JSX.Element {
  const { impact: w, river } = words();
  const names = row.columns.map(id => columnOf(id)?.column ?? id);
  const way = [...row.via, row.id].map(shortName).join(' → ');
  return (
    <tr data-testid="impact-row" class={row.stopped ? 'ended' : ''}>
      <td>
        <span class="row impact-name">
          <span class="muted row" {...tip(kind)}>
            <NodeGlyph kind={kindOf(row.id)} />
            <span class="visually-hidden">{kind}</span>
          </span>
          <a class="ellipsis" href={link('/lineage', { root: from, target: row.id })} {...tip(row.name, way)}>
            {row.name}
          </a>
          {row.stopped && <span class="muted">{river.ended}</span>}
        </span>
      </td>
      <td class="soft">{row.owner}</td>
      <td>
        <LevelBadge level={row.certainty === 'certain' ? 'critical' : 'warning'} text={w.tones[row.certainty]} />
      </td>
      <td class="num">{row.distance}</td>
      <td class="mono soft ellipsis impact-columns" {...tip(names.join(', '))}>
        {names.length === 0 ? <span class="muted">{w.allColumns}</span> : names.join(', ')}
      </td>
    </tr>
  );
}
