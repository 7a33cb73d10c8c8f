/** Offset rows and job events as their streams carry them (wire-formats section 1): what `decode/offsets.ts` and `decode/job.ts` read. */
import type { JobEvent } from '../model/job-event.ts';
import type { OffsetRow } from '../model/offset-row.ts';

/** One record of the offsets stream. */
export function encodeOffsets(row: OffsetRow): string {
  return JSON.stringify(snakeKeys(row));
}

/** One record of the jobs stream. */
export function encodeJob(event: JobEvent): string {
  switch (event.type) {
    case 'openlineage':
      return JSON.stringify(event.event);
    case 'table':
      return JSON.stringify({ ...event, ...(event.dimension && { dimension: snakeKeys(event.dimension) }) });
    case 'report':
      return JSON.stringify({ ...event, ...(event.slo && { slo: snakeKeys(event.slo) }) });
    default:
      return JSON.stringify(snakeKeys(event));
  }
}

/** The keys of the outermost object only: what lies below is the user's. */
function snakeKeys(fields: object): object {
  const entries = Object.entries(fields);
  return Object.fromEntries(entries.map(([key, value]) => [key.replace(/[A-Z]/g, c => `_${c.toLowerCase()}`), value]));
}
