/** Shape of /audit (contracts.md section 6). */

import { get, type Page } from './client.ts';

/** One field of one object that somebody changed; the whole object, with no field, where it came or went. */
export interface AuditEntry {
  readonly at: number;
  readonly who: string;
  /** Its kind with its id, or with its name for rules, channels and alerts. */
  readonly object: string;
  /** Absent in what was written before these were kept. */
  readonly id?: string;
  /** What it was called then; null where it has no name. */
  readonly name?: string | null;
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Newest first. */
export function getAudit(cursor: string | undefined, signal?: AbortSignal): Promise<Page<AuditEntry>> {
  return get('/audit', { limit: 100, cursor }, signal);
}
