import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { words } from '../../i18n/language.ts';
import { Icon } from '../../parts/icon.tsx';
import { tip } from '../../parts/tip.ts';
import { type Box, NODE_HEIGHT, NODE_WIDTH, type PlacedEdge, type PlacedGraph, type PlacedNode } from './layout.ts';

interface Props<N, E> {
  readonly placed: PlacedGraph<N, E>;
  /** Names the picture for who does not see it. */
  readonly label: string;
  readonly testId: string;
  readonly node: (node: PlacedNode<N>) => JSX.Element;
  readonly edge: (edge: PlacedEdge<E>) => JSX.Element;
  /** Node that comes into view, at first and whenever another is named. */
  readonly focus?: string | undefined;
  readonly legend: ComponentChildren;
}

const SMALLEST = 0.3;
/** The page opens no smaller than this; a longer path is scrolled to its cause instead. */
const READABLE = 0.88;
/** Graphs up to this many nodes are drawn whole. */
const DRAWN_WHOLE = 150;
/** The drawn part moves on in steps, so that scrolling redraws seldom, px of the graph. */
const STEP = 400;

const NOWHERE: Box = { left: 0, top: 0, right: 0, bottom: 0 };

/** The part of the graph around what the scroller shows, in px of the graph. */
function partInView(host: HTMLElement, zoom: number): Box {
  const down = (px: number): number => Math.floor(px / zoom / STEP - 1) * STEP;
  const up = (px: number): number => Math.ceil(px / zoom / STEP + 1) * STEP;
  return {
    left: down(host.scrollLeft),
    top: down(host.scrollTop),
    right: up(host.scrollLeft + host.clientWidth),
    bottom: up(host.scrollTop + host.clientHeight),
  };
}

function touches(box: Box, view: Box): boolean {
  return box.left < view.right && box.right > view.left && box.top < view.bottom && box.bottom > view.top;
}

/** A placed graph to zoom and scroll in. Of a large one only what is near the view is drawn. */
export function Canvas<N extends { readonly id: string }, E extends { readonly from: string; readonly to: string }>({
  placed,
  label,
  testId,
  node,
  edge,
  focus,
  legend,
}: Props<N, E>): JSX.Element {
  const { lineage: w } = words();
  const host = useRef<HTMLElement>(null);
  const [zoom, setZoom] = useState(1);
  const [view, setView] = useState<Box>(NOWHERE);
  const whole = placed.nodes.length <= DRAWN_WHOLE;

  const fitTo = (least: number): void => {
    const width = host.current?.clientWidth ?? placed.width;
    setZoom(Math.max(least, Math.min(1, width / placed.width)));
  };
  const look = (): void => {
    if (whole || !host.current) return;
    const next = partInView(host.current, zoom);
    setView(was => (JSON.stringify(was) === JSON.stringify(next) ? was : next));
  };
  useLayoutEffect(() => fitTo(READABLE), [placed.width, placed.height]);
  useLayoutEffect(() => {
    const at = placed.nodes.find(({ id }) => id === focus);
    if (!at || !host.current) return;
    host.current.scrollLeft = at.x * zoom - host.current.clientWidth / 2;
    host.current.scrollTop = at.y * zoom - host.current.clientHeight / 2;
  }, [placed.width, placed.height, zoom, focus]);
  useLayoutEffect(look, [placed.width, placed.height, zoom, whole]);

  const half = { x: NODE_WIDTH / 2, y: NODE_HEIGHT / 2 };
  const boxOf = ({ x, y }: PlacedNode<N>): Box => ({
    left: x - half.x,
    top: y - half.y,
    right: x + half.x,
    bottom: y + half.y,
  });
  const nodes = whole ? placed.nodes : placed.nodes.filter(n => touches(boxOf(n), view));
  const edges = whole ? placed.edges : placed.edges.filter(({ box }) => touches(box, view));
  return (
    <div>
      <section class="graph-scroll" ref={host} aria-label={label} data-testid={testId} onScroll={look}>
        <div class="graph-size" style={{ width: `${placed.width * zoom}px`, height: `${placed.height * zoom}px` }}>
          <div
            class="graph"
            style={{ width: `${placed.width}px`, height: `${placed.height}px`, transform: `scale(${zoom})` }}
          >
            <svg width={placed.width} height={placed.height} aria-hidden="true">
              {edges.map(edge)}
            </svg>
            {nodes.map(n => (
              <div
                key={n.id}
                class="graph-node"
                style={{
                  left: `${n.x - half.x}px`,
                  top: `${n.y - half.y}px`,
                  width: `${NODE_WIDTH}px`,
                  height: `${NODE_HEIGHT}px`,
                }}
              >
                {node(n)}
              </div>
            ))}
          </div>
        </div>
      </section>
      <div class="graph-legend row wrap">
        {legend}
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
          <button type="button" class="button icon" aria-label={w.fit} {...tip(w.fit)} onClick={() => fitTo(SMALLEST)}>
            <Icon name="fit" />
          </button>
        </div>
      </div>
    </div>
  );
}
