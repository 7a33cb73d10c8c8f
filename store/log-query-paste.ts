import { LOG_LEVELS } from '../model/log-record.ts';
import type { LogQuery } from './log-query.ts';
import { tokenize } from './tokenize.ts';

/** A line of a Java stack trace. */
const FRAME = /^\s*(?:at\s+\S+\(.*\)|Caused by: .+)\s*$/m;
/** What a trace says of frames it leaves out: it depends on where the trace was cut. */
const LEFT_OUT = /^\s*\.\.\. \d+ (?:more|common frames omitted)\s*$/;
/** What stands before the message in a log file, as Flink's Log4j pattern writes it, or an export. */
const HEAD = new RegExp(
  `^\\s*\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d+)?Z?\\s+(?:\\[[^\\]]*\\]\\s+)?(?:${LOG_LEVELS.join('|')})\\s+` +
    '(?:\\S+\\s+)??(?:\\[[^\\]]*\\]\\s+)?-\\s',
);

/**
 * What was copied from a log, a stack trace of several lines or a line with its time and level, as a query: every line of it, word by word,
 * whatever it means in the search language. Null for anything else. Lines beyond `maxUnits` of text are left out.
 */
export function pastedQuery(text: string, maxUnits: number): LogQuery | null {
  const isTrace = text.trim().includes('\n') && FRAME.test(text);
  if (!isTrace && !HEAD.test(text)) return null;
  const of: LogQuery[] = [];
  let units = 0;
  for (const line of text.split(/\r?\n/)) {
    units += line.length;
    if (units > maxUnits) break;
    const tokens = LEFT_OUT.test(line) ? [] : tokenize(line.replace(HEAD, ''));
    if (tokens.length > 0) of.push({ kind: 'text', tokens, prefix: false });
  }
  const [first, second] = of;
  if (first === undefined) return null;
  return second === undefined ? first : { kind: 'and', of };
}
