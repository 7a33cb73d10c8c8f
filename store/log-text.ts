import type { LogException, LogRecord } from '../model/log-record.ts';

/**
 * The texts of a line that words and phrases are searched in: the message, and the trace of its exception (`''` without one).
 * A phrase never spans the two.
 */
export function searchableTexts(
  record: Pick<LogRecord, 'message' | 'exception'>,
): readonly [message: string, trace: string] {
  return [record.message, record.exception === undefined ? '' : traceOf(record.exception)];
}

/** The stack trace, or class and message where none came. */
export function traceOf(exception: Pick<LogException, 'class' | 'message' | 'stack'>): string {
  return exception.stack || `${exception.class}: ${exception.message}`;
}
