import type { JSX } from 'preact';
import type { AlertDetail } from '../../api/alerts.ts';
import { duration } from '../../format/duration.ts';
import { clock, fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';
import { LevelBadge } from '../../parts/level.tsx';
import { tip } from '../../parts/tip.ts';

/** That an alert is over, from when until when it lasted, and why it ended. */
export function OverLine({ alert }: { alert: AlertDetail }): JSX.Element {
  const { alerts } = words();
  const { alert: w } = moreWords();
  const { ends_at: end, reason } = alert;
  const since = alert.starts_at ?? alert.active_at ?? end ?? 0;
  return (
    <>
      <LevelBadge
        level={alert.state === 'resolved' ? 'ok' : 'unknown'}
        text={alerts.states[alert.state as 'resolved'] ?? alert.state}
        pill
      />
      {typeof end === 'number' ? (
        <span class="soft" {...tip(`${fullTime(since)} – ${fullTime(end)}`)}>
          {w.fromTo(clock(since), clock(end, since), duration(end - since))}
        </span>
      ) : (
        <span class="soft" {...tip(fullTime(since))}>
          {w.endUnknown(clock(since))}
        </span>
      )}
      {reason && <span class="soft">{w.ends[reason] ?? reason}</span>}
    </>
  );
}

/** The condition with the numbers at which it ended. */
export function EndFormula({ alert }: { alert: AlertDetail }): JSX.Element | null {
  const { alert: w } = moreWords();
  const end = alert.at_end;
  if (!end?.formula) return null;
  return (
    <p class="formula mono soft" {...tip(fullTime(end.t))} data-testid="end-formula">
      {w.atEnd} {end.formula}
    </p>
  );
}
