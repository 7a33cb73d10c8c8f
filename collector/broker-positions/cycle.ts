import type { Clock } from '../../model/clock.ts';
import { globTest } from '../../model/glob.ts';
import type { OffsetsRow } from '../../model/offset-row.ts';
import type { Brokers, TopicOffsets } from './brokers.ts';
import type { Estate } from './estate.ts';
import { rowsOf } from './rows.ts';

/** One cluster of the configuration. */
export interface PolledCluster {
  /** '' for the brokers of `kafka` where no cluster of that configuration has them. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** Between two cycles, ms. */
  readonly pollMs: number;
  /** Patterns of topics and groups polled beside those of the estate. */
  readonly topics: readonly string[];
  readonly groups: readonly string[];
}

export interface CycleLimits {
  readonly maxPartitions: number;
  readonly maxGroups: number;
}

/** Rows of one moment, and what is missing from them. */
export interface Cycle {
  readonly rows: readonly OffsetsRow[];
  readonly topics: number;
  readonly partitions: number;
  readonly groups: number;
  /** Topics of the estate that do not exist on this cluster. */
  readonly absent: readonly string[];
  /** Partitions and groups that gave no answer: no leader, no permission, a broker that is down. */
  readonly unanswered: number;
  /** Partitions and groups beyond the limits. */
  readonly refused: number;
}

/**
 * Asks one cluster once. Every row carries the moment between the two readings: commits are read before it and end offsets after it, so a
 * position is at least what the row says of that moment and an end offset at most, and no lag comes out smaller, no age younger, than it was.
 * Start offsets come first too, since they only rise, and stable offsets last: so one that lies before its end offset is that of a transaction
 * which was open all the while, and not a sign of records that came in between. Rejects when no broker answers.
 */
export async function runCycle(
  cluster: PolledCluster,
  brokers: Brokers,
  estate: Estate,
  parts: { readonly clock: Clock; readonly limits: CycleLimits },
): Promise<Cycle> {
  const { clock, limits } = parts;
  const existing = await brokers.topics(estate.topics);
  const alsoGroups = globTest(cluster.groups);
  const others = cluster.groups.length > 0 ? (await brokers.groups()).filter(alsoGroups) : [];
  const allGroups = [...new Set([...estate.groups, ...others])];
  const groups = allGroups.slice(0, limits.maxGroups);
  const commits = await brokers.commits(groups);

  const alsoTopics = globTest(cluster.topics);
  const wanted = new Set([...estate.topics].filter(topic => existing.has(topic)));
  for (const topic of existing.keys()) if (alsoTopics(topic)) wanted.add(topic);
  for (const group of others) {
    for (const topic of commits.get(group)?.keys() ?? []) if (existing.has(topic)) wanted.add(topic);
  }
  const { taken, partitions, beyond } = withinLimit(wanted, existing, limits.maxPartitions);

  const starts = await brokers.offsets(taken, 'start');
  const ts = clock.now();
  const ends = await brokers.offsets(taken, 'end');
  const stable = await brokers.offsets(taken, 'stable');
  return {
    rows: rowsOf({ cluster: cluster.name, ts, starts, ends, stable, commits }, estate.hopOf),
    topics: taken.length,
    partitions,
    groups: commits.size,
    absent: [...estate.topics].filter(topic => !existing.has(topic)),
    unanswered: partitions - countOf(ends) + groups.length - commits.size,
    refused: beyond + allGroups.length - groups.length,
  };
}

/** Whole topics in order of their names, so that the same ones are left out every time. */
function withinLimit(
  wanted: ReadonlySet<string>,
  existing: ReadonlyMap<string, readonly number[]>,
  maxPartitions: number,
): { readonly taken: readonly string[]; readonly partitions: number; readonly beyond: number } {
  const taken: string[] = [];
  let partitions = 0;
  let beyond = 0;
  for (const topic of [...wanted].sort()) {
    const count = existing.get(topic)?.length ?? 0;
    if (partitions + count > maxPartitions) {
      beyond += count;
      continue;
    }
    partitions += count;
    taken.push(topic);
  }
  return { taken, partitions, beyond };
}

function countOf(offsets: TopicOffsets): number {
  return offsets.values().reduce((sum, partitions) => sum + partitions.size, 0);
}
