import type { JSX } from 'preact';
import { type AlertDetail, isOver } from '../../api/alerts.ts';
import { getReport } from '../../api/freshness.ts';
import { useLive } from '../../api/live.ts';
import { link } from '../../app/router.ts';
import { clockSeconds, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { FreshnessSentence } from '../../parts/freshness-text.tsx';
import { AsOfTime, JobCause } from '../../parts/job-cause.tsx';
import { Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

/** What somebody who was woken wants to know first: why, what is broken by it, and the line of the log that says so. */
export function Gist({ alert }: { alert: AlertDetail }): JSX.Element | null {
  const { alerts: w } = words();
  const { job, report } = alert.labels;
  const { affects, log_line: line } = alert;
  // A report's own alert affects that report: its sentence says so already.
  const isOwn = affects.length === 1 && affects[0]?.report === report;
  return (
    <dl class="gist" data-testid="gist">
      {job !== undefined && (
        <>
          <dt>{words().diagnosis.title}</dt>
          <dd>
            <JobCause job={job} at={instantOf(alert)} />
          </dd>
        </>
      )}
      {job === undefined && report !== undefined && <ReportState alert={alert} report={report} />}
      {!isOwn && (
        <>
          <dt>{w.affects}</dt>
          <dd>
            {affects.length === 0 && <span class="muted">{w.noAffects}</span>}
            {affects.map(({ report: name, owner }) => (
              <span key={name} class="gist-report">
                <a href={link(`/freshness/${encodeURIComponent(name)}`)}>{name}</a>
                {owner && <span class="muted"> {owner}</span>}
              </span>
            ))}
          </dd>
        </>
      )}
      {line && (
        <>
          <dt>{w.logLine}</dt>
          <dd>
            <a class="gist-line" href={line.url}>
              <span class="muted num" {...tip(fullTime(line.ts))}>
                {clockSeconds(line.ts)}
              </span>{' '}
              <span class="mono">{line.text}</span>
            </a>
          </dd>
        </>
      )}
    </dl>
  );
}

/**
 * The instant to ask about, null for now: an alert that is over or recovering is explained by the middle of its firing, when what was wrong showed in
 * every figure.
 */
function instantOf(alert: AlertDetail): number | null {
  if (!isOver(alert) && alert.state !== 'recovering') return null;
  const since = alert.starts_at ?? alert.active_at ?? 0;
  const firing = alert.history.filter(({ t, state }) => t >= since && state === 'firing');
  return firing[firing.length >> 1]?.t ?? since;
}

/** How late the report is, and because of whom. */
function ReportState({ alert, report }: { alert: AlertDetail; report: string }): JSX.Element {
  const at = instantOf(alert);
  const live = useLive(
    `freshness/${report}/${at}`,
    signal => getReport(report, signal, at ?? undefined),
    at === null ? {} : { every: Infinity },
  );
  return (
    <>
      <dt>
        <a href={link(`/freshness/${encodeURIComponent(report)}`)}>{report}</a>
      </dt>
      <dd>
        <Region live={live} rows={1}>
          {answer => (
            <p class="row wrap">
              <FreshnessSentence of={answer} />
              <AsOfTime at={at} />
            </p>
          )}
        </Region>
      </dd>
    </>
  );
}
