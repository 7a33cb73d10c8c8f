/** What the log store's main thread asks its two workers, and what they answer. */
import type { LogQuery } from '../log-query.ts';
import type {
  LinesPage,
  LogBucket,
  LogCountQuery,
  LogFacetField,
  LogGroupCount,
  LogItem,
  LogPage,
  LogTotal,
} from '../log-store.ts';
import type { ArrivalPlace } from './log-arrivals.ts';
import type { LogBatch } from './log-batch.ts';
import type { RefusedLine } from './log-day-writer.ts';

/** Job names that are new, changed (id, name) or no longer known (id, null) since the last request to the reader. */
export type NameChanges = readonly (readonly [jobId: string, name: string | null])[];

interface Filter {
  readonly query: LogQuery;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Requests to the writer, by name. */
export interface WriterRequests {
  open: { args: Record<never, never>; answer: Record<never, never> };
  append: { args: { batches: readonly LogBatch[]; now: number }; answer: { refused: RefusedLine[][] } };
  /** One step of merging full text; `more`: another would find work. */
  merge: { args: Record<never, never>; answer: { more: boolean } };
  days: { args: Record<never, never>; answer: { days: { day: number; jobs: string[] }[] } };
  dropDay: { args: { day: number }; answer: Record<never, never> };
  deleteLines: { args: { day: number; jobs: readonly string[]; limit: number }; answer: { deleted: number } };
  close: { args: Record<never, never>; answer: Record<never, never> };
}

/** Requests to the reader, by name. Job names in items are the environment's; in facets they are joined. */
export interface ReaderRequests {
  search: { args: Filter & { limit: number; cursor?: string | undefined }; answer: LogPage };
  forward: { args: Filter & { limit: number; cursor?: string | undefined }; answer: LinesPage };
  /** Where following begins: now, behind a line, or behind an arrival of some time; null for a line that is not known. */
  standing: { args: { after?: string | undefined }; answer: { place: ArrivalPlace | null } };
  arrivals: {
    args: Filter & { after: ArrivalPlace; limit: number };
    answer: { items: LogItem[]; missed: LogTotal; place: ArrivalPlace };
  };
  histogram: { args: Filter & { intervalMs: number }; answer: { buckets: LogBucket[] } };
  facet: {
    args: Filter & { field: LogFacetField; limit: number };
    answer: { values: { value: string; count: number }[] };
  };
  counts: { args: LogCountQuery; answer: { groups: readonly LogGroupCount[] } };
  get: { args: { id: string }; answer: { item: LogItem | null } };
  around: {
    args: { id: string; scope: 'container' | 'job' | 'all'; before: number; after: number };
    answer: { found: { before: LogItem[]; line: LogItem; after: LogItem[] } | null };
  };
  stats: { args: Record<never, never>; answer: { lines: number; bytes: number; oldest: number | null } };
  /** Comes before the first request that needs the names. */
  learn: { args: { names: NameChanges }; answer: Record<never, never> };
  /** Closes a day's file before the writer removes it. */
  forget: { args: { day: number }; answer: Record<never, never> };
  close: { args: Record<never, never>; answer: Record<never, never> };
}

/** How a failure crosses threads: what kind of error to make of it. */
export interface WorkerFailure {
  readonly kind: 'away' | 'bad-cursor' | 'too-many-groups' | 'bug';
  readonly message: string;
}
