import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useLive } from '../../api/live.ts';
import { LOG_LEVELS, type LogBucket, type LogFilter, type LogLevel, logHistogram } from '../../api/logs.ts';
import { rangeKey, setAbsoluteRange, type TimeRange, timeRange } from '../../app/time-range.ts';
import { exact } from '../../format/number.ts';
import { clock, clockSeconds } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { Icon } from '../../parts/icon.tsx';
import { tip } from '../../parts/tip.ts';

const HEIGHT = 64;
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600];
/** Loudest at the bottom, where small counts are seen. */
const STACKED: readonly LogLevel[] = [...LOG_LEVELS].reverse();

/** A bucket width that gives at most 80 bars, ms. */
function bucketWidth(range: TimeRange): number {
  const wanted = (range.to - range.from) / 80 / 1000;
  return (STEPS_S.find(s => s >= wanted) ?? 86_400) * 1000;
}

/** Lines over time, stacked by level; dragging over it narrows the site's time range. */
export function Histogram({ filter }: { filter: LogFilter }): JSX.Element {
  const range = timeRange.value;
  const width = bucketWidth(range);
  const { logs: w } = words();
  const live = useLive(
    `histogram/${JSON.stringify(filter)}/${rangeKey.value}`,
    signal => logHistogram(filter, timeRange.peek(), width, signal),
    { keepOld: true },
  );
  const buckets = live.data?.buckets ?? [];
  const span = range.to - range.from;
  return (
    <div class="histogram card">
      <Bars buckets={buckets} range={range} width={width} />
      <div class="row between histogram-axis muted">
        <span>{clock(range.from)}</span>
        <span class="histogram-how">{w.histogramHow}</span>
        <button
          type="button"
          class="button quiet icon"
          aria-label={w.zoomOut}
          {...tip(w.zoomOut)}
          onClick={() => setAbsoluteRange(range.from - span / 2, Math.min(range.to + span / 2, Date.now()))}
        >
          <Icon name="zoomOut" size={14} />
        </button>
        <span>{clock(range.to)}</span>
      </div>
    </div>
  );
}

interface BarsProps {
  readonly buckets: readonly LogBucket[];
  readonly range: TimeRange;
  readonly width: number;
}

function Bars({ buckets, range, width }: BarsProps): JSX.Element {
  const { logs: w } = words();
  const host = useRef<SVGSVGElement>(null);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const span = range.to - range.from;
  const totals = buckets.map(b => Object.values(b.counts).reduce((sum, n) => sum + n, 0));
  const top = Math.max(1, ...totals);
  const x = (t: number): number => ((t - range.from) / span) * 1000;

  const timeAt = (event: PointerEvent): number => {
    const box = host.current?.getBoundingClientRect();
    const share = box ? Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) : 0;
    return range.from + share * span;
  };
  const begin = (event: PointerEvent): void => {
    host.current?.setPointerCapture(event.pointerId);
    setDrag({ from: timeAt(event), to: timeAt(event) });
  };
  const move = (event: PointerEvent): void => {
    if (drag) setDrag({ ...drag, to: timeAt(event) });
  };
  const end = (): void => {
    if (drag && Math.abs(x(drag.from) - x(drag.to)) > 6)
      setAbsoluteRange(Math.min(drag.from, drag.to), Math.max(drag.from, drag.to));
    setDrag(null);
  };

  return (
    <svg
      ref={host}
      class="bars"
      viewBox={`0 0 1000 ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={w.histogram}
      data-testid="histogram"
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => setDrag(null)}
    >
      {buckets.map((bucket, i) => (
        <Bar
          key={bucket.t}
          bucket={bucket}
          total={totals[i] ?? 0}
          left={x(bucket.t)}
          width={Math.max(1, (width / span) * 1000 - 1.5)}
          top={top}
          until={bucket.t + width}
        />
      ))}
      {drag && (
        <rect
          class="brush"
          x={x(Math.min(drag.from, drag.to))}
          width={Math.abs(x(drag.to) - x(drag.from))}
          y="0"
          height={HEIGHT}
        />
      )}
    </svg>
  );
}

interface BarProps {
  readonly bucket: LogBucket;
  readonly total: number;
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly until: number;
}

function Bar({ bucket, total, left, width, top, until }: BarProps): JSX.Element {
  const { logs: w } = words();
  // Square root: ten errors among ten thousand lines must still be seen.
  const height = Math.sqrt(total / top) * (HEIGHT - 4);
  let y = HEIGHT;
  const counts = STACKED.flatMap(level => (bucket.counts[level] ? [[level, bucket.counts[level]] as const] : []));
  return (
    <g
      {...tip(
        w.bucket(clockSeconds(bucket.t), clockSeconds(until)),
        ...counts.map(([level, n]) => `${level}  ${exact(n)}`),
      )}
    >
      <rect class="bar-hit" x={left} width={width} y="0" height={HEIGHT} />
      {counts.map(([level, n]) => {
        const h = Math.max((n / total) * height, level === 'ERROR' || level === 'FATAL' || level === 'WARN' ? 2 : 0);
        y -= h;
        return <rect key={level} class={`bar-${level}`} x={left} width={width} y={y} height={h} />;
      })}
    </g>
  );
}
