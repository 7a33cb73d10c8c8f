import type { LogClient } from './log-client.ts';
import { DAY_MS } from './log-id.ts';
import type { ReaderRequests, WriterRequests } from './log-messages.ts';

/** Lines deleted in one transaction: short enough for appends to get in between. */
const STEP = 2000;

/**
 * Removes days wholly past the retention of every job in them, and from other old days the lines of jobs past theirs. Returns the
 * number of lines deleted plus the number of files removed.
 */
export async function expireDays(
  writer: LogClient<WriterRequests>,
  reader: LogClient<ReaderRequests>,
  now: number,
  retentionMs: (jobName: string) => number,
  signal?: AbortSignal,
): Promise<{ readonly dropped: number }> {
  let dropped = 0;
  const { days } = await writer.ask('days', {}, { signal });
  for (const { day, jobs } of days) {
    const age = now - (day + 1) * DAY_MS;
    const gone = jobs.filter(job => age >= retentionMs(job));
    if (gone.length === jobs.length && age >= retentionMs('')) {
      await reader.ask('forget', { day }, { signal });
      await writer.ask('dropDay', { day }, { signal });
      dropped++;
      continue;
    }
    for (let deleted = gone.length === 0 ? 0 : STEP; deleted === STEP; dropped += deleted) {
      ({ deleted } = await writer.ask('deleteLines', { day, jobs: gone, limit: STEP }, { signal }));
    }
  }
  return { dropped };
}
