import { HOP_STATUSES, type HopStatus } from '../lag/hop-status.ts';
import { backlogOf } from './backlog.ts';
import { type Fact, fact } from './fact.ts';
import type { CheckpointInput, JobInput, TopicInput } from './inputs.ts';
import { latest } from './samples.ts';

const LOOP = 3;
/** Reporting intervals without a report. */
const SILENT = 2.5;
const FAILURES = 2;
const LATE_CHECKPOINTS = 3;
const STANDING: ReadonlySet<HopStatus> = new Set(['STOP', 'STALL', 'REWIND']);
/** Share of what arrives that piles up. */
const LOST = 0.5;

/** What the job's own life shows: checkpoints, restarts, silence, commits. */
export function lifeFacts(input: JobInput): readonly Fact[] {
  const { restarts, silentIntervals, outputFlat, visibleOnCheckpoint, topics } = input;
  const worst = topics.toSorted((a, b) => HOP_STATUSES.indexOf(b.status) - HOP_STATUSES.indexOf(a.status))[0];
  const known = worst !== undefined && worst.status !== 'UNKNOWN';
  const place = worst === undefined ? {} : { topic: worst.topic };
  const status = worst?.status ?? null;
  return [
    checkpointFact(input.checkpoint),
    fact('visible-on-checkpoint', visibleOnCheckpoint),
    fact('restarted', restarts === null ? null : restarts >= 1, { restarts }),
    fact('restart-loop', restarts === null ? null : restarts >= LOOP, { restarts }),
    fact('silent', silentIntervals === null ? null : silentIntervals >= SILENT, { intervals: silentIntervals }),
    fact('output-flat', outputFlat),
    // A job that reads on while no commits come is not dead; its checkpoints are in trouble.
    fact('stopped', known ? status === 'STOP' && !isReading(input) : null, { status }, place),
    standingOffsets(input, worst),
  ];
}

/**
 * Commits that do not move by Burrow's rules, or a backlog that takes up most of what arrives: what a job reads between two crashes is lost
 * again, long before the last ten commits all lag.
 */
function standingOffsets({ topics, stepMs }: JobInput, worst: TopicInput | undefined): Fact {
  const { growthPerSecond, arrivalPerSecond } = backlogOf(topics, stepMs);
  const status = worst?.status ?? 'UNKNOWN';
  const stands = STANDING.has(status);
  const piles =
    growthPerSecond === null || arrivalPerSecond === null || arrivalPerSecond <= 0
      ? null
      : growthPerSecond >= LOST * arrivalPerSecond;
  const holds = stands || piles === true ? true : status === 'UNKNOWN' && piles === null ? null : false;
  const values = stands
    ? { status, perSecond: null, arrival: null }
    : { status: null, perSecond: growthPerSecond, arrival: arrivalPerSecond };
  return fact('standing-offsets', holds, values, worst === undefined ? {} : { topic: worst.topic });
}

function isReading({ tasks, silentIntervals }: JobInput): boolean {
  if (silentIntervals !== null && silentIntervals >= SILENT) return false;
  return tasks.some(task => task.isSource && task.subtasks.some(s => (latest(s.inPerSecond) ?? 0) > 0));
}

function checkpointFact(checkpoint: CheckpointInput): Fact {
  const { durationMs, intervalMs, failures, alignmentMs, ageMs } = checkpoint;
  const signs = [
    durationMs === null || intervalMs === null ? null : durationMs > intervalMs,
    failures === null ? null : failures >= FAILURES,
    durationMs === null || alignmentMs === null || durationMs <= 0
      ? null
      : alignmentMs > durationMs / 2 && durationMs > 1000,
    ageMs === null || intervalMs === null ? null : ageMs > LATE_CHECKPOINTS * intervalMs,
  ];
  const holds = signs.includes(true) ? true : signs.every(sign => sign === null) ? null : false;
  return fact('checkpoint', holds, { durationMs, intervalMs, failures, alignmentMs, ageMs });
}
