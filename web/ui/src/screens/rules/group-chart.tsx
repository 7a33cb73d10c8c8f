import type { JSX } from 'preact';
import { useLive } from '../../api/live.ts';
import { type RuleDocument, rowValues } from '../../api/rules.ts';
import { compact } from '../../format/number.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { Chart } from '../../parts/chart.tsx';
import { thresholdOf } from './threshold.ts';

/** Points across the day. */
const STEP_S = 600;
/** Rows drawn; more lines cannot be told apart. */
const MAX_ROWS = 4;

interface Props {
  readonly document: RuleDocument;
  readonly labels: Readonly<Record<string, string>>;
  readonly from: number;
  readonly to: number;
}

/** The values of one group over the time of the preview, with the threshold where the condition names one number. */
export function GroupChart({ document, labels, from, to }: Props): JSX.Element | null {
  const { preview: w, alert } = moreWords();
  const rows = (document.metrics ?? []).slice(0, MAX_ROWS).filter(row => row.metric !== undefined);
  const key = JSON.stringify([rows, labels, document.window, document.matchers]);
  const live = useLive(
    rows.length > 0 ? `group/${key}` : null,
    async signal => {
      const step = STEP_S * 1000;
      const start = Math.floor(from / step) * step;
      const end = Math.floor(to / step) * step;
      const answers = await Promise.all(
        rows.map(row =>
          rowValues(
            row,
            {
              matchers: { ...document.matchers, ...row.matchers, ...withoutEmpty(labels) },
              window: row.window ?? document.window ?? '5m',
              from: start,
              to: end,
              step: `${STEP_S}s`,
            },
            signal,
          ).catch(() => ({ groups: [] })),
        ),
      );
      return answers.map(({ groups }) => groups[0]?.points ?? []);
    },
    { every: Infinity, keepOld: true },
  );
  if (!live.data || live.data.length !== rows.length) return null;
  const condition = document.condition ?? document.levels?.at(0)?.condition;
  const limits = rows.map((row, i) => thresholdOf(condition, i, row.name)).filter(limit => limit !== undefined);
  // Thresholds of several rows have scales of their own: one line would belong to none of them.
  const limit = limits.length === 1 ? limits[0] : undefined;
  return (
    <>
      <h3 class="card-body">
        {w.chart}
        {limit !== undefined && (
          <span class="muted">
            {' '}
            · {alert.threshold} {compact(limit)}
          </span>
        )}
      </h3>
      <Chart
        series={live.data.map((points, i) => ({ label: rows[i]?.name ?? `{${i}}`, points }))}
        from={from}
        to={to}
        format={compact}
        label={w.chart}
        {...(limit === undefined ? {} : { limit })}
      />
    </>
  );
}

/** An empty label means that the series has none; as a filter it would mean any. */
function withoutEmpty(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}
