/** What a job was from when until when, and how two of its versions differ. */

import { get, type Page } from './client.ts';
import type { EdgeRole } from './lineage.ts';

export type VersionChange = 'first' | 'sql' | 'session' | 'reads' | 'writes' | 'owner';

export interface JobVersion {
  /** Counts from 1. */
  readonly version: number;
  /** Epoch ms. */
  readonly from: number;
  /** Null for the one in force. */
  readonly to: number | null;
  readonly job_id: string | null;
  readonly owner: string | null;
  /** Who submitted it, where that is known. */
  readonly by: string | null;
  readonly sql_kept: boolean;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** What differs from the version before. */
  readonly changed: readonly VersionChange[];
}

interface TableUse {
  readonly id: string;
  readonly role: EdgeRole;
}

/** What stands in one version of a column; `sources` null: not known. */
export interface ColumnState {
  readonly sources: readonly string[] | null;
  readonly functions: readonly string[];
  readonly steps: readonly string[];
}

export interface SqlLine {
  /** `@` stands for lines left out. */
  readonly op: ' ' | '+' | '-' | '@';
  readonly line: string;
}

/** From one version of a job to another. */
export interface VersionDiff {
  readonly job: string;
  readonly from: number;
  readonly to: number;
  readonly tables: { readonly added: readonly TableUse[]; readonly removed: readonly TableUse[] };
  /** `<dataset id>#<column>`. */
  readonly columns: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly { readonly column: string; readonly before: ColumnState; readonly after: ColumnState }[];
  };
  readonly options: readonly {
    readonly table: string;
    readonly option: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly sql: readonly SqlLine[];
  readonly breaks: readonly { readonly node: string; readonly column?: string; readonly why: string }[];
  /** False when one version's SQL was not kept. */
  readonly complete: boolean;
}

/** Newest first, without their SQL. */
export function getVersions(job: string, signal: AbortSignal): Promise<Page<JobVersion>> {
  return get(`/jobs/${encodeURIComponent(job)}/versions`, { sql: 'false' }, signal);
}

export function getDiff(job: string, from: number, to: number, signal: AbortSignal): Promise<VersionDiff> {
  return get('/lineage/diff', { job, from, to }, signal);
}
