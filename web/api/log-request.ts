/** What the log routes share: the fields that choose lines, and a line as answers show it. */
import { z } from 'zod';
import { UserError } from '../../model/errors.ts';
import { combineLogQuery } from '../../store/log-query-combine.ts';
import { parseLogQuery } from '../../store/log-query-parse.ts';
import type { LogItem, LogSearch } from '../../store/log-store.ts';
import { timeField } from './fields.ts';

/** Query fields that choose lines: the search language and single fields, all of them true. Times: from <= ts < to. */
export const logFilters = {
  q: z.string().max(10_000).default(''),
  job: z.string().optional(),
  app: z.string().optional(),
  container: z.string().optional(),
  level: z.string().optional(),
  logger: z.string().optional(),
  host: z.string().optional(),
  from: timeField.optional(),
  to: timeField.optional(),
};

/** The question that the fields ask. Throws `UserError` bad-request and bad-query. */
export function logQueryOf(f: z.output<z.ZodObject<typeof logFilters>>): Pick<LogSearch, 'query' | 'from' | 'to'> {
  const { q, from, to, ...fields } = f;
  if (from !== undefined && to !== undefined && from > to) {
    throw new UserError('bad-request', 'from is later than to', {
      issues: [{ path: 'from', message: 'later than to' }],
    });
  }
  return {
    query: combineLogQuery(parseLogQuery(q), fields),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** A log line as the API shows it (contracts.md section 4). */
export function toLogItem(item: LogItem) {
  return {
    id: item.id,
    ts: item.ts,
    ...(item.tsOriginal === undefined ? {} : { ts_original: item.tsOriginal }),
    level: item.level,
    logger: item.logger,
    thread: item.thread,
    message: item.message,
    ...(item.exception ? { exception: item.exception } : {}),
    job_name: item.jobName,
    job_id: item.jobId,
    app_id: item.appId,
    container_id: item.containerId,
    host: item.host,
    role: item.role,
  };
}
