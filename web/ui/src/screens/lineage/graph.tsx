import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Freshness } from '../../api/estate.ts';
import type { LineageGraph } from '../../api/lineage.ts';
import { param, setParams } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { lagStep } from '../../format/lag-scale.ts';
import { exact, rate } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { Icon } from '../../parts/icon.tsx';
import { LagLegend } from '../../parts/lag.tsx';
import { tip } from '../../parts/tip.ts';
import { isBlamed } from './hops.ts';
import { NODE_HEIGHT, NODE_WIDTH, type PlacedEdge, type PlacedGraph, place } from './layout.ts';
import { NodeBox } from './node-box.tsx';

interface Props {
  readonly graph: LineageGraph;
  readonly freshness: Freshness | undefined;
  readonly selected: string | undefined;
}

const SMALLEST = 0.3;
/** The page opens no smaller than this; a longer path is scrolled to its cause instead. */
const READABLE = 0.88;

/** Only the structure decides the places: a refresh with new figures must not move the river. */
function structure(graph: LineageGraph): string {
  return `${graph.nodes.map(n => n.id).join()}|${graph.edges.map(e => `${e.from}>${e.to}`).join()}`;
}

function withFigures(placed: PlacedGraph, graph: LineageGraph): PlacedGraph {
  const nodes = new Map(graph.nodes.map(node => [node.id, node]));
  const edges = new Map(graph.edges.map(edge => [`${edge.from}>${edge.to}>${edge.role}`, edge]));
  return {
    ...placed,
    nodes: placed.nodes.map(node => ({ ...node, ...nodes.get(node.id) })),
    edges: placed.edges.map(edge => ({ ...edge, ...edges.get(`${edge.from}>${edge.to}>${edge.role}`) })),
  };
}

/** The estate as a river from left to right: width is throughput, colour is lag, and the blamed hop is where colour starts. */
export function Graph({ graph, freshness, selected }: Props): JSX.Element {
  const { lineage: w } = words();
  const places = useMemo(() => place(graph), [structure(graph)]);
  const placed = withFigures(places, graph);
  const host = useRef<HTMLElement>(null);
  const [zoom, setZoom] = useState(1);
  const hop = param('hop');

  const fit = (): void => {
    const width = host.current?.clientWidth ?? placed.width;
    setZoom(Math.max(SMALLEST, Math.min(1, width / placed.width)));
  };
  useEffect(() => {
    const width = host.current?.clientWidth ?? placed.width;
    setZoom(Math.max(READABLE, Math.min(1, width / placed.width)));
  }, [places]);
  useEffect(() => {
    const blame = placed.edges.find(edge => edge.hop && (hop ? edge.hop === hop : isBlamed(freshness, edge.hop)));
    const node = placed.nodes.find(n => n.id === blame?.to);
    if (node && host.current) host.current.scrollLeft = node.x * zoom - host.current.clientWidth / 2;
  }, [places, zoom, hop, freshness?.blame]);

  return (
    <section class="card graph-card">
      <div class="graph-tools row">
        <button
          type="button"
          class="button icon"
          aria-label={w.zoomOut}
          onClick={() => setZoom(z => Math.max(SMALLEST, z / 1.25))}
        >
          <Icon name="zoomOut" />
        </button>
        <button
          type="button"
          class="button icon"
          aria-label={w.zoomIn}
          onClick={() => setZoom(z => Math.min(1.6, z * 1.25))}
        >
          <Icon name="zoomIn" />
        </button>
        <button type="button" class="button icon" aria-label={w.fit} {...tip(w.fit)} onClick={fit}>
          <Icon name="fit" />
        </button>
      </div>
      <section
        class="graph-scroll"
        ref={host}
        aria-label={w.graphLabel(graph.nodes.length, graph.edges.length)}
        data-testid="graph"
      >
        <div class="graph-size" style={{ width: `${placed.width * zoom}px`, height: `${placed.height * zoom}px` }}>
          <div
            class="graph"
            style={{ width: `${placed.width}px`, height: `${placed.height}px`, transform: `scale(${zoom})` }}
          >
            <svg width={placed.width} height={placed.height} aria-hidden="true">
              {placed.edges.map(edge => (
                <Ribbon
                  key={`${edge.from}>${edge.to}>${edge.role}`}
                  edge={edge}
                  marked={edge.hop !== undefined && (edge.hop === hop || isBlamed(freshness, edge.hop))}
                />
              ))}
            </svg>
            {placed.nodes.map(node => (
              <div
                key={node.id}
                class="graph-node"
                style={{
                  left: `${node.x - NODE_WIDTH / 2}px`,
                  top: `${node.y - NODE_HEIGHT / 2}px`,
                  width: `${NODE_WIDTH}px`,
                  height: `${NODE_HEIGHT}px`,
                }}
              >
                <NodeBox
                  node={node}
                  selected={node.id === selected}
                  blamed={placed.edges.some(
                    edge => edge.to === node.id && edge.hop !== undefined && isBlamed(freshness, edge.hop),
                  )}
                  onSelect={() => setParams({ node: node.id === selected ? undefined : node.id })}
                />
              </div>
            ))}
          </div>
        </div>
      </section>
      <div class="graph-legend row wrap between">
        <LagLegend />
        <span class="muted">{w.width}</span>
      </div>
    </section>
  );
}

function Ribbon({ edge, marked }: { edge: PlacedEdge; marked: boolean }): JSX.Element {
  const { lineage: w, lag } = words();
  const reads = edge.hop !== undefined;
  const optional = edge.role === 'lookup' || edge.role === 'versioned' || edge.role === 'derives';
  return (
    <g class={`ribbon${marked ? ' marked' : ''}`}>
      <path
        d={edge.path}
        class={reads ? `lag-line-${lagStep(edge.lag_ms)}` : 'flow-line'}
        stroke-width={edge.width}
        {...(optional ? { 'stroke-dasharray': '5 4' } : {})}
      />
      <path
        d={edge.path}
        class="ribbon-hit"
        stroke-width={Math.max(14, edge.width)}
        {...tip(
          edge.hop ?? w.role[edge.role],
          reads && `${w.lag}: ${duration(edge.lag_ms)}${edge.lag_ms == null ? '' : ` (${exact(edge.lag_ms)} ms)`}`,
          edge.lag_records != null && lag.records(exact(edge.lag_records)),
          edge.records_per_second != null && w.rateOf(rate(edge.records_per_second)),
        )}
      />
    </g>
  );
}
