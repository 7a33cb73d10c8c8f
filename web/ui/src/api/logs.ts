/** Shapes of /logs/* (contracts.md section 4). */
import { get, type Params } from './client.ts';

/** Rising severity. */
export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogItem {
  readonly id: string;
  readonly ts: number;
  readonly ts_original?: number;
  readonly level: LogLevel;
  readonly logger: string;
  readonly thread: string;
  readonly message: string;
  readonly exception?: {
    readonly class: string;
    readonly message: string;
    readonly stack: string;
    readonly root?: string;
  };
  readonly job_name: string;
  readonly job_id?: string;
  readonly app_id: string;
  readonly container_id: string;
  readonly host: string;
  readonly role: string;
}

export interface LogPage {
  readonly items: readonly LogItem[];
  readonly total: { readonly value: number; readonly relation: 'eq' | 'gte' };
  readonly next: string | null;
}

export interface LogBucket {
  readonly t: number;
  readonly counts: Readonly<Partial<Record<LogLevel, number>>>;
}

export type FacetField = 'job' | 'app' | 'container' | 'level' | 'logger' | 'host' | 'exception';
export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

/** Fields a line can be narrowed by through parameters of their own. */
export const FILTER_FIELDS = ['job', 'app', 'container', 'level', 'logger', 'host'] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];

/** What is searched: the query text and exact values. */
export type LogFilter = Readonly<{ q: string } & Partial<Record<FilterField, string>>>;

export type AroundScope = 'container' | 'job' | 'all';

export interface Around {
  readonly before: readonly LogItem[];
  readonly line: LogItem;
  readonly after: readonly LogItem[];
}

interface Span {
  readonly from: number;
  readonly to: number;
}

export function searchLogs(
  filter: LogFilter,
  span: Span,
  page: { limit: number; cursor?: string },
  signal?: AbortSignal,
): Promise<LogPage> {
  return get('/logs/search', { ...filter, ...whole(span), ...page }, signal);
}

export function logHistogram(
  filter: LogFilter,
  span: Span,
  intervalMs: number,
  signal: AbortSignal,
): Promise<{ readonly buckets: readonly LogBucket[] }> {
  return get('/logs/histogram', { ...filter, ...whole(span), interval: `${Math.round(intervalMs / 1000)}s` }, signal);
}

export function logFacet(
  filter: LogFilter,
  span: Span,
  field: FacetField,
  signal: AbortSignal,
): Promise<{ readonly values: readonly FacetValue[] }> {
  return get('/logs/facets', { ...filter, ...whole(span), field, limit: 8 }, signal);
}

export function logsAround(
  id: string,
  scope: AroundScope,
  sides: { before: number; after: number },
  signal: AbortSignal,
): Promise<Around> {
  return get('/logs/around', { id, scope, ...sides }, signal);
}

function whole(span: Span): Params {
  return { from: Math.floor(span.from), to: Math.ceil(span.to) };
}
