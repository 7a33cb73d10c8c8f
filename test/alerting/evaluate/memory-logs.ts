/** Log lines in memory for rules over logs: exactly the counts of the store port, for queries by field and level. */
import type { LogReader } from '../../../alerting/evaluate/frame.ts';
import { LogGroupCounts } from '../../../store/log-group-counts.ts';
import type { LogQuery } from '../../../store/log-query.ts';
import type { LogCountQuery, LogFacetField, LogGroupCount } from '../../../store/log-store.ts';

export type Line = { readonly ts: number } & Readonly<Partial<Record<LogFacetField, string>>>;

export class MemoryLogs implements LogReader {
  readonly lines: Line[];
  readonly asked: LogCountQuery[] = [];

  constructor(lines: readonly Line[] = []) {
    this.lines = [...lines];
  }

  async counts(query: LogCountQuery): Promise<readonly LogGroupCount[]> {
    this.asked.push(query);
    const { from, to, stepMs, groupBy, limit } = query;
    const counts = new LogGroupCounts(groupBy, limit);
    for (const line of this.lines) {
      if (line.ts < from || line.ts >= to || !fits(query.query, line)) continue;
      counts.add(
        groupBy.map(field => line[field] ?? ''),
        Math.floor((line.ts - from) / stepMs),
        1,
      );
    }
    return counts.all();
  }
}

function fits(query: LogQuery, line: Line): boolean {
  switch (query.kind) {
    case 'all':
      return true;
    case 'and':
      return query.of.every(part => fits(part, line));
    case 'or':
      return query.of.some(part => fits(part, line));
    case 'not':
      return !fits(query.of, line);
    case 'level':
      return query.levels.some(level => level === (line.level ?? 'INFO'));
    case 'field': {
      const value = line[query.field as LogFacetField] ?? '';
      return query.prefix ? value.startsWith(query.value) : value === query.value;
    }
    default:
      throw new Error(`lines in memory have no text: ${query.kind}`);
  }
}
