import type { OffsetTables } from './offsets.ts';
import type { Curve } from './tables/curve.ts';
import {
  type HopTopic,
  type OffsetSample,
  type PartitionEnds,
  type PartitionPositions,
  RECENT_SAMPLES,
  type TopicEnds,
} from './tables/hop-topic.ts';
import { endOfTopic } from './tables/offset-intake.ts';
import { readableEnds } from './tables/stable-ends.ts';

/**
 * Health of a consumer by the rules of LinkedIn's Burrow (core/internal/evaluator/caching.go), worst last:
 * `UNKNOWN` no commit or no end offset is known; `OK`; `WARN` the lag never fell over the last ten commits; `STOP` commits have
 * ceased with records waiting; `STALL` commits come but never move; `REWIND` an offset fell and was not regained.
 */
export const HOP_STATUSES = ['UNKNOWN', 'OK', 'WARN', 'STOP', 'STALL', 'REWIND'] as const;
export type HopStatus = (typeof HOP_STATUSES)[number];

/** What the rules look at: the last ten commits and end offsets of one partition, oldest first. */
export interface PartitionEvidence {
  readonly commits: readonly OffsetSample[];
  /** Lag of each commit when it was made; null where no end offset is known for that time. */
  readonly lags: readonly (number | null)[];
  /** The last ten end offsets as sampled. */
  readonly endOffsets: readonly number[];
}

/** Burrow's rules, in its order, for one partition at `now`. `allowedLag` is the lag that counts as none. */
export function partitionStatus(evidence: PartitionEvidence, now: number, allowedLag = 0): HopStatus {
  const { commits, lags, endOffsets } = evidence;
  const first = commits[0];
  const last = commits.at(-1);
  const end = endOffsets.at(-1);
  if (first === undefined || last === undefined || end === undefined) return 'UNKNOWN';
  if (end - last.offset <= allowedLag) return 'OK';
  const silent = now - last.ts > last.ts - first.ts;
  if (silent && !endOffsets.some(offset => offset <= last.offset)) return 'STOP';
  if (hasRewound(commits, last.offset)) return 'REWIND';
  if (lags.some(lag => lag !== null && lag <= allowedLag)) return 'OK';
  if (commits.every(commit => commit.offset === last.offset)) return 'STALL';
  return lagNeverFell(lags) ? 'WARN' : 'OK';
}

/** Worst status over the partitions of all topics a hop reads at `now`; partitions without evidence do not hide the others. */
export function hopStatus(
  tables: OffsetTables,
  consumers: readonly HopTopic[],
  now: number,
  allowedLag = 0,
): HopStatus {
  let worst = 0;
  for (const consumer of consumers) {
    const ends = tables.endsFor(consumer);
    if (consumer.whole !== null) {
      worst = Math.max(
        worst,
        HOP_STATUSES.indexOf(partitionStatus(wholeEvidence(consumer.whole, ends, now), now, allowedLag)),
      );
    }
    for (const [partition, own] of consumer.partitions) {
      const evidence = evidenceOf(consumer, own, ends?.partitions.get(partition), now);
      worst = Math.max(worst, HOP_STATUSES.indexOf(partitionStatus(evidence, now, allowedLag)));
    }
  }
  return HOP_STATUSES[worst]!;
}

/** Of open transactions a reader of committed records sees nothing: with them it would seem to stand before a backlog. */
function evidenceOf(
  consumer: HopTopic,
  own: PartitionPositions,
  ends: PartitionEnds | undefined,
  now: number,
): PartitionEvidence {
  const commits = commitsOf(own, now);
  return {
    commits,
    lags: commits.map(commit => lagOf(commit, ends && readableEnds(consumer, ends, commit.ts))),
    endOffsets:
      ends === undefined ? [] : lastSamples(readableEnds(consumer, ends, now), now).map(({ offset }) => offset),
  };
}

/** The same for a consumer that reports the lag of its topic as a whole: all partitions' end offsets are summed. */
function wholeEvidence(own: PartitionPositions, ends: TopicEnds | null, now: number): PartitionEvidence {
  const commits = commitsOf(own, now);
  const first = ends === null ? undefined : [...ends.partitions.values()][0];
  const endAt = (t: number): number | null => (ends === null ? null : endOfTopic(ends, t));
  return {
    commits,
    lags: commits.map(commit => {
      const end = endAt(commit.ts);
      return end === null ? null : Math.max(0, end - commit.offset);
    }),
    endOffsets: first === undefined ? [] : lastSamples(first.curve, now).flatMap(sample => endAt(sample.ts) ?? []),
  };
}

/** Of an instant before the ten commits kept, the positions of that time tell. */
function commitsOf(own: PartitionPositions, now: number): readonly OffsetSample[] {
  const first = own.commits?.[0];
  if (own.commits === null || first === undefined) return lastSamples(own.raw, now);
  return first.ts <= now ? own.commits.filter(commit => commit.ts <= now) : lastSamples(own.raw, now);
}

/** The last ten samples of a curve until `now`, oldest first. */
function lastSamples(curve: Curve, now: number): readonly OffsetSample[] {
  const samples: OffsetSample[] = [];
  const last = curve.indexAt(now);
  for (let i = Math.max(0, last - RECENT_SAMPLES + 1); i <= last; i++) {
    samples.push({ ts: curve.timeOf(i), offset: curve.valueOf(i) });
  }
  return samples;
}

/** A commit's lag when it was made; as Burrow does, the newest end offset stands in for one sampled later. */
function lagOf(commit: OffsetSample, ends: Curve | undefined): number | null {
  if (ends === undefined || ends.length === 0) return null;
  const end = commit.ts > ends.lastT ? ends.lastX : ends.at(commit.ts);
  return end === null ? null : Math.max(0, end - commit.offset);
}

function hasRewound(commits: readonly OffsetSample[], last: number): boolean {
  for (let i = 1; i < commits.length; i++) {
    const before = commits[i - 1]!.offset;
    if (commits[i]!.offset < before && last < before) return true;
  }
  return false;
}

function lagNeverFell(lags: readonly (number | null)[]): boolean {
  let previous: number | null = null;
  for (const lag of lags) {
    if (lag === null) continue;
    if (previous !== null && lag < previous) return false;
    previous = lag;
  }
  return true;
}
