import type { LogQuery } from './log-query.ts';
import { fieldQuery } from './log-query-field.ts';
import type { Comparison } from './log-query-lexer.ts';

/** Filters of the log API beside the query text. A value is exact unless it ends in `*`; blank ones are ignored. */
export interface LogFilters {
  readonly job?: string;
  readonly app?: string;
  readonly container?: string;
  /** One level, a comparison (`>=WARN`) or several levels with commas. */
  readonly level?: string;
  readonly logger?: string;
  readonly host?: string;
}

/** The query with every filter as a further condition. Throws `UserError` bad-query for an unknown level. */
export function combineLogQuery(query: LogQuery, filters: LogFilters): LogQuery {
  const conditions: LogQuery[] = [];
  for (const field of ['job', 'app', 'container', 'logger', 'host'] as const) {
    const text = filters[field]?.trim();
    if (text) conditions.push(filterQuery(field, '=', text));
  }
  if (filters.level) conditions.push(levelFilter(filters.level));
  if (conditions.length === 0) return query;
  const own = query.kind === 'all' ? [] : query.kind === 'and' ? query.of : [query];
  const all = [...own, ...conditions];
  const [only] = all;
  return all.length === 1 && only !== undefined ? only : { kind: 'and', of: all };
}

function levelFilter(text: string): LogQuery {
  const any = text.split(',').map(part => {
    const comparison = /^[<>]=?/.exec(part.trim())?.[0] ?? '';
    return filterQuery('level', (comparison || '=') as Comparison, part.trim().slice(comparison.length));
  });
  return { kind: 'level', levels: any.flatMap(one => (one.kind === 'level' ? one.levels : [])) };
}

function filterQuery(field: string, comparison: Comparison, text: string): LogQuery {
  const prefix = text.endsWith('*');
  return fieldQuery(
    field,
    comparison,
    { text: prefix ? text.slice(0, -1) : text, quoted: false, prefix, position: 0 },
    0,
  );
}
