import type { JSX } from 'preact';
import { useLive } from '../api/live.ts';
import { type MetricOp, queryMetric } from '../api/metrics.ts';
import { chartStep, rangeKey, timeRange } from '../app/time-range.ts';
import { words } from '../i18n/language.ts';
import { Card } from './card.tsx';
import { Chart } from './chart.tsx';
import { Empty, Region } from './states.tsx';
import { tip } from './tip.ts';

interface Props {
  readonly title: string;
  readonly metric: string;
  readonly matchers: Readonly<Record<string, string>>;
  readonly groupBy: string;
  readonly op: MetricOp;
  readonly format: (value: number | null) => string;
  readonly steps?: readonly number[];
}

/** A card with one metric over the site's time range, a line a group, the largest now first. */
export function MetricChart({ title, metric, matchers, groupBy, op, format, steps }: Props): JSX.Element {
  const key = `metric/${metric}/${JSON.stringify(matchers)}/${groupBy}/${op}/${rangeKey.value}`;
  const live = useLive(
    key,
    signal => {
      const range = timeRange.peek();
      const step = chartStep(range);
      // Whole steps keep the points where they are while the range moves on.
      const to = Math.floor(range.to / step.ms) * step.ms;
      const from = Math.ceil(range.from / step.ms) * step.ms;
      const window = `${Math.max(60, step.ms / 1000)}s`;
      return queryMetric({ metric, matchers, group_by: [groupBy], op, window, from, to, step: step.text }, signal);
    },
    { keepOld: true },
  );
  const { job: w } = words();
  const range = timeRange.value;
  return (
    <Card title={<span {...tip(`${op}(${metric})`)}>{title}</span>}>
      <Region live={live}>
        {({ groups }) => {
          const last = (points: readonly (readonly [number, number | null])[]): number =>
            points.findLast(p => p[1] !== null)?.[1] ?? -1;
          const series = groups
            .filter(g => g.points.some(p => p[1] !== null))
            .map(g => ({ label: g.labels[groupBy] || metric, points: g.points }))
            .sort((a, b) => last(b.points) - last(a.points));
          if (series.length === 0) {
            return (
              <Empty title={w.noSeries}>
                <p class="muted">{w.noSeriesHow}</p>
              </Empty>
            );
          }
          return <Chart series={series} from={range.from} to={range.to} format={format} label={title} steps={steps} />;
        }}
      </Region>
    </Card>
  );
}
