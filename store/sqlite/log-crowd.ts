import type { DatabaseSync } from 'node:sqlite';
import { compareLines, type LinePlace } from './log-order.ts';

/** Crowded buckets a file remembers the order of: 8 bytes a line, 8 MB for the fullest bucket there can be. */
const MAX_KEPT = 2;

/** The lines of one bucket that a walk finds, in the order of lines (log-order.ts), oldest first. */
export interface Crowd {
  readonly bucket: number;
  readonly ids: Float64Array;
  /** The highest id the bucket had: a line that came since has a higher one. */
  readonly highest: number;
}

/**
 * Remembers the order of buckets that hold many lines, by walk: whoever reads such a bucket page by page would otherwise have all of
 * it put in order for every page.
 */
export class CrowdCache {
  readonly #kept = new Map<string, Crowd>();

  /** Undefined when nothing is known of the bucket, or it has other lines by now. */
  get(walk: string, bucket: number, highest: () => number): Crowd | undefined {
    const known = this.#kept.get(`${bucket} ${walk}`);
    return known && known.highest === highest() ? known : undefined;
  }

  set(walk: string, crowd: Crowd): void {
    const key = `${crowd.bucket} ${walk}`;
    this.#kept.delete(key);
    this.#kept.set(key, crowd);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > MAX_KEPT && !oldest.done) this.#kept.delete(oldest.value);
  }
}

/** Where a file's partitions stand in the order of lines: two epochs of a partition share a rank. */
type PartOrder = ReadonlyMap<number, { readonly rank: number; readonly epoch: number }>;

/** Ids of one bucket put in the order of lines, oldest first, reading no more of a line than that takes. */
export function orderCrowd(db: DatabaseSync, ids: readonly number[]): Float64Array {
  const orders = partOrder(db);
  const place = db.prepare('SELECT ms, part, off FROM line WHERE id = ?');
  place.setReturnArrays(true);
  const n = ids.length;
  const ms = new Float64Array(n);
  const rank = new Float64Array(n);
  const offset = new Float64Array(n);
  const epoch = new Float64Array(n);
  const order: number[] = [];
  for (let i = 0; i < n; i++) {
    const row: unknown = place.get(ids[i]!);
    if (!Array.isArray(row)) continue;
    const part = orders.get(Number(row[1]));
    ms[i] = Number(row[0]);
    rank[i] = part?.rank ?? 0;
    offset[i] = Number(row[2]);
    epoch[i] = part?.epoch ?? 0;
    order.push(i);
  }
  order.sort((a, b) => ms[a]! - ms[b]! || rank[a]! - rank[b]! || offset[a]! - offset[b]! || epoch[a]! - epoch[b]!);
  return Float64Array.from(order, i => ids[i]!);
}

function partOrder(db: DatabaseSync): PartOrder {
  const parts = db
    .prepare('SELECT code, epoch, topic, num FROM part')
    .all()
    .map(row => ({ code: Number(row['code']), place: placeOf(row) }))
    .sort((a, b) => compareLines(a.place, b.place));
  const order = new Map<number, { rank: number; epoch: number }>();
  let rank = 0;
  let before: LinePlace | undefined;
  parts.forEach(({ code, place }, epoch) => {
    if (before && compareLines({ ...before, epoch: place.epoch }, place) !== 0) rank++;
    before = place;
    order.set(code, { rank, epoch });
  });
  return order;
}

function placeOf(row: Readonly<Record<string, unknown>>): LinePlace {
  const [topic, epoch] = [String(row['topic']), String(row['epoch'])];
  return { ts: 0, offset: 0, topic, partition: Number(row['num']), epoch };
}
