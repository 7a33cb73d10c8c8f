import type { CheckpointRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';
import type { Recent, Stage } from './recent.ts';

/** The last completed checkpoint a run's reports have named. */
export interface LastCheckpoint {
  /** Time of the newest report that named it. */
  readonly ts: number;
  readonly id: number;
  /** Where Flink does not tell when it completed: the earliest it can have; null when the first report already named it. */
  readonly notBefore: number | null;
  /** Time of the first report that named it. */
  readonly firstSeen: number;
}

/** What a report says of checkpoints. */
export interface CheckpointReport {
  /** Of a checkpoint not told before. */
  readonly row: CheckpointRow | null;
  /** Time since the last one completed, ms, where only a comparison of reports tells it; null where it is not known. */
  readonly ageMs: number | null;
}

const NOTHING: CheckpointReport = { row: null, ageMs: null };
/** A checkpoint of unknown age that stays the last one this long is told: at least this old is worth more than silence. */
const WORTH_TELLING_MS = 10 * 60_000;

const ID = 'flink.job.lastCompletedCheckpointId';
const COUNT = 'flink.job.numberOfCompletedCheckpoints';
const COMPLETED = 'flink.job.lastCheckpointCompletedTimestamp';
const DURATION = 'flink.job.lastCheckpointDuration';

/**
 * Checkpoints of jobs, as rows of the offsets stream, from what a JobManager reports of the last completed one. `ts` is when it
 * had completed, `barrierTs` when it was triggered: what the sources had read before that is in it.
 *
 * Flink 2.x tells the time of completion; triggered = completed - duration. Flink 1.x does not: the checkpoint completed after
 * the last report that named an earlier one and not after the report that names it first. The row says the latest for `ts`
 * and the earliest for `barrierTs`, so that "complete up to" is never later than the truth; it may be earlier by one reporting
 * interval. What the first report after a start names may be of any age and gives no row there. The age of the last checkpoint follows
 * in the same way: never younger than the truth, older by one reporting interval at most.
 */
export class Checkpoints {
  readonly #stage: Stage<LastCheckpoint>;

  constructor(memory: Recent<LastCheckpoint>) {
    this.#stage = memory.stage();
  }

  get refused(): number {
    return this.#stage.refused;
  }

  commit(): void {
    this.#stage.commit();
  }

  /** Takes a group of the scope job. */
  take(group: MetricGroup): CheckpointReport {
    const { job } = group.labels;
    const last = lastOf(group);
    if (!job || last === null) return NOTHING;
    const key = group.attrs['job_id'] ?? job;
    const known = this.#stage.get(key)?.value;
    if (known !== undefined && group.ts < known.ts) return NOTHING;
    const isNew = known?.id !== last.id;
    const now: LastCheckpoint = isNew
      ? { ts: group.ts, id: last.id, notBefore: known?.ts ?? null, firstSeen: group.ts }
      : { ...known, ts: group.ts };
    if (!this.#stage.put(key, now)) return NOTHING;
    // its age is then derived from the report alone
    if (last.completed !== null)
      return {
        row: isNew
          ? { type: 'checkpoint', hop: job, ts: last.completed, barrierTs: last.completed - last.duration }
          : null,
        ageMs: null,
      };
    const isBounded = isNew && known !== undefined;
    return {
      row: isBounded ? { type: 'checkpoint', hop: job, ts: group.ts, barrierTs: known.ts - last.duration } : null,
      ageMs: ageOf(now),
    };
  }
}

function ageOf({ ts, notBefore, firstSeen }: LastCheckpoint): number | null {
  if (notBefore !== null) return ts - notBefore;
  return ts - firstSeen >= WORTH_TELLING_MS ? ts - firstSeen : null;
}

/** The checkpoint a group names whole; null before the first, and where a value is missing. Flink says -1 for "none". */
function lastOf({ values }: MetricGroup): { id: number; duration: number; completed: number | null } | null {
  let id = -1;
  let namesId = false;
  let count = 0;
  let duration = -1;
  let completed: number | null = null;
  for (const [name, value] of values) {
    if (name === ID) {
      id = value;
      namesId = true;
    } else if (name === COUNT) count = value;
    else if (name === DURATION) duration = value;
    else if (name === COMPLETED && value > 0) completed = value;
  }
  if (duration < 0) return null;
  // An allow-list may leave the id out: on 2.x the time tells one checkpoint from the next as well.
  if (id < 0 && completed !== null) id = completed;
  // Flink before 1.18 gives no id, but counts them.
  if (id < 0 && !namesId && count > 0) id = count;
  return id < 0 ? null : { id, duration, completed };
}
