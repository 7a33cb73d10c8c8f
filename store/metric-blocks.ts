/**
 * Blocks: an hour of one series' points, and the one-minute rollups made of it when its raw points expire. Hours and minutes hold
 * their end and not their beginning, (t - 1 h, t], as windows do: a window on whole minutes is answered exactly by whole rollups.
 */
import { decodeColumns, encodeColumns } from './metric-columns.ts';

export const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The hour a point belongs to: hours since 1970, counted at their end. */
export function slotOf(ts: number): number {
  return Math.ceil(ts / HOUR_MS);
}

/** Points of one series, times rising; `delays` = arrival minus time, ms. */
export interface Block {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly delays: Float64Array;
}

export function encodeBlock(block: Block): Buffer {
  return encodeColumns([block.times, block.values, block.delays], block.times.length);
}

export function decodeBlock(bytes: Uint8Array): Block {
  const [times, values, delays] = decodeColumns(bytes, 3);
  return { times: times!, values: values!, delays: delays! };
}

/** Points in the order of their writing joined with those stored: in order of time, the last write of an instant stays. */
export function mergeBlocks(stored: Block | null, written: Block): Block {
  const joined: Block = stored
    ? {
        times: join(stored.times, written.times),
        values: join(stored.values, written.values),
        delays: join(stored.delays, written.delays),
      }
    : written;
  return isRising(joined.times) ? joined : sorted(joined);
}

function sorted(block: Block): Block {
  const { times } = block;
  const order = new Uint32Array(times.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  order.sort((a, b) => times[a]! - times[b]! || a - b);
  let kept = 0;
  for (let i = 0; i < order.length; i++) {
    if (i + 1 === order.length || times[order[i + 1]!] !== times[order[i]!]) order[kept++] = order[i]!;
  }
  return pickBlock(block, order.subarray(0, kept));
}

/** The points of a block at some places, in their order. */
export function pickBlock(block: Block, places: ArrayLike<number>): Block {
  const pick = (column: Float64Array): Float64Array => {
    const picked = new Float64Array(places.length);
    for (let i = 0; i < places.length; i++) picked[i] = column[places[i]!]!;
    return picked;
  };
  return { times: pick(block.times), values: pick(block.values), delays: pick(block.delays) };
}

/** One minute of one series each; `times` are the ends of the minutes. */
export interface Rollup {
  readonly times: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
  readonly count: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
}

export function rollUp(block: Block): Rollup {
  const ends: number[] = [];
  for (const [i, t] of block.times.entries()) {
    if (i + 1 === block.times.length || minuteOf(t) !== minuteOf(block.times[i + 1]!)) ends.push(i + 1);
  }
  const minutes = ends.map((end, i) => block.values.subarray(i === 0 ? 0 : ends[i - 1], end));
  const column = (of: (minute: Float64Array) => number): Float64Array => Float64Array.from(minutes, of);
  return {
    times: Float64Array.from(ends, end => minuteOf(block.times[end - 1]!)),
    min: column(minute => minute.reduce((least, value) => Math.min(least, value))),
    max: column(minute => minute.reduce((most, value) => Math.max(most, value))),
    sum: column(minute => minute.reduce((sum, value) => sum + value, 0)),
    count: column(minute => minute.length),
    first: column(minute => minute[0]!),
    last: column(minute => minute.at(-1)!),
  };
}

/** The end of the minute a point belongs to, epoch ms. */
export function minuteOf(ts: number): number {
  return Math.ceil(ts / MINUTE_MS) * MINUTE_MS;
}

function join(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function isRising(times: Float64Array): boolean {
  for (let i = 1; i < times.length; i++) if (times[i]! <= times[i - 1]!) return false;
  return true;
}
