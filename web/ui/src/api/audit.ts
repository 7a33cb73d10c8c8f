/** Shape of /audit (contracts.md section 6). */

import { get, type Page } from './client.ts';

/** One field of one object that somebody changed; the whole object, with no field, where it came or went. */
export interface AuditEntry {
  readonly at: number;
  readonly who: string;
  readonly object: string;
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Newest first. */
export function getAudit(cursor: string | undefined, signal?: AbortSignal): Promise<Page<AuditEntry>> {
  return get('/audit', { limit: 100, cursor }, signal);
}
