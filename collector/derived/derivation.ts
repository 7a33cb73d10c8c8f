/**
 * What the reports of running jobs give when one is compared with the one before: exact rates, zeros of counters that began again,
 * checkpoints, watermarks of windows, where jobs run. The memory behind it is small and bounded, and it is lost with the daemon: then the first report of each
 * subtask gives no rate, which is unknown and not wrong. All reports of a subtask come through one partition, so one daemon
 * sees them all; where a partition moves, the other daemon begins the same way.
 *
 * Derived here and not when queried: the rates are series like any other, with history as long, for rules and rollups on both stores, and
 * a query costs nothing more.
 */
import type { CheckpointRow, WatermarkRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';
import type { DecodedGroup } from '../decode/metric.ts';
import { Checkpoints, type LastCheckpoint } from './checkpoints.ts';
import { JobPlacement } from './job-placement.ts';
import { type Process, ProcessRates } from './process-rates.ts';
import { Recent } from './recent.ts';
import { type AttemptReadings, type Subtask, SubtaskRates } from './subtask-rates.ts';
import { type RunWatermarks, Watermarks } from './watermarks.ts';

/**
 * What one batch gives. Call `commit` once everything is stored; a batch that is repeated instead gives the same again. Checkpoints
 * and watermarks that could not be told come again with the next report.
 */
export interface Derived {
  readonly groups: readonly MetricGroup[];
  readonly checkpoints: readonly CheckpointRow[];
  readonly watermarks: readonly WatermarkRow[];
  /** Values of an attempt's first seconds that were left out. */
  readonly heldBack: number;
  /** Subtasks, task managers and runs not remembered because the memory is full. */
  readonly refused: number;
  commit(options?: { readonly rowsTold: boolean }): void;
}

export interface DerivationLimits {
  readonly subtasks: number;
  readonly processes: number;
  readonly runs: number;
}

/** About 1 KB a subtask; the metric store's own default holds the series of some 4,000. */
const LIMITS: DerivationLimits = { subtasks: 50_000, processes: 20_000, runs: 20_000 };

export class Derivation {
  readonly #subtasks: Recent<Subtask>;
  readonly #attempts: Recent<AttemptReadings>;
  readonly #processes: Recent<Process>;
  readonly #checkpoints: Recent<LastCheckpoint>;
  readonly #watermarks: Recent<RunWatermarks>;

  constructor(limits: DerivationLimits = LIMITS) {
    this.#subtasks = new Recent(limits.subtasks);
    this.#attempts = new Recent(limits.subtasks);
    this.#processes = new Recent(limits.processes);
    this.#checkpoints = new Recent(limits.runs);
    this.#watermarks = new Recent(limits.runs);
  }

  /** Derives from the groups of a batch. */
  take(batch: readonly DecodedGroup[]): Derived {
    const subtasks = new SubtaskRates(this.#subtasks, this.#attempts);
    const processes = new ProcessRates(this.#processes);
    const runs = new Checkpoints(this.#checkpoints);
    const watermarks = new Watermarks(this.#watermarks);
    const placement = new JobPlacement();
    const groups: MetricGroup[] = [];
    const checkpoints: CheckpointRow[] = [];
    let heldBack = 0;
    for (const group of inTimeOrder(batch)) {
      if (group.scope === 'task' || group.scope === 'operator') {
        const report = subtasks.take(group);
        if (report.zeros !== null) groups.push(report.zeros);
        groups.push(report.group);
        heldBack += report.heldBack;
        if (group.scope === 'task') placement.take(group);
        else watermarks.take(group);
        continue;
      }
      if (group.scope !== 'job') {
        groups.push(group.scope === 'taskmanager' ? processes.take(group) : group);
        continue;
      }
      const { row, ageMs } = runs.take(group);
      groups.push(ageMs === null ? group : { ...group, values: [...group.values, ['checkpoint_age_ms', ageMs]] });
      if (row !== null) checkpoints.push(row);
    }
    groups.push(...placement.groups());
    return {
      groups,
      checkpoints,
      watermarks: watermarks.rows(),
      heldBack,
      refused: subtasks.refused + processes.refused + runs.refused + watermarks.refused,
      commit: ({ rowsTold } = { rowsTold: true }) => {
        subtasks.commit();
        processes.commit();
        if (!rowsTold) return;
        runs.commit();
        watermarks.commit();
      },
    };
  }
}

/** Oldest first; a batch mostly is already, but one of several partitions or bodies need not be. */
function inTimeOrder(groups: readonly DecodedGroup[]): readonly DecodedGroup[] {
  for (let i = 1; i < groups.length; i++)
    if (groups[i]!.ts < groups[i - 1]!.ts) return groups.toSorted((a, b) => a.ts - b.ts);
  return groups;
}
