import type { JSX } from 'preact';
import type { LineageGraph } from '../../api/lineage.ts';
import { param, setParams } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { shortName } from '../../format/lineage-id.ts';
import { exact, percent } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { Lag } from '../../parts/lag.tsx';
import { LevelBadge } from '../../parts/level.tsx';
import { tip } from '../../parts/tip.ts';
import { consumerHref, type Hop } from './hops.ts';

interface Props {
  readonly hops: readonly Hop[];
  readonly graph: LineageGraph;
  /** Age of the report whose path this is, ms; null without one. */
  readonly age: number | null;
}

/** The hops of the graph as a list: what each reads, how far behind it is, and its part of the age. */
export function HopTable({ hops, graph, age }: Props): JSX.Element {
  const { lineage: w, hopStatus, freshness } = words();
  const chosen = param('hop');
  return (
    <div class="table-scroll">
      <table class="table hop-table">
        <thead>
          <tr>
            <th>{w.hop}</th>
            <th class="hop-reads">{w.reads}</th>
            <th class="num">{w.lag}</th>
            <th class="num">{w.residence}</th>
            <th class="num hop-share">{w.share}</th>
            <th>{w.status}</th>
          </tr>
        </thead>
        <tbody>
          {hops.map(hop => (
            <tr key={`${hop.id}>${hop.edge.to}`} class={hop.id === chosen ? 'chosen' : ''} data-testid="hop">
              <td class="hop-name">
                <a class="ellipsis" href={consumerHref(hop.id, graph)}>
                  {hop.consumer}
                </a>{' '}
                {hop.blamed && <LevelBadge level="critical" text={w.blame} pill />}
              </td>
              <td class="hop-reads">
                <button
                  type="button"
                  class="value-link ellipsis"
                  onClick={() => setParams({ node: hop.edge.from })}
                  {...tip(hop.edge.from)}
                >
                  {shortName(hop.edge.from)}
                </button>
                {hop.edge.role !== 'reads' && <span class="muted"> · {w.role[hop.edge.role]}</span>}
              </td>
              <td class="num">
                <Lag ms={hop.lagMs} records={hop.lagRecords} />
              </td>
              <td
                class="num"
                {...tip(hop.residenceMs === null ? null : `${exact(hop.residenceMs)} ms`, freshness.residenceHow)}
              >
                {duration(hop.residenceMs)}
              </td>
              <td class="num hop-share">
                {hop.residenceMs === null || !age ? '–' : percent(hop.residenceMs / age, 1)}
              </td>
              <td>{hop.status ? hopStatus[hop.status] : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
