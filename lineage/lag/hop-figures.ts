import { lagNow } from './answer.ts';
import { type Drain, drainOf, type EtaRange, hopEta, type Trend } from './compose/eta.ts';
import type { Composition } from './freshness.ts';
import type { Hop } from './hop-graph.ts';
import { type HopStatus, hopStatus } from './hop-status.ts';
import type { OffsetTables } from './offsets.ts';
import { type HopTopic, RECENT_SAMPLES } from './tables/hop-topic.ts';

/** How one hop stands with one of the datasets it reads; null = not known. */
export interface HopFigures {
  readonly lagMs: number | null;
  readonly lagRecords: number | null;
  /** Records per second written to the topic, and read from it, over the last samples. */
  readonly arrivalPerSecond: number | null;
  readonly processedPerSecond: number | null;
  readonly trend: Trend;
  readonly eta: EtaRange | null;
  readonly status: HopStatus;
  /** Filled share of the ten commits per partition the status looks at, 0..1 (Burrow's `complete`). */
  readonly complete: number;
  /** Records deleted by retention before they were read: those skipped, and those it would miss now. */
  readonly lostRecords: number;
}

/** Figures of a hop on one input at `at`; `topic` null for a hop without inputs (NiFi), which has its queue's age alone. */
export function hopFigures(
  composition: Composition,
  tables: OffsetTables,
  hop: Hop,
  topic: string | null,
  at: number,
): HopFigures {
  const consumers = topic === null ? [] : tables.consumersOf(hop.hop, topic);
  const drains = consumers.flatMap(consumer => drainOf(tables, consumer, at) ?? []);
  const [worst] = drains.toSorted((a, b) => b.backlog - a.backlog);
  const sum = (of: (drain: Drain) => number): number | null =>
    drains.length === 0 ? null : drains.reduce((total, drain) => total + of(drain), 0);
  const perSecond = (rate: number | null): number | null => (rate === null ? null : rate * 1000);
  return {
    lagMs: lagNow(composition, { hop, topic }, at),
    lagRecords: sum(drain => drain.backlog),
    arrivalPerSecond: perSecond(sum(drain => drain.arrival)),
    processedPerSecond: perSecond(sum(drain => drain.processed)),
    trend: worst?.trend ?? null,
    eta: worst === undefined ? null : hopEta(worst),
    status: hopStatus(tables, consumers, at),
    complete: completeness(consumers),
    lostRecords: consumers.reduce((total, consumer) => total + lostBy(tables, consumer), 0),
  };
}

function completeness(consumers: readonly HopTopic[]): number {
  let filled = 0;
  let partitions = 0;
  for (const consumer of consumers) {
    for (const { commits, raw } of consumer.whole ? [consumer.whole] : consumer.partitions.values()) {
      filled += Math.min(1, (commits?.length ?? raw.length) / RECENT_SAMPLES);
      partitions++;
    }
  }
  return partitions === 0 ? 0 : filled / partitions;
}

function lostBy(tables: OffsetTables, consumer: HopTopic): number {
  const ends = tables.endsFor(consumer);
  let lost = 0;
  for (const [partition, { visible, lost: skipped }] of consumer.partitions) {
    const start = ends?.partitions.get(partition)?.startOffset ?? null;
    lost += skipped;
    if (start !== null && visible.length > 0) lost += Math.max(0, start - visible.lastX);
  }
  return lost;
}
