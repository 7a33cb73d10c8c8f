import type { LineageService } from '../lineage/service.ts';

/** Ends somebody wanted. A FAILED job is not over: it is what on-call must hear of. */
const WANTED = new Set(['CANCELED', 'FINISHED']);

/** When the job of this name ended because it was cancelled or had finished; null while it runs, failed or is not known. */
export function jobEndedAt(lineage: LineageService, name: string): number | null {
  const job = lineage.job(name);
  if (!job?.status || !WANTED.has(job.status)) return null;
  return job.events.findLast(e => WANTED.has(e.status))?.ts ?? null;
}
