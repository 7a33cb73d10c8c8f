import type { JSX } from 'preact';
import type { OnCallSchedule } from '../../api/channels.ts';
import { clock, fullTime } from '../../format/time.ts';
import { locale } from '../../i18n/language.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { tip } from '../../parts/tip.ts';
import { coloursOf, localMidnights } from './on-call-days.ts';

/** Changes written out below the picture. */
const SHOWN = 6;

/** Who is on call over the range as a band, in the browser's days, and the next changes in words. */
export function OnCallStrip({ schedule }: { schedule: OnCallSchedule }): JSX.Element {
  const { onCall: w } = notificationWords();
  const { from, to, spans } = schedule;
  const colours = coloursOf(spans);
  const place = (at: number): string => `${(100 * (at - from)) / (to - from)}%`;
  const dayName = new Intl.DateTimeFormat(locale(), { weekday: 'narrow' });
  const who = (members: readonly string[]): string => members.join(', ') || w.nobody;
  return (
    <figure class="on-call" data-testid="on-call-strip">
      <div class="on-call-band" role="img" aria-label={w.strip}>
        {spans.map(span => (
          <span
            key={span.from}
            class={`on-call-span turn-${colours.get(who(span.members)) ?? 0}${span.members.length === 0 ? ' nobody' : ''}`}
            style={{ left: place(span.from), width: `${(100 * (span.to - span.from)) / (to - from)}%` }}
            {...tip(who(span.members), w.by(span.by), fullTime(span.from), fullTime(span.to))}
          >
            {who(span.members)}
          </span>
        ))}
      </div>
      <div class="on-call-days" aria-hidden="true">
        {localMidnights(from, to).map(at => (
          <span key={at} style={{ left: place(at) }}>
            {dayName.format(at)}
            <br />
            {new Date(at).getDate()}
          </span>
        ))}
      </div>
      <figcaption>
        <ol class="stack on-call-next">
          {spans.slice(0, SHOWN).map((span, i) => (
            <li key={span.from}>
              <span class={`turn-mark turn-${colours.get(who(span.members)) ?? 0}`} aria-hidden="true" />
              <span class={i === 0 ? 'strong' : ''}>{who(span.members)}</span>{' '}
              <span class="muted" {...tip(fullTime(span.from), fullTime(span.to))}>
                {i === 0 ? w.nowUntil(clock(span.to)) : w.from(clock(span.from), clock(span.to))} · {w.by(span.by)}
              </span>
            </li>
          ))}
          {spans.length > SHOWN && <li class="muted">{w.moreChanges(spans.length - SHOWN)}</li>}
        </ol>
      </figcaption>
    </figure>
  );
}
