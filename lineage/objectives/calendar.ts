import type { ObjectiveCalendar } from '../../model/objective.ts';
import { instantOf, zoneOffset } from '../../model/zone.ts';
import { type Span, within } from './spans.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Which minutes count for an objective: those of its calendar, or all of them. */
export class CountedTime {
  readonly #calendar: ObjectiveCalendar | null;
  readonly #bounds: readonly [number, number];
  /** Spans by local day; a day is asked for again and again. */
  readonly #days = new Map<number, Span | null>();

  constructor(calendar: ObjectiveCalendar | null) {
    this.#calendar = calendar;
    const from = calendar === null ? 0 : timeOfDay(calendar.from);
    const to = calendar === null ? DAY_MS : timeOfDay(calendar.to);
    this.#bounds = [from, to > from ? to : to + DAY_MS];
  }

  /** The spans that count within one, in order and disjoint. */
  within(span: Span): readonly Span[] {
    const calendar = this.#calendar;
    if (span.to <= span.from) return [];
    if (calendar === null) return [span];
    const spans: Span[] = [];
    // A span over midnight belongs to the day it begins on.
    for (let day = localDay(calendar.zone, span.from) - 1; day <= localDay(calendar.zone, span.to); day++) {
      const counted = this.#of(calendar, day);
      if (counted !== null) spans.push(counted);
    }
    return within(spans, span);
  }

  #of(calendar: ObjectiveCalendar, day: number): Span | null {
    let span = this.#days.get(day);
    if (span !== undefined) return span;
    if (this.#days.size > 400) this.#days.clear();
    const [from, to] = this.#bounds;
    // 1 January 1970 was a Thursday.
    const weekday = (((day + 4) % 7) + 7) % 7;
    const at = (time: number): number => instantOf(calendar.zone, day * DAY_MS + time);
    span = calendar.days.includes(weekday) ? { from: at(from), to: at(to) } : null;
    this.#days.set(day, span);
    return span;
  }
}

/** Number of the local day since 1 January 1970. */
export function localDay(zone: string, at: number): number {
  return Math.floor((at + zoneOffset(zone, at)) / DAY_MS);
}

function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
}
