import type { JobEventSink } from '../collector/derive.ts';
import type { OffsetTables } from '../lineage/lag/offsets.ts';
import type { LineageService } from '../lineage/service.ts';

/** Ends somebody wanted. A FAILED job is not over: it is what on-call must hear of. */
const WANTED = new Set(['CANCELED', 'FINISHED']);

/** When the job of this name ended because it was cancelled or had finished; null while it runs, failed or is not known. */
export function jobEndedAt(lineage: LineageService, name: string): number | null {
  const job = lineage.job(name);
  if (!job?.status || !WANTED.has(job.status)) return null;
  return job.events.findLast(e => WANTED.has(e.status))?.ts ?? null;
}

/** Hands job events to the lineage service; a job that is over leaves the lag tables, or its lag would grow with its topics. */
export function createJobEventSink(lineage: LineageService, tables: OffsetTables): JobEventSink {
  return {
    async accept(events, arrivedAt, signal) {
      await lineage.accept(events, arrivedAt, signal);
      for (const event of events) {
        if (event.type !== 'job_status' || !WANTED.has(event.status)) continue;
        if (jobEndedAt(lineage, event.jobName) !== null) tables.forgetHop(event.jobName);
      }
    },
  };
}
