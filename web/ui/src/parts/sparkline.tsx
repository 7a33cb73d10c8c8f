import type { JSX } from 'preact';
import type { Level, Point } from '../api/estate.ts';

interface Props {
  readonly points: readonly Point[];
  /** Dashed line, e.g. a freshness objective. */
  readonly limit?: number | undefined;
  readonly level: Level;
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}

/** A small trend from zero; gaps where nothing is known stay gaps. */
export function Sparkline({ points, limit, level, label, width = 120, height = 28 }: Props): JSX.Element | null {
  const known = points.filter((p): p is readonly [number, number] => p[1] !== null);
  const first = points[0]?.[0] ?? 0;
  const span = (points.at(-1)?.[0] ?? 0) - first;
  if (known.length < 2 || span <= 0) return <span class="muted">–</span>;
  const top = Math.max(limit === undefined ? 0 : limit * 1.15, ...known.map(p => p[1])) || 1;
  const x = (t: number): number => ((t - first) / span) * width;
  const y = (value: number): number => height - 1 - (value / top) * (height - 3);
  const runs = splitRuns(points);
  const path = runs
    .map(run => run.map(([t, v], i) => `${i === 0 ? 'M' : 'L'}${x(t).toFixed(1)} ${y(v).toFixed(1)}`).join(''))
    .join('');
  const area = runs
    .filter(run => run.length > 1)
    .map(run => {
      const line = run.map(([t, v]) => `L${x(t).toFixed(1)} ${y(v).toFixed(1)}`).join('');
      return `M${x(run[0]?.[0] ?? 0).toFixed(1)} ${height}${line}L${x(run.at(-1)?.[0] ?? 0).toFixed(1)} ${height}Z`;
    })
    .join('');
  const last = known.at(-1);
  return (
    <svg class="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <g class={level}>
        <path class="area" d={area} />
        {limit !== undefined && <line x1="0" x2={width} y1={y(limit)} y2={y(limit)} />}
        <path d={path} />
      </g>
      {last && <circle class={`shape-${level}`} cx={x(last[0])} cy={y(last[1])} r="2.2" />}
    </svg>
  );
}

function splitRuns(points: readonly Point[]): [number, number][][] {
  const runs: [number, number][][] = [];
  let run: [number, number][] = [];
  for (const [t, value] of points) {
    if (value === null) {
      if (run.length > 0) runs.push(run);
      run = [];
    } else run.push([t, value]);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}
