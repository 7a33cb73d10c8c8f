import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Freshness } from '../../api/estate.ts';
import type { LineageEdge, LineageGraph, LineageNode } from '../../api/lineage.ts';
import { param, setParams } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { lagStep } from '../../format/lag-scale.ts';
import { exact, rate } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { LagLegend } from '../../parts/lag.tsx';
import { tip } from '../../parts/tip.ts';
import { Canvas } from './canvas.tsx';
import { isBlamed } from './hops.ts';
import { type PlacedEdge, type PlacedGraph, place, ribbonWidths } from './layout.ts';
import { NodeBox, type Tone } from './node-box.tsx';

interface Props {
  readonly graph: LineageGraph;
  readonly freshness?: Freshness | undefined;
  readonly selected: string | undefined;
  /** How nodes stand out; absent: none does. */
  readonly tones?: ReadonlyMap<string, Tone> | undefined;
  /** Node that comes into view where no hop is blamed. */
  readonly focus?: string | undefined;
  readonly legend?: JSX.Element;
}

function edgeKey(edge: LineageEdge): string {
  return `${edge.from}>${edge.to}>${edge.role}`;
}

/** Only the structure decides the places: a refresh with new figures must not move the river. */
function structure(graph: LineageGraph): string {
  return `${graph.nodes.map(n => n.id).join()}|${graph.edges.map(edgeKey).join()}`;
}

interface Flow extends LineageEdge {
  /** Stroke width, px. */
  readonly stroke: number;
}

function withFigures(
  placed: PlacedGraph<LineageNode, LineageEdge>,
  graph: LineageGraph,
): PlacedGraph<LineageNode, Flow> {
  const nodes = new Map(graph.nodes.map(node => [node.id, node]));
  const widths = ribbonWidths(graph);
  const edges = new Map(graph.edges.map((edge, i) => [edgeKey(edge), { ...edge, stroke: widths[i] ?? 1 }]));
  return {
    ...placed,
    nodes: placed.nodes.map(node => ({ ...node, ...nodes.get(node.id) })),
    edges: placed.edges.map(edge => ({ stroke: 1, ...edge, ...edges.get(edgeKey(edge)) })),
  };
}

/** The estate as a river from left to right: width is throughput, colour is lag, and the blamed hop is where colour starts. */
export function Graph({ graph, freshness, selected, tones, focus, legend }: Props): JSX.Element {
  const { lineage: w } = words();
  const shape = structure(graph);
  const places = useMemo(() => place(graph), [shape]);
  const placed = withFigures(places, graph);
  const hop = param('hop');
  const isMarked = (edge: LineageEdge): boolean =>
    edge.hop !== undefined && (edge.hop === hop || isBlamed(freshness, edge.hop));
  const blamed = new Set(placed.edges.filter(e => e.hop && isBlamed(freshness, e.hop)).map(e => e.to));
  const cause = placed.edges.find(edge => (hop ? edge.hop === hop : blamed.has(edge.to)))?.to;
  const stands = (id: string): boolean => tones === undefined || (tones.get(id) ?? 'off') !== 'off';
  return (
    <section class="card graph-card">
      <Canvas
        placed={placed}
        label={w.graphLabel(graph.nodes.length, graph.edges.length)}
        testId="graph"
        focus={cause ?? focus}
        edge={edge => (
          <Ribbon
            key={edgeKey(edge)}
            edge={edge}
            marked={isMarked(edge)}
            faded={!stands(edge.from) || !stands(edge.to)}
          />
        )}
        node={node => (
          <NodeBox
            node={node}
            selected={node.id === selected}
            blamed={blamed.has(node.id)}
            tone={tones === undefined ? undefined : (tones.get(node.id) ?? 'off')}
            onSelect={() => setParams({ node: node.id === selected ? undefined : node.id })}
          />
        )}
        legend={
          legend ?? (
            <>
              <LagLegend />
              <span class="muted">{w.width}</span>
            </>
          )
        }
      />
    </section>
  );
}

interface RibbonProps {
  readonly edge: PlacedEdge<Flow>;
  readonly marked: boolean;
  readonly faded: boolean;
}

function Ribbon({ edge, marked, faded }: RibbonProps): JSX.Element {
  const { lineage: w, lag, river } = words();
  const reads = edge.hop !== undefined;
  const optional = edge.role === 'lookup' || edge.role === 'versioned' || edge.role === 'derives';
  const known = edge.evidence.map(kind => river.evidence[kind]);
  return (
    <g class={`ribbon${marked ? ' marked' : ''}${faded ? ' faded' : ''}`}>
      <path
        d={edge.path}
        class={reads ? `lag-line-${lagStep(edge.lag_ms)}` : 'flow-line'}
        stroke-width={edge.stroke}
        {...(optional ? { 'stroke-dasharray': '5 4' } : {})}
      />
      <path
        d={edge.path}
        class="ribbon-hit"
        stroke-width={Math.max(14, edge.stroke)}
        {...tip(
          edge.hop ?? w.role[edge.role],
          reads && `${w.lag}: ${duration(edge.lag_ms)}${edge.lag_ms == null ? '' : ` (${exact(edge.lag_ms)} ms)`}`,
          edge.lag_records != null && lag.records(exact(edge.lag_records)),
          edge.records_per_second != null && w.rateOf(rate(edge.records_per_second)),
          known.length > 0 && `${river.knownFrom}: ${known.join(', ')}`,
        )}
      />
    </g>
  );
}
