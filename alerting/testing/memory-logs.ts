import { LogGroupCounts } from '../../store/log-group-counts.ts';
import type { LogQuery } from '../../store/log-query.ts';
import type { LogCountQuery, LogFacetField, LogGroupCount } from '../../store/log-store.ts';
import { tokenize } from '../../store/tokenize.ts';
import type { LogReader } from '../evaluate/frame.ts';

/** A log line of a test: when, what people group and filter by, and its text. */
export type MemoryLine = { readonly ts: number; readonly message?: string } & Readonly<
  Partial<Record<LogFacetField, string>>
>;

/** Log lines in memory, counted as the stores count them: for tests of rules. Lines may be added at any time. */
export class MemoryLogs implements LogReader {
  readonly lines: MemoryLine[];
  /** Every question asked, oldest first. */
  readonly asked: LogCountQuery[] = [];

  constructor(lines: readonly MemoryLine[] = []) {
    this.lines = [...lines];
  }

  async counts(query: LogCountQuery): Promise<readonly LogGroupCount[]> {
    this.asked.push(query);
    const { from, to, stepMs, groupBy, limit } = query;
    const counts = new LogGroupCounts(groupBy, limit);
    for (const line of this.lines) {
      if (line.ts < from || line.ts >= to || !fits(query.query, line)) continue;
      const values = groupBy.map(field => fieldValue(line, field));
      counts.add(values, Math.floor((line.ts - from) / stepMs), 1);
    }
    return counts.all();
  }
}

function fieldValue(line: MemoryLine, field: LogFacetField): string {
  return line[field] ?? (field === 'level' ? 'INFO' : '');
}

function fits(query: LogQuery, line: MemoryLine): boolean {
  switch (query.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'and':
      return query.of.every(part => fits(part, line));
    case 'or':
      return query.of.some(part => fits(part, line));
    case 'not':
      return !fits(query.of, line);
    case 'level':
      return query.levels.some(level => level === fieldValue(line, 'level'));
    case 'field': {
      const value = line[query.field as LogFacetField] ?? '';
      return query.prefix ? value.startsWith(query.value) : value === query.value;
    }
    case 'text':
      return [line.message, line.exception].some(text => text !== undefined && holds(tokenize(text), query));
    default:
      return query satisfies never;
  }
}

function holds(
  words: readonly string[],
  { tokens, prefix }: { readonly tokens: readonly string[]; readonly prefix: boolean },
): boolean {
  return words.some((_, start) =>
    tokens.every((token, i) => {
      const word = words[start + i];
      return word !== undefined && (prefix && i === tokens.length - 1 ? word.startsWith(token) : word === token);
    }),
  );
}
