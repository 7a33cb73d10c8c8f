/**
 * An hour of one series as it is kept after its raw points: the one-minute rollups, and the times of the points they were made of. The
 * times tell a late point from a repeated one, so that a rollup can take either any number of times.
 *
 * Bytes: a marker no count of minutes can be, the length of the times, the times, the rollup. What was written before there were times
 * begins with the rollup.
 */
import { type Block, minuteOf, pickBlock, type Rollup, rollUp } from './metric-blocks.ts';
import { decodeColumns, encodeColumns } from './metric-columns.ts';

const MARKER = 0xffffffff;
const HEAD = 8;
const COLUMNS = 7;

export interface RolledBlock {
  readonly rollup: Rollup;
  /** Rising; null when they are not known. */
  readonly times: Float64Array | null;
}

export function encodeRolled({ rollup: r, times }: RolledBlock): Buffer {
  const minutes = encodeColumns([r.times, r.min, r.max, r.sum, r.count, r.first, r.last], r.times.length);
  if (times === null) return minutes;
  const packed = encodeColumns([times], times.length);
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(packed.length, head.writeUInt32LE(MARKER, 0));
  return Buffer.concat([head, packed, minutes]);
}

/** The rollup alone: what queries read. */
export function decodeRollup(bytes: Uint8Array): Rollup {
  const [times, min, max, sum, count, first, last] = decodeColumns(bytes.subarray(startOfRollup(bytes)), COLUMNS);
  return { times: times!, min: min!, max: max!, sum: sum!, count: count!, first: first!, last: last! };
}

export function decodeRolled(bytes: Uint8Array): RolledBlock {
  const start = startOfRollup(bytes);
  const times = start === 0 ? null : decodeColumns(bytes.subarray(HEAD, start), 1)[0]!;
  return { rollup: decodeRollup(bytes), times };
}

/**
 * Adds points (times rising) to what is kept of their hour, and says how many were new. A point whose time is known changes nothing, even
 * where its value is another; where times are not known, neither does one of a minute that has points.
 */
export function mergeRolled(stored: RolledBlock | null, block: Block): { rolled: RolledBlock; added: number } {
  if (stored === null) return { rolled: { rollup: rollUp(block), times: block.times }, added: block.times.length };
  const isKnown = knownTimes(stored);
  const places = [...block.times.keys()].filter(i => !isKnown(block.times[i]!));
  if (places.length === 0) return { rolled: stored, added: 0 };
  const fresh = pickBlock(block, places);
  const times = stored.times && Float64Array.from([...stored.times, ...fresh.times]).sort();
  return { rolled: { rollup: joinRollups(stored, fresh), times }, added: places.length };
}

function knownTimes({ rollup, times }: RolledBlock): (ts: number) => boolean {
  const known = new Set(times ?? rollup.times);
  return times === null ? ts => known.has(minuteOf(ts)) : ts => known.has(ts);
}

function joinRollups({ rollup: a, times }: RolledBlock, fresh: Block): Rollup {
  const b = rollUp(fresh);
  const minutes = Float64Array.from(new Set([...a.times, ...b.times])).sort();
  const placesA = new Map(a.times.entries().map(([place, minute]) => [minute, place]));
  const placesB = new Map(b.times.entries().map(([place, minute]) => [minute, place]));
  const [spansA, spansB] = [spansOf(times ?? []), spansOf(fresh.times)];
  const column = (
    name: Exclude<keyof Rollup, 'times'>,
    both: (of: number, other: number, minute: number) => number,
  ): Float64Array =>
    minutes.map(minute => {
      const [placeA, placeB] = [placesA.get(minute), placesB.get(minute)];
      if (placeA === undefined) return b[name][placeB!]!;
      if (placeB === undefined) return a[name][placeA]!;
      return both(a[name][placeA]!, b[name][placeB]!, minute);
    });
  const sum = (x: number, y: number): number => x + y;
  return {
    times: minutes,
    min: column('min', (x, y) => Math.min(x, y)),
    max: column('max', (x, y) => Math.max(x, y)),
    sum: column('sum', sum),
    count: column('count', sum),
    first: column('first', (x, y, minute) => (spansB.get(minute)![0] < spansA.get(minute)![0] ? y : x)),
    last: column('last', (x, y, minute) => (spansB.get(minute)![1] > spansA.get(minute)![1] ? y : x)),
  };
}

/** Of each minute its first and its last time. */
function spansOf(times: Iterable<number>): Map<number, readonly [first: number, last: number]> {
  const spans = new Map<number, readonly [number, number]>();
  for (const ts of times) spans.set(minuteOf(ts), [spans.get(minuteOf(ts))?.[0] ?? ts, ts]);
  return spans;
}

function startOfRollup(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(0, true) === MARKER ? HEAD + view.getUint32(4, true) : 0;
}
