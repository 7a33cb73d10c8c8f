/** Objectives of reports and the readiness gate: made with the freshness recorder they ask, where the evaluation lease is held. */
import type { Logger } from 'pino';
import type { OffsetTables } from '../lineage/lag/offsets.ts';
import type { FreshnessRecorder } from '../lineage/lag/recorder.ts';
import { createObjectiveKeeper, type ObjectiveKeeper } from '../lineage/objectives/objective-keeper.ts';
import { askReadiness } from '../lineage/readiness/gate.ts';
import { ReadinessWatch } from '../lineage/readiness/watch.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Clock } from '../model/clock.ts';
import { UserError } from '../model/errors.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { MetricStore } from '../store/metric-store.ts';
import type { StateStore } from '../store/state-store.ts';

export interface ObjectiveParts {
  readonly recorder: FreshnessRecorder;
  readonly lineage: LineageService;
  readonly tables: OffsetTables;
  readonly metrics: MetricStore;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
}

export interface Objectives {
  readonly objectives: ObjectiveKeeper;
  readonly readiness: ReadinessWatch;
  /** Whoever waits gets an answer; the minutes are written. Idempotent. */
  stop(): Promise<void>;
}

/** Restores the minutes of reports and begins to judge. Rejects with `StoreAwayError`. */
export async function startObjectives(parts: ObjectiveParts): Promise<Objectives> {
  const { recorder, lineage, tables, metrics, state, clock, telemetry, logger } = parts;
  const objectives = createObjectiveKeeper({
    reports: () => lineage.reports(),
    freshness: at => recorder.freshness(at),
    catchUp: from => recorder.catchUp(from),
    metricStore: metrics,
    state,
    clock,
    telemetry,
    onError: error => logger.warn({ err: error }, 'minutes of reports could not be kept'),
  });
  const gate = { graph: () => lineage.hopGraph(), reports: () => lineage.reports(), recorder, tables, metrics };
  const readiness = new ReadinessWatch({
    clock,
    async ask(question, at) {
      const answer = await askReadiness(gate, question, at);
      if (answer !== null) return answer;
      throw new UserError('not-found', `neither a report nor a dataset is called ${question.target}`, { status: 404 });
    },
  });
  await objectives.start();
  return {
    objectives,
    readiness,
    async stop() {
      readiness.close();
      await objectives.stop();
    },
  };
}
