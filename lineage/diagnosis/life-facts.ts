import { HOP_STATUSES } from '../lag/hop-status.ts';
import { type Fact, fact } from './fact.ts';
import type { CheckpointInput, JobInput } from './inputs.ts';
import { latest } from './samples.ts';

const LOOP = 3;
/** Reporting intervals without a report. */
const SILENT = 2.5;
const FAILURES = 2;
const LATE_CHECKPOINTS = 3;

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
    fact(
      'standing-offsets',
      known ? status === 'STOP' || status === 'STALL' || status === 'REWIND' : null,
      { status },
      place,
    ),
  ];
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
