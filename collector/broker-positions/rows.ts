import type { OffsetsRow } from '../../model/offset-row.ts';
import type { TopicOffsets } from './brokers.ts';
import type { Estate } from './estate.ts';

/** Everything one cycle over one cluster learnt. */
export interface CycleOffsets {
  /** '' for the cluster that has no name of its own. */
  readonly cluster: string;
  readonly ts: number;
  readonly starts: TopicOffsets;
  readonly ends: TopicOffsets;
  readonly stable: TopicOffsets;
  /** By consumer group. */
  readonly commits: ReadonlyMap<string, TopicOffsets>;
}

/**
 * Offset rows of a cycle: each partition's ends once, the last stable offset where a transaction is open, and where every group stands in each partition of the topics it reads. A group that has
 * committed on a topic reads all of it: its partitions without a commit become rows without a position, which count from the start.
 */
export function rowsOf(cycle: CycleOffsets, hopOf: Estate['hopOf']): OffsetsRow[] {
  const { ts, starts, ends, stable, commits } = cycle;
  const common = {
    type: 'offsets',
    ts,
    polled: true,
    ...(cycle.cluster !== '' && { cluster: cycle.cluster }),
  } as const;
  const rows: OffsetsRow[] = [];
  for (const [topic, partitions] of ends) {
    for (const [partition, endOffset] of partitions) {
      const startOffset = starts.get(topic)?.get(partition);
      const lastStableOffset = stable.get(topic)?.get(partition) ?? endOffset;
      rows.push({
        ...common,
        hop: '',
        topic,
        partition,
        endOffset,
        ...(startOffset !== undefined && { startOffset }),
        ...(lastStableOffset < endOffset && { lastStableOffset }),
      });
    }
  }
  for (const [group, topics] of commits) {
    for (const [topic, committed] of topics) {
      const hop = ends.has(topic) && committed.size > 0 ? hopOf(group, topic) : null;
      if (hop === null) continue;
      for (const partition of ends.get(topic)?.keys() ?? []) {
        const offset = committed.get(partition);
        rows.push({ ...common, hop, group, topic, partition, ...(offset !== undefined && { committed: offset }) });
      }
    }
  }
  return rows;
}
