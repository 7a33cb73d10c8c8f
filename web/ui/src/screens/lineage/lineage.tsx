import type { JSX } from 'preact';
import { type Freshness, getFreshness, getFreshnessList, type Level } from '../../api/estate.ts';
import { type Direction, getLineage, getPaths, type LineageGraph, type LineageNode } from '../../api/lineage.ts';
import { useLive } from '../../api/live.ts';
import { param } from '../../app/router.ts';
import { timeRange } from '../../app/time-range.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { AsOf } from './as-of.tsx';
import { ColumnCard } from './column-card.tsx';
import { Graph } from './graph.tsx';
import { LineageHead } from './head.tsx';
import { HopTable } from './hop-table.tsx';
import { hopsOf } from './hops.ts';
import { NodePanel } from './node-panel.tsx';
import { RootPicker, WHOLE } from './root-picker.tsx';
import { WaterfallCard } from './waterfall-card.tsx';
import { joined, Ways } from './ways.tsx';

/** Hops listed, the worst: a table of thousands takes longer to draw than the graph. */
const DRAWN = 100;

const ORDER: Record<Level, number> = { critical: 3, warning: 2, unknown: 1, ok: 0 };

function worstReport(reports: readonly Freshness[]): string | undefined {
  const sorted = [...reports].sort((a, b) => ORDER[b.level] - ORDER[a.level] || (b.age_ms ?? 0) - (a.age_ms ?? 0));
  return sorted[0]?.report ?? sorted[0]?.dataset;
}

function directionOf(text: string): Direction {
  return text === 'down' || text === 'both' ? text : 'up';
}

function depthOf(text: string): number | undefined {
  const depth = Number(text);
  return Number.isInteger(depth) && depth > 0 && depth <= 1000 ? depth : undefined;
}

/** The table whose freshness can be asked for: one without an age (a source, an unread table) has none to tell. */
function datedTable(node: LineageNode | undefined): string {
  return node?.kind === 'dataset' && typeof node.age_ms === 'number' ? node.id : '';
}

/** The path of a report, table or job with its lags: a river beside a waterfall and a list, all of the same figures. */
export default function Lineage(): JSX.Element {
  const reports = useLive('freshness', getFreshnessList);
  const asked = param('root');
  // Without a choice the page opens on the report that needs a look most.
  const root = asked || (reports.data ? (worstReport(reports.data.items) ?? WHOLE) : '');
  const to = root === WHOLE ? '' : param('target');
  const direction = to === '' ? directionOf(param('direction')) : 'both';
  const depth = to === '' ? depthOf(param('depth')) : undefined;
  // A range that stands still is a look at the past; one that follows the present is now.
  const at = timeRange.value.name === null ? timeRange.value.to : undefined;
  const ask = root === WHOLE ? { at } : { root, direction, depth, at };
  const graph = useLive(root === '' ? null : `lineage/${JSON.stringify(ask)}`, signal => getLineage(ask, signal));
  const ways = useLive(to === '' ? null : `ways/${root}/${to}`, signal => getPaths(root, to, signal));
  const node = graph.data?.nodes.find(({ id, name }) => id === root || name === root);
  // Only the age of now is known here, and only that of one end.
  const dated = at !== undefined || to !== '' ? '' : node?.kind === 'report' ? node.name : datedTable(node);
  const freshness = useLive(dated === '' ? null : `freshness/${dated}`, signal => getFreshness(dated, signal));
  const fresh = dated === '' ? undefined : freshness.data;
  return (
    <>
      <LineageHead tab="path">
        <RootPicker
          root={root}
          to={to}
          direction={direction}
          depth={depth}
          reports={reports.data?.items ?? []}
          nodes={graph.data?.nodes ?? []}
        />
      </LineageHead>
      {at !== undefined && <AsOf at={at} ways={to !== ''} />}
      {to === '' ? (
        <Region live={graph} rows={10}>
          {data => <Content graph={data} freshness={fresh} root={root} />}
        </Region>
      ) : (
        <Region live={ways} rows={10}>
          {found => (
            <>
              <Ways ways={found} from={root} to={to} />
              {found.paths.length > 0 && (
                <Content graph={joined(found, graph.data)} freshness={fresh} root={`${root}>${to}`} />
              )}
            </>
          )}
        </Region>
      )}
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
  const { lineage: w, health } = words();
  if (graph.nodes.length === 0) {
    return (
      <Empty title={w.none}>
        <p>{w.noneHow}</p>
      </Empty>
    );
  }
  const hops = hopsOf(graph, freshness);
  const selected = graph.nodes.find(node => node.id === param('node'));
  const column = param('column');
  return (
    <div class="stack" style={{ gap: '16px' }}>
      {freshness && <WaterfallCard freshness={freshness} graph={graph} />}
      <Graph key={root} graph={graph} freshness={freshness} selected={selected?.id} />
      {graph.truncated && <p class="notice">{w.truncated}</p>}
      {selected && <NodePanel key={selected.id} node={selected} graph={graph} />}
      {column !== '' && <ColumnCard key={column} id={column} />}
      {hops.length > 0 && (
        <Card title={w.list} count={hops.length}>
          <HopTable hops={hops.slice(0, DRAWN)} graph={graph} age={freshness?.age_ms ?? null} />
          {hops.length > DRAWN && <p class="card-body muted">{health.more(DRAWN)}</p>}
        </Card>
      )}
    </div>
  );
}
