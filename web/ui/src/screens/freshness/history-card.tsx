import type { JSX } from 'preact';
import type { Point } from '../../api/estate.ts';
import { getHistory, type History } from '../../api/freshness.ts';
import { useLive } from '../../api/live.ts';
import { chartStep, rangeKey, type TimeRange, timeRange } from '../../app/time-range.ts';
import { DURATION_STEPS_MS, duration } from '../../format/duration.ts';
import { clock } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Chart } from '../../parts/chart.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

/** The age within its bounds over the site's time range, and below it what was late because of whom. */
export function HistoryCard({ name, limit }: { name: string; limit: number | undefined }): JSX.Element {
  const { board: w } = words();
  const live = useLive(
    `freshness/${name}/history/${rangeKey.value}`,
    signal => {
      const range = timeRange.peek();
      const step = chartStep(range);
      const to = Math.floor(range.to / step.ms) * step.ms;
      return getHistory(name, { from: Math.floor(range.from / step.ms) * step.ms, to, step: step.text }, signal);
    },
    { keepOld: true },
  );
  const range = timeRange.value;
  return (
    <Card title={w.history}>
      <Region live={live}>
        {history =>
          history.points.every(point => point.age_ms === null) ? (
            <Empty title={w.noHistory} />
          ) : (
            <>
              <Chart
                series={seriesOf(history)}
                from={range.from}
                to={range.to}
                format={duration}
                label={w.history}
                steps={DURATION_STEPS_MS}
                {...(limit === undefined ? {} : { limit })}
              />
              <Bands bands={history.bands} range={range} />
            </>
          )
        }
      </Region>
    </Card>
  );
}

function seriesOf({ points }: History): readonly { readonly label: string; readonly points: readonly Point[] }[] {
  const { series } = words().board;
  return [
    { label: series.high, points: points.map(({ t, age_high_ms }) => [t, age_high_ms]) },
    { label: series.point, points: points.map(({ t, age_ms }) => [t, age_ms]) },
    { label: series.low, points: points.map(({ t, age_low_ms }) => [t, age_low_ms]) },
  ];
}

/** Stretches that were not good, on the chart's own time axis; their hop stands in the tooltip and for readers. */
function Bands({ bands, range }: { bands: History['bands']; range: TimeRange }): JSX.Element | null {
  const { board: w } = words();
  if (bands.length === 0) return null;
  const length = range.to - range.from;
  const percentAt = (t: number): number => Math.min(100, Math.max(0, ((t - range.from) / length) * 100));
  return (
    <div class="bands">
      {bands.map(({ from, to, state, hop }) => (
        <i
          key={from}
          class={`band beat-${state}`}
          role="img"
          aria-label={`${w.beat[state]} ${clock(from)} ${hop ?? ''}`}
          style={{ left: `${percentAt(from)}%`, width: `${Math.max(0.3, percentAt(to) - percentAt(from))}%` }}
          {...tip(hop === null ? w.beat[state] : `${w.beat[state]}: ${hop}`, w.beatHow(clock(from), clock(to)))}
        />
      ))}
    </div>
  );
}
