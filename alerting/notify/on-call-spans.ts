/** Who is on call over a range: every change of a rota between two instants, hours of layers and overrides included. */
import { instantOf, transition, zoneOffset } from '../../model/zone.ts';
import { minutesOf } from './calendar.ts';
import { onCall, type RotaDocument } from './rota.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A time during which the same members are on call by the same layer or override; `[from, to)` in epoch ms. */
export interface OnCallSpan {
  readonly from: number;
  readonly to: number;
  /** None while nobody is on duty. */
  readonly members: readonly string[];
  /** As in `OnCall`. */
  readonly by: string;
}

/** The spans of `[from, to)` in order, without gaps; the first and the last are cut at the range. */
export function onCallSpans(rota: RotaDocument, from: number, to: number): readonly OnCallSpan[] {
  const spans: OnCallSpan[] = [];
  for (const at of [from, ...changes(rota, from, to)]) {
    const { members, by } = onCall(rota, at);
    const last = spans.at(-1);
    if (last && last.by === by && last.members.join('\n') === members.join('\n')) continue;
    if (last) spans[spans.length - 1] = { ...last, to: at };
    spans.push({ from: at, to, members, by });
  }
  return spans;
}

/** Every instant within the range at which the answer can change, rising; more than needed does no harm. */
function changes(rota: RotaDocument, from: number, to: number): readonly number[] {
  const { zone, layers, overrides } = rota;
  const found = new Set(overrides.flatMap(override => [override.from, override.to]));
  const times = new Set(
    layers.flatMap(({ handover, hours }) => [handover.time, ...(hours ? [hours.from, hours.to, '00:00'] : [])]),
  );
  const firstDay = Math.floor((from + zoneOffset(zone, from)) / DAY_MS) * DAY_MS - DAY_MS;
  for (let day = firstDay; day <= to + 2 * DAY_MS; day += DAY_MS) {
    for (const time of times) found.add(instantOf(zone, day + minutesOf(time) * MINUTE_MS));
    const before = zoneOffset(zone, day);
    const after = zoneOffset(zone, day + DAY_MS);
    if (before === after) continue;
    // Clocks that are set back show a time twice, and hours begin or end at both.
    const turned = transition(zone, day, day + DAY_MS);
    found.add(turned);
    for (const time of times) {
      const local = Math.floor((turned + after) / DAY_MS) * DAY_MS + minutesOf(time) * MINUTE_MS;
      found.add(local - before).add(local - after);
    }
  }
  return [...found].filter(at => at > from && at < to).sort((a, b) => a - b);
}
