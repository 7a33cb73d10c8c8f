import type { JSX } from 'preact';
import { type Freshness, hopConsumer, type Level, type Overview, type StreamStatus } from '../../api/estate.ts';
import { link } from '../../app/router.ts';
import { rate } from '../../format/number.ts';
import { fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { LevelShape } from '../../parts/level.tsx';
import { tip } from '../../parts/tip.ts';

const ORDER: Record<Level, number> = { critical: 3, warning: 2, unknown: 1, ok: 0 };

/** The hop that most late reports blame; null when none is named. */
function mainCause(late: readonly Freshness[]): string | null {
  const votes = new Map<string, number>();
  for (const { blame } of late) if (blame !== null) votes.set(blame, (votes.get(blame) ?? 0) + 1);
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** The state of the estate in one sentence and a line of figures. */
export function Headline({ data, streams }: { data: Overview; streams: readonly StreamStatus[] }): JSX.Element {
  const { overview: w } = words();
  const late = data.reports.filter(r => r.level === 'warning' || r.level === 'critical');
  const worst = data.reports.reduce<Level>((level, r) => (ORDER[r.level] > ORDER[level] ? r.level : level), 'ok');
  const cause = mainCause(late);
  const sentence = cause === null ? null : w.cause(hopConsumer(cause));
  const intake = streams.reduce((sum, s) => sum + (s.rate_per_second ?? 0), 0);
  return (
    <header class="headline" {...tip(fullTime(data.at))}>
      <LevelShape level={data.reports.length === 0 ? 'unknown' : worst} size={26} />
      <div class="grow">
        <h1>
          {data.reports.length === 0
            ? w.noReports
            : late.length === 0
              ? w.calm(data.reports.length)
              : w.behind(late.length, data.reports.length)}
          {sentence && (
            <span class="soft cause">
              {sentence.before}
              <a href={link('/lineage', { root: late[0]?.report ?? late[0]?.dataset, hop: cause ?? undefined })}>
                {sentence.hop}
              </a>
              {sentence.after}
            </span>
          )}
        </h1>
        <p class="soft figures">
          <span>{w.running(data.jobs.by_status['RUNNING'] ?? 0, data.jobs.total)}</span>
          <span>{w.firing(data.alerts.firing)}</span>
          <span>{w.pending(data.alerts.pending)}</span>
          <span>{w.intake(rate(intake))}</span>
        </p>
      </div>
    </header>
  );
}
