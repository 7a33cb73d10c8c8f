/** Says a silence in words, and times as their fields want them. */
import type { Silence } from '../../api/silences.ts';
import { clock } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';

/** `Sat, Sun 02:00–04:00 (Asia/Shanghai)`, or from when until when. */
export function describeTime(silence: Pick<Silence, 'calendar' | 'starts_at' | 'ends_at'>): string {
  const { silences: w } = moreWords();
  const { calendar, starts_at: from, ends_at: to } = silence;
  const end = to === undefined ? '' : w.until(clock(Number(to)));
  if (calendar) {
    const days = calendar.days?.map(day => w.dayNames[day] ?? '').join(', ') ?? w.everyDay;
    return [w.nightly(days, calendar.from, calendar.to, calendar.zone ?? 'UTC'), end].filter(Boolean).join(' ');
  }
  return `${from === undefined ? '' : clock(Number(from))} – ${to === undefined ? '' : clock(Number(to))}`;
}

/** Epoch ms as `datetime-local` wants it, in the browser's zone. */
export function toLocalInput(ms: number): string {
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The instant of a `datetime-local` field; undefined while it is empty. */
export function fromLocalInput(text: string): number | undefined {
  const ms = new Date(text).getTime();
  return Number.isNaN(ms) ? undefined : ms;
}
