/**
 * Last stable offsets: where the oldest open transaction of a partition begins. A reader of committed records gets nothing behind it, so what
 * it has before it ends there, while the age of what it waits for still begins where that was written (the high watermark's curve).
 */
import { Curve } from './curve.ts';
import type { HopTopic, PartitionEnds, PartitionPositions } from './hop-topic.ts';

/**
 * Takes the last stable offset told beside an end offset; undefined where it is the same. Kept only for partitions in which the two ever
 * differed: any other has no transactions.
 */
export function noteStable(ends: PartitionEnds, ts: number, endOffset: number, stable: number | undefined): void {
  ends.tellsStable = true;
  const offset = Math.min(stable ?? endOffset, endOffset);
  if (ends.stable === null && offset === endOffset) return;
  ends.stable ??= new Curve();
  ends.stable.putRising(ts, offset);
}

/** The curve that ends what a consumer can read at `t`: stable offsets where they are known, unless it reads what is not committed too. */
export function readableEnds(consumer: HopTopic, ends: PartitionEnds, t: number): Curve {
  const { stable } = ends;
  return stable === null || consumer.readsUncommitted || !(stable.firstT <= t) ? ends.curve : stable;
}

/** Records of open transactions a reader of committed ones could not get at `t`, as sampled last. */
export function openRecords(consumer: HopTopic, ends: PartitionEnds, t: number): number {
  const stable = readableEnds(consumer, ends, t);
  if (stable === ends.curve) return 0;
  const [i, j] = [ends.curve.indexAt(t), stable.indexAt(t)];
  return i < 0 ? 0 : Math.max(0, ends.curve.valueOf(i) - stable.valueOf(j));
}

/**
 * A consumer that stood behind the last stable offset of a later instant reads uncommitted records: stable offsets only rise. Its clock may be
 * behind by what is known of it.
 */
export function seeIsolation(consumer: HopTopic, own: PartitionPositions, ends: PartitionEnds): void {
  const { stable } = ends;
  if (stable === null || consumer.readsUncommitted || own.lag !== null) return;
  const { raw } = own;
  const i = raw.indexAt(stable.lastT - consumer.skew.behindMs);
  if (i >= 0 && raw.valueOf(i) > stable.lastX) consumer.readsUncommitted = true;
}
