/** On-call rotas (值班表): who is told under the rota's name at an instant. Weekly layers, a later one over an earlier one, and overrides over all. */
import { z } from 'zod';
import { instantOf, isZone, zoneOffset } from '../../model/zone.ts';
import { CalendarDocument, isWithin, minutesOf } from './calendar.ts';
import { instantField } from './fields.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const MINUTE_MS = 60_000;

const name = z.string().min(1).max(100);

/** Members take turns of `weeks` weeks; the first one's begins at the first handover at or after local midnight of `start`. */
const Layer = z.strictObject({
  name: z.string().max(100).optional(),
  members: z.array(name).min(1).max(100),
  /** Local date. */
  start: z.iso.date(),
  /** `day` 0 = Sunday. */
  handover: z
    .strictObject({
      day: z.int().min(0).max(6).default(1),
      time: z
        .string()
        .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM')
        .default('09:00'),
    })
    .prefault({}),
  weeks: z.int().min(1).max(52).default(1),
  /** On duty only then (nights, weekends); outside it the layers below speak. */
  hours: CalendarDocument.omit({ zone: true }).optional(),
});

const Override = z
  .strictObject({ from: instantField, to: instantField, members: z.array(name).min(1), comment: z.string().optional() })
  .refine(({ from, to }) => from < to, { path: ['to'], error: 'must be after from' });

/** Members are names of receivers or channels. */
export const RotaDocument = z.strictObject({
  name,
  zone: z.string().refine(isZone, { error: 'expected an IANA zone such as Asia/Shanghai' }).default('UTC'),
  layers: z.array(Layer).min(1).max(20),
  overrides: z.array(Override).max(1000).default([]),
  comment: z.string().max(2000).optional(),
});
export type RotaDocument = z.output<typeof RotaDocument>;

/** Who is on call, and by what: `override`, or the layer's name or place. `members` is empty while no layer is on duty. */
export interface OnCall {
  readonly members: readonly string[];
  readonly by: string;
  /** The turn this is: when its member took over and hands over next; null for an override and for nobody. */
  readonly from: number | null;
  readonly to: number | null;
}

export function onCall(rota: RotaDocument, at: number): OnCall {
  const override = rota.overrides.findLast(({ from, to }) => from <= at && at < to);
  if (override) return { members: override.members, by: 'override', from: override.from, to: override.to };
  for (const [i, layer] of [...rota.layers.entries()].reverse()) {
    if (layer.hours && !isWithin({ ...layer.hours, zone: rota.zone }, at)) continue;
    const turn = turnOf(layer, rota.zone, at);
    const member = turn && layer.members[turn.n % layer.members.length];
    if (member) return { members: [member], by: layer.name ?? `layer ${i + 1}`, from: turn.from, to: turn.to };
  }
  return { members: [], by: 'nobody', from: null, to: null };
}

/** The turn an instant is in, counted from 0; null before the first. Turns are bounded by instants, so a clock change neither skips nor repeats one. */
function turnOf(
  layer: RotaDocument['layers'][number],
  zone: string,
  at: number,
): { n: number; from: number; to: number } | null {
  const start = Date.parse(`${layer.start}T00:00:00Z`);
  const daysToFirst = (layer.handover.day - new Date(start).getUTCDay() + 7) % 7;
  const first = start + daysToFirst * DAY_MS + minutesOf(layer.handover.time) * MINUTE_MS;
  const length = layer.weeks * WEEK_MS;
  const handover = (n: number): number => instantOf(zone, first + n * length);
  // Local time is at most an hour or so off around a change: the guess is right or next to right.
  let n = Math.floor((at + zoneOffset(zone, at) - first) / length);
  while (handover(n) > at) n--;
  while (handover(n + 1) <= at) n++;
  return n < 0 ? null : { n, from: handover(n), to: handover(n + 1) };
}
