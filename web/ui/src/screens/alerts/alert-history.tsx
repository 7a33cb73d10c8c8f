import type { JSX } from 'preact';
import type { AlertDetail } from '../../api/alerts.ts';
import { timeRange } from '../../app/time-range.ts';
import { DURATION_STEPS_MS, duration } from '../../format/duration.ts';
import { compact, exact } from '../../format/number.ts';
import { clockSeconds } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { Chart } from '../../parts/chart.tsx';
import { tip } from '../../parts/tip.ts';
import { thresholdOf } from '../rules/threshold.ts';
import { formatOf } from '../rules/value-format.ts';

/** The values of every check, a chart for each metric since their units differ, and the state that followed. */
export function AlertHistory({ alert }: { alert: AlertDetail }): JSX.Element {
  const { alerts: w } = words();
  const { history, rule } = alert;
  if (history.length === 0) return <p class="card-body muted">{w.noHistory}</p>;
  const condition = rule?.condition ?? rule?.levels?.find(({ level }) => level === alert.severity)?.condition;
  const rows = alert.values.map((_, i) => {
    const metric = rule?.metrics[i];
    const label = metric?.name ?? `{${i}}`;
    return {
      unit: metric ? `${metric.metric ?? ''} ${metric.op ?? ''}` : label,
      format: metric && formatOf(metric),
      limit: thresholdOf(condition, i, metric?.name),
      series: { label, points: history.map(tick => [tick.t, tick.values[i] ?? null] as const) },
    };
  });
  const charts = [...Map.groupBy(rows, ({ unit }) => unit).values()];
  const from = history[0]?.t ?? timeRange.value.from;
  const to = Math.max(history.at(-1)?.t ?? timeRange.value.to, from + 1);
  return (
    <>
      {charts.map(group => {
        // One line can only be the threshold of one of them.
        const limits = group.flatMap(({ limit }) => limit ?? []);
        const [limit] = limits.length === 1 ? limits : [];
        const format = group[0]?.format;
        return (
          <Chart
            key={group[0]?.unit}
            series={group.map(({ series }) => series)}
            from={from}
            to={to}
            format={format ?? compact}
            label={w.chart}
            height={charts.length > 1 ? 120 : 168}
            steps={format === duration ? DURATION_STEPS_MS : undefined}
            {...(limit === undefined ? {} : { limit })}
          />
        );
      })}
      <div class="ticks" role="img" aria-label={w.history}>
        {history.map(tick => (
          <i
            key={tick.t}
            class={`tick tick-${tick.state}`}
            {...tip(
              `${clockSeconds(tick.t)}  ${w.states[tick.state as 'firing'] ?? tick.state}`,
              tick.values.map(v => exact(v, 3)).join(' · '),
            )}
          />
        ))}
      </div>
    </>
  );
}
