/** What a job was from when until when, and how two of its versions differ. */

import type { DiffAnswer, VersionInfo } from '../../../api/lineage-answers.ts';
import { get, type Page } from './client.ts';

/** Newest first, without their SQL. */
export function getVersions(job: string, signal: AbortSignal): Promise<Page<VersionInfo>> {
  return get(`/jobs/${encodeURIComponent(job)}/versions`, { sql: 'false' }, signal);
}

export function getDiff(job: string, from: number, to: number, signal: AbortSignal): Promise<DiffAnswer> {
  return get('/lineage/diff', { job, from, to }, signal);
}
