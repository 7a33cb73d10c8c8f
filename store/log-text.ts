import type { LogRecord } from '../model/log-record.ts';

/**
 * The texts of a line that words and phrases are searched in: the message and the stack trace, or the exception's class and
 * message where no trace came. A phrase never spans two of them.
 */
export function searchableTexts(
  record: Pick<LogRecord, 'message' | 'exception'>,
): readonly [message: string, trace: string] {
  const exception = record.exception;
  if (exception === undefined) return [record.message, ''];
  return [record.message, exception.stack || `${exception.class}: ${exception.message}`];
}
