import type { Composition, GraphIndex } from './freshness.ts';
import type { OffsetTables } from './offsets.ts';
import type { HopTopic } from './tables/hop-topic.ts';
import { uploadP95 } from './tables/upload-delays.ts';

/**
 * p95 of the time from event to append of every topic that enters the pipeline, ms, over the last hour: what the readers of the topic
 * tell of it. Only where nobody known writes the topic: behind a hop the difference holds that hop's lag too.
 */
export function* uploadDelays(
  graph: GraphIndex,
  tables: OffsetTables,
  composition: Composition,
  at: number,
): Generator<readonly [topic: string, ms: number]> {
  const found = new Map<string, number[]>();
  const seen = new Set<HopTopic>();
  for (const hop of graph.hops) {
    for (const topic of hop.inputs) {
      if (graph.writers.has(topic)) continue;
      for (const consumer of tables.consumersOf(hop.hop, topic)) {
        if (consumer.uploads === null || seen.has(consumer)) continue;
        seen.add(consumer);
        consumer.uploads.settle(knownUpTo(tables, consumer), consumer.intervalMs, ts => {
          const f = composition.consumed(hop, topic, ts, 'point');
          return f === null ? null : ts - f;
        });
        found.set(topic, [...(found.get(topic) ?? []), ...consumer.uploads.recent(at)]);
      }
    }
  }
  for (const [topic, delays] of found) {
    const p95 = uploadP95(delays);
    if (p95 !== null) yield [topic, p95];
  }
}

/** Until when positions and end offsets of all its partitions are sampled. */
function knownUpTo(tables: OffsetTables, consumer: HopTopic): number {
  const ends = tables.endsFor(consumer);
  let upTo = Number.POSITIVE_INFINITY;
  for (const [partition, { raw }] of consumer.partitions) {
    upTo = Math.min(upTo, raw.lastT, ends?.partitions.get(partition)?.curve.lastT ?? Number.NEGATIVE_INFINITY);
  }
  return Number.isFinite(upTo) ? upTo : Number.NEGATIVE_INFINITY;
}
