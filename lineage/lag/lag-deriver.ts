import type { Labels } from '../../model/labels.ts';
import type { OffsetRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';
import type { OffsetTables } from './offsets.ts';
import type { Curve } from './tables/curve.ts';
import {
  type HopTopic,
  medianGap,
  type PartitionEnds,
  type PartitionPositions,
  type TopicEnds,
} from './tables/hop-topic.ts';
import { addRow, noteArrival, type OffsetChanges } from './tables/offset-intake.ts';
import { readableEnds } from './tables/stable-ends.ts';

/** An end offset or position stands for the instants after it for at most this long, or 2.5 of its intervals, ms. */
const HOLD_MS = 120_000;
/** Positions missing for this long, or 2.5 intervals, make end offsets alone yield points (a dead job's lag grows), ms. */
const SILENT_MS = 30_000;

interface Range {
  from: number;
  to: number;
}

/**
 * Takes offset rows into the tables and returns the points that follow: `lag_records{job,topic,partition[,group,cluster]}` and
 * `lag{job,topic[,group,cluster]}`, its sum. Joined by event time: the end offset at a position's time, linear between samples,
 * whichever stream comes first; a sample that encloses earlier positions yields their points again, corrected. Of a topic with open
 * transactions a reader of committed records has that to read which is stable. Without an end offset there is no point. Implements the collector's `LagDeriver`.
 */
export function createLagDeriver(tables: OffsetTables): {
  derive(rows: readonly OffsetRow[], arrivedAt: number): readonly MetricGroup[];
} {
  return {
    derive(rows, arrivedAt) {
      const touched = new Touched(tables);
      for (const row of rows) {
        addRow(tables, row, touched);
        noteArrival(tables, row, arrivedAt);
      }
      const groups: MetricGroup[] = [];
      for (const [consumer, partitions] of touched.consumers) emit(tables, consumer, partitions, arrivedAt, groups);
      return groups;
    },
  };
}

/** Collects, per consumer and partition, the stretch of time whose lags a batch may have changed. */
class Touched implements OffsetChanges {
  readonly consumers = new Map<HopTopic, Map<number | null, Range>>();
  readonly #tables: OffsetTables;

  constructor(tables: OffsetTables) {
    this.#tables = tables;
  }

  positionChanged(consumer: HopTopic, partition: number | null, from: number, to: number): void {
    let partitions = this.consumers.get(consumer);
    if (partitions === undefined) this.consumers.set(consumer, (partitions = new Map()));
    const range = partitions.get(partition);
    if (range === undefined) {
      partitions.set(partition, { from, to });
      return;
    }
    range.from = Math.min(range.from, from);
    range.to = Math.max(range.to, to);
  }

  endChanged(ends: TopicEnds, partition: number, from: number, to: number): void {
    for (const reader of this.#tables.readersOf(ends)) {
      if (reader.partitions.has(partition) || reader.assigned.has(partition))
        this.positionChanged(reader, partition, from, to);
    }
  }
}

function emit(
  tables: OffsetTables,
  consumer: HopTopic,
  touched: ReadonlyMap<number | null, Range>,
  arrivedAt: number,
  groups: MetricGroup[],
): void {
  const ends = tables.endsFor(consumer);
  const labels = labelsOf(consumer);
  const sumTimes = new Set<number>();
  const changed: Range = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  for (const [partition, range] of touched) {
    if (partition === null) {
      for (const t of samplesIn(consumer.whole?.lag, range)) {
        if (!consumer.tells(t)) continue;
        groups.push({ ts: t, labels, attrs: {}, arrivedAt, values: [['lag', consumer.whole!.lag!.at(t)!]] });
      }
      continue;
    }
    const own = consumer.partitions.get(partition);
    const end = ends?.partitions.get(partition);
    const perPartition: Labels = { ...labels, partition: String(partition) };
    for (const t of own === undefined ? samplesIn(end?.curve, range) : timesOf(consumer, own, end, range)) {
      const lag = own === undefined ? unreadAt(consumer, end, t) : lagAt(consumer, own, end, t);
      if (lag === null || !consumer.tells(t)) continue;
      groups.push({ ts: t, labels: perPartition, attrs: {}, arrivedAt, values: [['lag_records', lag]] });
      // Where other partitions have positions the sum is made at their times: between them a position is not known yet.
      if (own !== undefined || consumer.partitions.size === 0) sumTimes.add(t);
    }
    changed.from = Math.min(changed.from, range.from);
    changed.to = Math.max(changed.to, range.to);
  }
  // The sum at the other partitions' times changes with those touched.
  for (const { lag, raw } of consumer.partitions.values()) {
    for (const t of samplesIn(lag ?? raw, changed)) sumTimes.add(t);
  }
  for (const t of [...sumTimes].sort((a, b) => a - b)) {
    const lag = sumAt(consumer, ends, t);
    if (lag !== null && consumer.tells(t)) groups.push({ ts: t, labels, attrs: {}, arrivedAt, values: [['lag', lag]] });
  }
}

/** The instants of one partition inside `range`: its own samples and, while it reports nothing, those of the end offsets. */
function timesOf(consumer: HopTopic, own: PartitionPositions, end: PartitionEnds | undefined, range: Range): number[] {
  const times = samplesIn(own.lag ?? own.raw, range);
  if (end === undefined || own.lag !== null || own.raw.length === 0) return times;
  const silence = Math.max(SILENT_MS, 2.5 * consumer.intervalMs);
  const last = own.raw.lastT;
  for (const t of samplesIn(end.curve, range)) {
    if (t > last + silence) {
      own.silentUntil = Math.max(own.silentUntil, t);
      times.push(t);
    } else if (t <= own.silentUntil && gapAround(own.raw, t) <= silence) {
      // Positions of a time that had seemed silent came late: the point made without them is corrected.
      times.push(t);
    }
  }
  return times;
}

/** Records behind at `t`; null when the position or the end offset of that time is unknown. */
function lagAt(consumer: HopTopic, own: PartitionPositions, end: PartitionEnds | undefined, t: number): number | null {
  if (own.lag !== null) return held(own.lag, t);
  if (end === undefined) return null;
  const offset = held(readableEnds(consumer, end, t), t);
  if (offset === null) return null;
  // A position stands until the next one, however long: a dead job's stays where it was.
  const position = t > own.raw.lastT ? own.raw.lastX : (own.raw.at(t) ?? firstSoon(own.raw, t));
  return position === null ? null : Math.max(0, offset - position);
}

/** Records of a partition its consumer has never read, at `t`; null while its end offset is unknown. */
function unreadAt(consumer: HopTopic, end: PartitionEnds | undefined, t: number): number | null {
  const offset = end === undefined ? null : held(readableEnds(consumer, end, t), t);
  return offset === null ? null : Math.max(0, offset - (end?.startOffset ?? 0));
}

/** Sum over the partitions read by then and those known to be unread; null when one of them has no lag at `t`. */
function sumAt(consumer: HopTopic, ends: TopicEnds | null, t: number): number | null {
  let sum: number | null = null;
  for (const [partition, own] of consumer.partitions) {
    const { firstT } = own.lag ?? own.raw;
    const isUnread = !(firstT <= t) && consumer.assigned.has(partition);
    if (!isUnread && firstT > t + SILENT_MS) continue;
    const end = ends?.partitions.get(partition);
    const lag = isUnread ? unreadAt(consumer, end, t) : lagAt(consumer, own, end, t);
    if (lag === null) return null;
    sum = (sum ?? 0) + lag;
  }
  for (const partition of consumer.assigned) {
    if (consumer.partitions.has(partition)) continue;
    const lag = unreadAt(consumer, ends?.partitions.get(partition), t);
    if (lag === null) return null;
    sum = (sum ?? 0) + lag;
  }
  return sum;
}

/** The curve at `t`; soon after its last sample that sample. */
function held(curve: Curve, t: number): number | null {
  if (!(t > curve.lastT)) return curve.at(t);
  const age = t - curve.lastT;
  return age <= HOLD_MS || age <= 2.5 * medianGap(curve) ? curve.lastX : null;
}

/** The first position when it follows within an interval: partitions of one consumer are reported moments apart. */
function firstSoon(curve: Curve, t: number): number | null {
  return curve.length > 0 && curve.firstT > t && curve.firstT - t <= SILENT_MS ? curve.valueOf(0) : null;
}

/** Sample times strictly inside the range. */
function samplesIn(curve: Curve | null | undefined, range: Range): number[] {
  const times: number[] = [];
  if (!curve) return times;
  for (let i = curve.indexAt(range.from) + 1; i < curve.length && curve.timeOf(i) < range.to; i++) {
    if (curve.timeOf(i) > range.from) times.push(curve.timeOf(i));
  }
  return times;
}

function gapAround(curve: Curve, t: number): number {
  const i = curve.indexAt(t);
  if (i < 0 || i === curve.length - 1) return i < 0 ? Number.POSITIVE_INFINITY : t - curve.lastT;
  return curve.timeOf(i + 1) - curve.timeOf(i);
}

function labelsOf(consumer: HopTopic): Labels {
  const labels: Record<string, string> = { job: consumer.hop, topic: consumer.topic };
  if (consumer.group !== '') labels['group'] = consumer.group;
  if (consumer.cluster !== '') labels['cluster'] = consumer.cluster;
  return labels;
}
