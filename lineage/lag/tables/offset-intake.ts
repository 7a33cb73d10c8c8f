import type { LagRow, OffsetRow, OffsetsRow } from '../../../model/offset-row.ts';
import type { OffsetTables } from '../offsets.ts';
import { Curve } from './curve.ts';
import { type HopTopic, keepRecent, type PartitionPositions, type TopicEnds } from './hop-topic.ts';
import { noteStable, seeIsolation } from './stable-ends.ts';
import { UploadDelays } from './upload-delays.ts';

/** Reported lags of a partition that wait for an end offset, at most. */
const MAX_PENDING_LAGS = 64;
/** A consumer with live positions silent for this long is placed by its commits instead, ms. */
const COMMITS_STAND_IN_AFTER_MS = 60_000;

/** Told which part of which curve a row changed: values strictly between `from` and `to` may differ. */
export interface OffsetChanges {
  positionChanged(consumer: HopTopic, partition: number | null, from: number, to: number): void;
  endChanged(ends: TopicEnds, partition: number, from: number, to: number): void;
}

/** Takes one row into the tables. Rows may come in any order; at one time and place the last counts, repeating changes nothing. */
export function addRow(tables: OffsetTables, row: OffsetRow, changes?: OffsetChanges): void {
  if (!Number.isFinite(row.ts)) return;
  if (!(row.ts <= tables.newestTs)) tables.newestTs = row.ts;
  tables.heard.note(row.ts);
  switch (row.type) {
    case 'offsets':
      addOffsets(tables, row, changes);
      return;
    case 'lag':
      addLag(tables, row, changes);
      return;
    case 'checkpoint': {
      const facts = tables.facts(row.hop);
      facts.checkpoints.putRising(row.ts, row.barrierTs);
      facts.dirty = true;
      return;
    }
    case 'queue_lag': {
      const facts = tables.facts(row.hop);
      // What was emptied stays emptied, so this curve only rises; a growing estimate of the age cannot take it back.
      facts.queue.putRising(row.ts, row.ts - Math.max(0, row.ms));
      facts.queueEstimated = row.estimated === true;
      facts.dirty = true;
      return;
    }
    case 'watermark': {
      const facts = tables.facts(row.hop);
      // What a window has given out stays: a restart begins without a watermark, but closes no window anew.
      facts.watermarks.putRising(row.ts, row.watermark === null ? 0 : Math.min(row.ts, row.watermark + 1));
      if (row.lateDropped !== undefined) facts.lateDropped.put(row.ts, row.lateDropped);
      facts.dirty = true;
      return;
    }
    case 'event_lag': {
      // Only a consumer whose positions are known can tell its own lag from the delay.
      for (const consumer of tables.consumersOf(row.hop, row.topic))
        (consumer.uploads ??= new UploadDelays()).told(row.ts, row.ms);
      return;
    }
    default:
      row satisfies never;
  }
}

/** Sum of a topic's end offsets at `t`; null until every partition has a sample at or after `t`. */
export function endOfTopic(ends: TopicEnds, t: number): number | null {
  let sum = 0;
  for (const { curve } of ends.partitions.values()) {
    const end = curve.at(t);
    if (end === null) return null;
    sum += end;
  }
  return ends.partitions.size > 0 ? sum : null;
}

function addOffsets(tables: OffsetTables, row: OffsetsRow, changes: OffsetChanges | undefined): void {
  const cluster = clusterOf(tables, row);
  if (row.endOffset !== undefined && row.endOffset >= 0) addEnd(tables, row, cluster, row.endOffset, changes);
  if (row.hop === '') return;
  // Flink reports -1 for a position or commit it does not have yet: after a restart the commit is where it goes on.
  const position = row.position !== undefined && row.position >= 0 ? row.position : null;
  const committed = row.committed !== undefined && row.committed >= 0 ? row.committed : null;
  const consumer = tables.consumer(row.hop, cluster, row.topic, row.group ?? '');
  if (position === null && committed === null) {
    consumer.assigned.add(row.partition);
    return;
  }
  const own = tables.partitionPositions(consumer, row.partition);
  if (own === null) return;
  if (position !== null) own.hasPositions = true;
  if (committed !== null && isCommit(own, row, committed)) {
    keepRecent((own.commits ??= []), { ts: row.ts, offset: committed });
  }
  countLost(tables, consumer, own, row, position ?? committed ?? 0);
  if (position !== null) {
    own.commitsOnly = false;
    move(consumer, row.partition, own, row.ts, position, changes);
    if (row.endOffset === undefined) seeSkew(tables, consumer, row.partition, row.ts, position);
  } else if (committed !== null && (row.position !== undefined || commitsStandIn(consumer, own, row.ts))) {
    own.commitsOnly = true;
    move(consumer, row.partition, own, row.ts, committed, changes);
  }
  const ends = tables.endsFor(consumer)?.partitions.get(row.partition);
  if (ends !== undefined) seeIsolation(consumer, own, ends);
  consumer.dirty = true;
}

/** A row whose time is still to come when it arrives was stamped by a clock that is ahead. */
export function noteArrival(tables: OffsetTables, row: OffsetRow, arrivedAt: number): void {
  if (row.type !== 'offsets' || row.position === undefined || row.endOffset !== undefined || row.ts <= arrivedAt)
    return;
  tables
    .consumer(row.hop, clusterOf(tables, row), row.topic, row.group ?? '')
    .skew.seenAhead(row.ts - arrivedAt, arrivedAt);
}

/** A position that the topic reached only later than the row says was stamped by a clock that is behind. */
function seeSkew(tables: OffsetTables, consumer: HopTopic, partition: number, ts: number, position: number): void {
  const ends = tables.endsFor(consumer)?.partitions.get(partition)?.curve;
  if (ends === undefined || ends.length === 0) return;
  const below = ends.firstAbove(position - 1) - 1;
  if (below >= 0 && ends.timeOf(below) > ts) consumer.skew.seenBehind(ends.timeOf(below) - ts, ts);
}

/** A consumer that goes on behind the oldest record kept has skipped what was deleted. */
function countLost(
  tables: OffsetTables,
  consumer: HopTopic,
  own: PartitionPositions,
  { ts, partition }: OffsetsRow,
  offset: number,
): void {
  const start = tables.endsFor(consumer)?.partitions.get(partition)?.startOffset ?? null;
  const before = own.visible.lastX;
  if (start === null || !(before < start && offset >= start) || !(ts > own.visible.lastT)) return;
  own.lost += start - before;
  own.lostAt = ts;
}

/** A commit that a poll finds again is the one it found before: a consumer that is gone would seem to commit for ever. */
function isCommit(own: PartitionPositions, row: OffsetsRow, committed: number): boolean {
  return row.polled !== true || own.commits?.at(-1)?.offset !== committed;
}

/** Live positions are preferred; commits lag behind them by up to a checkpoint and count only where positions are missing. */
function commitsStandIn(consumer: HopTopic, own: PartitionPositions, ts: number): boolean {
  if (!own.hasPositions) return true;
  return ts - own.raw.lastT > Math.max(COMMITS_STAND_IN_AFTER_MS, 2.5 * consumer.intervalMs);
}

function addEnd(
  tables: OffsetTables,
  row: OffsetsRow,
  cluster: string,
  endOffset: number,
  changes: OffsetChanges | undefined,
): void {
  const topic = tables.topicEnds(cluster, row.topic);
  const ends = tables.partitionEnds(topic, row.partition);
  if (ends === null) return;
  const { curve } = ends;
  // An end offset that falls by half or more is a topic made anew; a small fall is two observers' clocks, and between polls there is one.
  const fellBetweenPolls = row.polled === true && ends.polled !== null && endOffset < ends.polled;
  if (row.polled === true) ends.polled = endOffset;
  if (row.ts > curve.lastT && (fellBetweenPolls || endOffset < curve.lastX / 2)) {
    curve.clear();
    ends.startOffset = null;
    ends.stable = null;
    for (const reader of tables.readersOf(topic)) reader.partitions.get(row.partition)?.reset();
  }
  if (row.startOffset !== undefined) ends.startOffset = row.startOffset;
  const index = curve.putRising(row.ts, endOffset);
  if (row.polled === true || row.lastStableOffset !== undefined) {
    noteStable(ends, row.ts, endOffset, row.lastStableOffset);
  }
  topic.dirty = true;
  if (changes !== undefined) {
    const [from, to] = neighbours(curve, index);
    changes.endChanged(topic, row.partition, from, to);
  }
  for (const reader of tables.readersOf(topic)) {
    settleLags(reader, topic, row.partition, changes);
    const own = reader.partitions.get(row.partition);
    if (own === undefined) continue;
    const { raw } = own;
    if (raw.lastX > endOffset && raw.lastT < row.ts) reader.skew.seenBehind(row.ts - raw.lastT, row.ts);
    seeIsolation(reader, own, ends);
  }
}

function addLag(tables: OffsetTables, row: LagRow, changes: OffsetChanges | undefined): void {
  if (!(row.lagRecords >= 0)) return;
  const consumer = tables.consumer(row.hop, clusterOf(tables, row), row.topic, row.group ?? '');
  const partition = row.partition ?? null;
  const own = tables.partitionPositions(consumer, partition);
  if (own === null) return;
  own.lag ??= new Curve();
  const index = own.lag.put(row.ts, row.lagRecords);
  own.pendingLags = own.pendingLags.filter(pending => pending.ts !== row.ts);
  own.pendingLags.push({ ts: row.ts, lag: row.lagRecords });
  if (own.pendingLags.length > MAX_PENDING_LAGS) own.pendingLags.shift();
  consumer.sampled(row.ts);
  consumer.dirty = true;
  if (changes !== undefined) {
    const [from, to] = neighbours(own.lag, index);
    changes.positionChanged(consumer, partition, from, to);
  }
  const ends = tables.endsFor(consumer);
  if (ends !== null) settleLags(consumer, ends, partition, changes);
}

/** Turns reported lags into positions once end offsets enclose their time. */
function settleLags(
  consumer: HopTopic,
  ends: TopicEnds,
  partition: number | null,
  changes: OffsetChanges | undefined,
): void {
  settle(consumer, consumer.whole, null, t => endOfTopic(ends, t), changes);
  if (partition === null) return;
  const endAt = (t: number): number | null => ends.partitions.get(partition)?.curve.at(t) ?? null;
  settle(consumer, consumer.partitions.get(partition) ?? null, partition, endAt, changes);
}

function settle(
  consumer: HopTopic,
  own: PartitionPositions | null,
  partition: number | null,
  endAt: (t: number) => number | null,
  changes: OffsetChanges | undefined,
): void {
  if (own === null || own.pendingLags.length === 0) return;
  const waiting: typeof own.pendingLags = [];
  for (const pending of own.pendingLags) {
    const end = endAt(pending.ts);
    if (end === null) {
      waiting.push(pending);
      continue;
    }
    const position = Math.max(0, end - pending.lag);
    move(consumer, partition, own, pending.ts, position, changes);
  }
  own.pendingLags = waiting;
}

function move(
  consumer: HopTopic,
  partition: number | null,
  own: PartitionPositions,
  ts: number,
  position: number,
  changes: OffsetChanges | undefined,
): void {
  own.move(ts, position);
  consumer.sampled(ts);
  // A consumer that reports its lag has told the change already.
  if (changes === undefined || own.lag !== null) return;
  const [from, to] = neighbours(own.raw, own.raw.indexAt(ts));
  changes.positionChanged(consumer, partition, from, to);
}

/** Times of the samples before and after one; infinite at the ends. */
function neighbours(curve: Curve, index: number): readonly [from: number, to: number] {
  return [
    index > 0 ? curve.timeOf(index - 1) : Number.NEGATIVE_INFINITY,
    index < curve.length - 1 ? curve.timeOf(index + 1) : Number.POSITIVE_INFINITY,
  ];
}

function clusterOf(tables: OffsetTables, row: OffsetsRow | LagRow): string {
  if (row.cluster !== undefined) return row.cluster;
  return row.hop === '' ? '' : (tables.options.clusterOfConsumer?.(row.hop, row.topic) ?? '');
}
