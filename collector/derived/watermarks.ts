import type { WatermarkRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';
import type { Recent, Stage } from './recent.ts';

/** The window operators of a run as their last reports left them. */
export interface RunWatermarks {
  /** Time of the newest report. */
  ts: number;
  /** Time of the row told last; every subtask reports anew before the next one. */
  toldAt: number;
  readonly subtasks: Map<string, SubtaskWatermark>;
}

interface SubtaskWatermark {
  readonly ts: number;
  /** Null before the first. */
  readonly watermark: number | null;
  readonly lateDropped: number;
}

const WATERMARK = 'flink.operator.currentInputWatermark';
/** Only operators that keep event-time windows count what came too late for one. */
const LATE_DROPPED = 'flink.operator.numLateRecordsDropped';
/** A subtask that says nothing for longer is gone, ms: the job runs with fewer. */
const GONE_MS = 120_000;
/** Window subtasks of one run; of a larger one nothing is told. */
const MAX_SUBTASKS = 10_000;

/**
 * Watermarks of jobs with windows, as rows of the offsets stream: the least input watermark over all subtasks of all window operators.
 * Sources and other operators do not count: one whose partitions are idle stands still while the windows go on. One row a round of
 * reports, with the time of its newest: watermarks only rise, so each subtask had come at least that far by then. It says null while
 * one subtask has no watermark, as after a restart.
 */
export class Watermarks {
  readonly #stage: Stage<RunWatermarks>;
  readonly #touched = new Map<string, { readonly job: string; readonly run: RunWatermarks }>();

  constructor(memory: Recent<RunWatermarks>) {
    this.#stage = memory.stage();
  }

  get refused(): number {
    return this.#stage.refused;
  }

  commit(): void {
    this.#stage.commit();
  }

  /** Takes a group of the scope operator. */
  take(group: MetricGroup): void {
    const { job, subtask, operator } = group.labels;
    const watermark = windowWatermark(group);
    if (!job || subtask === undefined || watermark === null) return;
    const key = group.attrs['job_id'] ?? job;
    const run = this.#touched.get(key)?.run ?? this.#own(key, group.ts);
    if (run === null) return;
    this.#touched.set(key, { job, run });
    const name = `${group.attrs['operator_id'] ?? operator} ${subtask}`;
    const known = run.subtasks.get(name);
    if (known !== undefined && known.ts >= group.ts) return;
    if (known === undefined && run.subtasks.size > MAX_SUBTASKS) return;
    run.ts = Math.max(run.ts, group.ts);
    run.subtasks.set(name, { ts: group.ts, ...watermark });
  }

  /** What the batch has told, a row a run at most. */
  rows(): readonly WatermarkRow[] {
    return [...this.#touched.values()].flatMap(({ job, run }) => rowOf(job, run) ?? []);
  }

  #own(key: string, ts: number): RunWatermarks | null {
    const known = this.#stage.get(key)?.value;
    const own = { ts, toldAt: Number.NEGATIVE_INFINITY, ...known, subtasks: new Map(known?.subtasks) };
    return this.#stage.put(key, own) ? own : null;
  }
}

/** Null for an operator without windows. */
function windowWatermark({ values }: MetricGroup): Omit<SubtaskWatermark, 'ts'> | null {
  let watermark: number | undefined;
  let lateDropped: number | undefined;
  for (const [name, value] of values) {
    if (name === WATERMARK) watermark = value;
    else if (name === LATE_DROPPED) lateDropped = value;
  }
  if (watermark === undefined || lateDropped === undefined) return null;
  // Before the first one Flink says the least number there is.
  return { watermark: watermark >= Number.MIN_SAFE_INTEGER ? watermark : null, lateDropped };
}

function rowOf(job: string, run: RunWatermarks): WatermarkRow | null {
  if (run.subtasks.size > MAX_SUBTASKS) return null;
  // The end of bounded input is further than any clock.
  let watermark: number | null = run.ts;
  let lateDropped = 0;
  for (const [name, subtask] of run.subtasks) {
    if (subtask.ts < run.ts - GONE_MS) {
      run.subtasks.delete(name);
      continue;
    }
    if (subtask.ts <= run.toldAt) return null;
    if (watermark !== null) watermark = subtask.watermark === null ? null : Math.min(watermark, subtask.watermark);
    lateDropped += subtask.lateDropped;
  }
  run.toldAt = run.ts;
  return { type: 'watermark', ts: run.ts, hop: job, watermark, lateDropped };
}
