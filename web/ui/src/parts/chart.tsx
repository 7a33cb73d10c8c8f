import 'uplot/dist/uPlot.min.css';
import './chart.css';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { Point } from '../api/estate.ts';
import { theme, token } from '../app/theme.ts';
import { setAbsoluteRange } from '../app/time-range.ts';
import { clock, clockSeconds } from '../format/time.ts';

interface Series {
  readonly label: string;
  readonly points: readonly Point[];
}

interface Props {
  readonly series: readonly Series[];
  readonly from: number;
  readonly to: number;
  readonly format: (value: number | null) => string;
  readonly label: string;
  /** Horizontal dashed line, e.g. a threshold. */
  readonly limit?: number;
  readonly height?: number;
  /** Distances the value axis may have between ticks; round decimal numbers by default. */
  readonly steps?: readonly number[] | undefined;
}

/** Lines beyond this many are left out; the legend says how many. */
const MAX_SERIES = 6;
const COLOURS = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'] as const;

/** Series on common times: uPlot wants one x column. Missing points are gaps. */
function align(series: readonly Series[], from: number, to: number): [number[], ...(number | null)[][]] {
  const times = [...new Set(series.flatMap(s => s.points.map(p => p[0])))]
    .filter(t => t >= from && t <= to)
    .sort((a, b) => a - b);
  const columns = series.map(s => {
    const values = new Map(s.points);
    return times.map(t => values.get(t) ?? null);
  });
  return [times, ...columns];
}

/** Time chart in the site's range. Dragging zooms the range of the whole site; charts of a screen share the cursor. */
export function Chart({ series, from, to, format, label, limit, steps, height = 168 }: Props): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const shown = series.slice(0, MAX_SERIES);
  const data = align(shown, from, to);
  const names = shown.map(s => s.label).join('\n');
  const look = theme.value;

  // What the hooks of a living plot read; the plot itself is only made anew when its series or colours change.
  const live = useRef({ from, to, format, limit });
  live.current = { from, to, format, limit };

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const width = element.clientWidth;
    const made = new uPlot(
      options({ names: names.split('\n'), width, height, steps, live, onCursor: setAt }),
      data,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [names, look, height]);

  useEffect(() => {
    plot.current?.setData(data);
  }, [series, from, to, limit]);

  const index = at !== null && at < data[0].length ? at : data[0].length - 1;
  const time = data[0][index];
  return (
    <figure class="chart">
      <div ref={host} role="img" aria-label={label} />
      <figcaption class="row wrap chart-legend">
        <span class="muted chart-time">{time === undefined ? '' : clockSeconds(time)}</span>
        {shown.map((s, i) => (
          <span key={s.label} class="row chart-key">
            <i style={{ background: `var(${COLOURS[i]})` }} />
            <span class="ellipsis">{s.label}</span>
            <b>{format(data[i + 1]?.[index] ?? null)}</b>
          </span>
        ))}
        {series.length > shown.length && <span class="muted">+{series.length - shown.length}</span>}
      </figcaption>
    </figure>
  );
}

interface Living {
  readonly current: { from: number; to: number; format: (value: number | null) => string; limit: number | undefined };
}

interface Setup {
  readonly names: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly steps: readonly number[] | undefined;
  readonly live: Living;
  readonly onCursor: (index: number | null) => void;
}

function options({ names, width, height, steps, live, onCursor }: Setup): uPlot.Options {
  const ink = token('--ink-3');
  const grid = { stroke: token('--line'), width: 1 };
  const font = '11px system-ui, sans-serif';
  return {
    width,
    height,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: 'tidewatch' },
      points: { size: 6 },
      drag: { x: true, y: false, setScale: false },
    },
    scales: {
      x: { time: true, range: () => [live.current.from, live.current.to] },
      y: { range: (_u, _min, max) => [0, Math.max(max ?? 0, live.current.limit ?? 0) * 1.1 || 1] },
    },
    ms: 1,
    axes: [
      {
        stroke: ink,
        font,
        grid: { show: false },
        ticks: { show: false },
        size: 24,
        space: 72,
        // Ticks less than a minute apart would read the same.
        values: (_u, ticks) =>
          ticks.map(t => ((ticks[1] ?? t) - (ticks[0] ?? t) < 60_000 ? clockSeconds : clock)(t, live.current.to)),
      },
      {
        stroke: ink,
        font,
        grid,
        ticks: { show: false },
        size: 62,
        ...(steps ? { incrs: [...steps] } : {}),
        values: (_u, ticks) => ticks.map(v => live.current.format(v)),
      },
    ],
    series: [
      {},
      ...names.map((label, i) => ({
        label,
        stroke: token(COLOURS[i] ?? COLOURS[0]),
        width: 1.5,
        ...(names.length === 1 ? { fill: `color-mix(in oklab, ${token(COLOURS[0])} 12%, transparent)` } : {}),
        points: { show: false },
      })),
    ],
    hooks: {
      setCursor: [u => onCursor(u.cursor.idx ?? null)],
      setSelect: [
        u => {
          if (u.select.width < 4) return;
          setAbsoluteRange(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      draw: [u => drawLimit(u, live.current.limit)],
    },
  };
}

function drawLimit(u: uPlot, limit: number | undefined): void {
  if (limit === undefined) return;
  const y = Math.round(u.valToPos(limit, 'y', true));
  u.ctx.save();
  u.ctx.strokeStyle = token('--critical-fill');
  u.ctx.setLineDash([4, 4]);
  u.ctx.beginPath();
  u.ctx.moveTo(u.bbox.left, y);
  u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
  u.ctx.stroke();
  u.ctx.restore();
}
