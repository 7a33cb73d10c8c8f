import type { Samples, TopicInput } from './inputs.ts';
import { across, latest, meanOf, slopes, sum } from './samples.ts';

/** What waits for a job on all of its topics; records, and records per second. */
export interface Backlog {
  readonly waiting: number | null;
  readonly growth: Samples;
  readonly growthPerSecond: number | null;
  /** Written to what the job reads; where that is not known, what it reads plus what piles up. */
  readonly arrivalPerSecond: number | null;
}

export function backlogOf(topics: readonly TopicInput[], stepMs: number): Backlog {
  const backlog = across(
    topics.map(topic => topic.lagRecords),
    sum,
  );
  const growth = slopes(backlog, stepMs);
  const growthPerSecond = meanOf(growth);
  const arriving = topics.flatMap(topic => topic.arrivalPerSecond ?? []);
  const read = topics.flatMap(topic => topic.processedPerSecond ?? []);
  const estimated = read.length === 0 || growthPerSecond === null ? null : Math.max(0, sum(read) + growthPerSecond);
  return {
    waiting: latest(backlog),
    growth,
    growthPerSecond,
    arrivalPerSecond: arriving.length > 0 ? sum(arriving) : estimated,
  };
}
