/** The reports of the configuration, as the lineage graph takes them. */
import type { LineageService } from '../lineage/service.ts';
import type { Clock } from '../model/clock.ts';
import type { ReportDeclared } from '../model/job-event.ts';
import type { AppConfig } from './config.ts';

/** Declares them all; what has not changed changes nothing. Rejects with `StoreAwayError`. */
export async function declareReports(lineage: LineageService, config: AppConfig, clock: Clock): Promise<void> {
  const now = clock.now();
  await lineage.accept(reportsOf(config, now), now);
}

function reportsOf(config: AppConfig, ts: number): ReportDeclared[] {
  return config.reports.map(({ name, owner, reads, objective, slo = objective }) => ({
    type: 'report',
    ts,
    name,
    owner,
    reads,
    ...(slo && { slo }),
  }));
}
