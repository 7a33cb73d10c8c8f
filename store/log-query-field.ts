import { LOG_LEVELS, type LogLevel } from '../model/log-record.ts';
import type { LogField, LogQuery } from './log-query.ts';
import { badQuery } from './log-query-error.ts';
import { plainValue } from './log-query-id.ts';
import type { Comparison, QueryText } from './log-query-lexer.ts';

/** Every field a query may name, beside `level`. */
export const LOG_FIELDS = [
  'job',
  'app',
  'container',
  'logger',
  'host',
  'role',
  'thread',
  'exception',
  'job_id',
] as const satisfies LogField[];

/** The condition `name:value`. Throws `UserError` bad-query for an unknown field, level or comparison. */
export function fieldQuery(name: string, comparison: Comparison, value: QueryText, position: number): LogQuery {
  const lower = name.toLowerCase();
  if (lower === 'level') return levelQuery(comparison, value);
  const field = LOG_FIELDS.find(known => known === lower);
  if (field === undefined) {
    throw badQuery(
      `there is no field "${name}"; fields are ${LOG_FIELDS.join(', ')} and level; put the text in quotes to search for it as it is`,
      position,
    );
  }
  if (comparison !== '=')
    throw badQuery(`only level can be compared with ${comparison}; write ${lower}:value`, position);
  // `field:*` asks for lines that have the field at all
  if (value.prefix && value.text === '') return { kind: 'not', of: { kind: 'field', field, value: '', prefix: false } };
  return { kind: 'field', field, value: plainValue(field, value.text), prefix: value.prefix };
}

function levelQuery(comparison: Comparison, value: QueryText): LogQuery {
  const name = value.text.toUpperCase();
  if (comparison === '=' && value.prefix) return levels(level => level.startsWith(name));
  const wanted = LOG_LEVELS.indexOf((name === 'WARNING' ? 'WARN' : name) as LogLevel);
  if (wanted < 0 || value.prefix) {
    throw badQuery(`"${value.text}" is not a level; levels are ${LOG_LEVELS.join(', ')}`, value.position);
  }
  switch (comparison) {
    case '=':
      return levels((_, i) => i === wanted);
    case '>=':
      return levels((_, i) => i >= wanted);
    case '>':
      return levels((_, i) => i > wanted);
    case '<=':
      return levels((_, i) => i <= wanted);
    case '<':
      return levels((_, i) => i < wanted);
  }
}

function levels(keep: (level: LogLevel, index: number) => boolean): LogQuery {
  return { kind: 'level', levels: LOG_LEVELS.filter(keep) };
}
