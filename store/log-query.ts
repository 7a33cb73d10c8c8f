/** The search language of logs as a tree; both stores compile it. `parseLogQuery` reads the text form (contracts.md section 4). */
import type { LogLevel } from '../model/log-record.ts';

/** Fields with exact values. `job` is the run's name where its `flink-job-id` is known, else the environment's. */
export type LogField = 'job' | 'app' | 'container' | 'logger' | 'host' | 'role' | 'thread' | 'exception' | 'job_id';

export type LogQuery =
  | { readonly kind: 'all' }
  | { readonly kind: 'and'; readonly of: readonly LogQuery[] }
  | { readonly kind: 'or'; readonly of: readonly LogQuery[] }
  | { readonly kind: 'not'; readonly of: LogQuery }
  /** Adjacent tokens in message or stack trace, in order; with `prefix` the last one is a beginning. Never empty. */
  | { readonly kind: 'text'; readonly tokens: readonly string[]; readonly prefix: boolean }
  /** Equal to `value`, or beginning with it when `prefix`. */
  | { readonly kind: 'field'; readonly field: LogField; readonly value: string; readonly prefix: boolean }
  | { readonly kind: 'level'; readonly levels: readonly LogLevel[] }
  /** Matches nothing: text that holds no token at all. */
  | { readonly kind: 'none' };
