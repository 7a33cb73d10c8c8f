import './lineage.css';
import type { JSX } from 'preact';
import { type Freshness, getFreshness, getFreshnessList, type Level } from '../../api/estate.ts';
import { type Direction, getLineage, type LineageGraph } from '../../api/lineage.ts';
import { useLive } from '../../api/live.ts';
import { param, setParams } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { Graph } from './graph.tsx';
import { HopTable } from './hop-table.tsx';
import { hopsOf } from './hops.ts';
import { NodePanel } from './node-panel.tsx';
import { RootPicker, WHOLE } from './root-picker.tsx';
import { WaterfallCard } from './waterfall-card.tsx';

const ORDER: Record<Level, number> = { critical: 3, warning: 2, unknown: 1, ok: 0 };

function worstReport(reports: readonly Freshness[]): string | undefined {
  const sorted = [...reports].sort((a, b) => ORDER[b.level] - ORDER[a.level] || (b.age_ms ?? 0) - (a.age_ms ?? 0));
  return sorted[0]?.report ?? sorted[0]?.dataset;
}

function directionOf(text: string): Direction {
  return text === 'down' || text === 'both' ? text : 'up';
}

/** The path of a report, table or job with its lags: a river beside a waterfall and a list, all of the same figures. */
export default function Lineage(): JSX.Element {
  const { lineage: w } = words();
  const reports = useLive('freshness', getFreshnessList);
  const asked = param('root');
  // Without a choice the page opens on the report that needs a look most.
  const root = asked || (reports.data ? (worstReport(reports.data.items) ?? WHOLE) : '');
  const direction = directionOf(param('direction'));
  const ask = root === WHOLE ? {} : { root, direction };
  const graph = useLive(root === '' ? null : `lineage/${root}/${direction}`, signal => getLineage(ask, signal));
  const kind = graph.data?.nodes.find(node => node.id === root || node.name === root)?.kind;
  const dated = kind === 'report' || kind === 'dataset';
  const freshness = useLive(dated ? `freshness/${root}` : null, signal => getFreshness(root, signal));
  const fresh = dated ? freshness.data : undefined;
  return (
    <>
      <div class="head">
        <h1>{w.title}</h1>
        <div class="actions lineage-actions">
          <RootPicker root={root} reports={reports.data?.items ?? []} nodes={graph.data?.nodes ?? []} />
          {root !== WHOLE && (
            <select
              class="select"
              aria-label={w.direction}
              value={direction}
              onChange={event =>
                setParams({ direction: event.currentTarget.value === 'up' ? undefined : event.currentTarget.value })
              }
            >
              {(['up', 'down', 'both'] as const).map(value => (
                <option key={value} value={value}>
                  {w.directions[value]}
                </option>
              ))}
            </select>
          )}
        </div>
      </div>
      <Region live={graph} rows={10}>
        {data => <Content graph={data} freshness={fresh} root={root} />}
      </Region>
    </>
  );
}

function Content({
  graph,
  freshness,
  root,
}: {
  graph: LineageGraph;
  freshness: Freshness | undefined;
  root: string;
}): JSX.Element {
  const { lineage: w } = words();
  if (graph.nodes.length === 0) {
    return (
      <Empty title={w.none}>
        <p>{w.noneHow}</p>
      </Empty>
    );
  }
  const hops = hopsOf(graph, freshness);
  const selected = graph.nodes.find(node => node.id === param('node'));
  return (
    <div class="stack" style={{ gap: '16px' }}>
      {freshness && <WaterfallCard freshness={freshness} graph={graph} />}
      <Graph key={root} graph={graph} freshness={freshness} selected={selected?.id} />
      {graph.truncated && <p class="notice">{w.truncated}</p>}
      {selected && <NodePanel node={selected} graph={graph} />}
      <Card title={w.list} count={hops.length}>
        <HopTable hops={hops} graph={graph} age={freshness?.age_ms ?? null} />
      </Card>
    </div>
  );
}
