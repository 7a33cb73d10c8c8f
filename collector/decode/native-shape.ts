import type { LogRecord } from '../../model/log-record.ts';
import { type Fields, isFields } from './fields.ts';

/** Native key -> field of the record; a line whose values all survived as they are may be stored as its own bytes. */
const TEXT_KEYS: Readonly<Record<string, keyof LogRecord>> = {
  level: 'level',
  logger: 'logger',
  thread: 'thread',
  message: 'message',
  job_name: 'jobName',
  owner: 'owner',
  cluster: 'cluster',
  app_id: 'appId',
  container_id: 'containerId',
  host: 'host',
  role: 'role',
  pid: 'pid',
};
const EXCEPTION_KEYS = new Set(['class', 'message', 'stack', 'root']);

/**
 * True when `text` is a line of the native nested shape that says exactly what `record` says: no unknown key, no duplicate
 * key, nothing coerced, cut, clamped or masked. Only such a line may be stored without being written anew.
 */
export function isStorableAsIs(text: string, fields: Fields, record: LogRecord): boolean {
  let keys = 0;
  for (const key in fields) {
    keys++;
    const value = fields[key];
    const target = TEXT_KEYS[key];
    if (target !== undefined) {
      if (value !== record[target]) return false;
    } else if (key === 'ts') {
      if (value !== record.ts || record.tsOriginal !== undefined) return false;
    } else if (key === 'mdc') {
      if (value !== record.mdc) return false;
      for (const _name in record.mdc) keys++;
    } else if (key === 'exception') {
      if (!isFields(value) || !sameException(value, record)) return false;
      for (const _name in value) keys++;
    } else return false;
  }
  return fields['ts'] !== undefined && fields['level'] !== undefined && !hasDuplicateKeys(text, keys);
}

function sameException(value: Fields, record: LogRecord): boolean {
  const exception = record.exception;
  for (const key in value) if (!EXCEPTION_KEYS.has(key)) return false;
  return (
    exception !== undefined &&
    value['class'] === exception.class &&
    value['message'] === exception.message &&
    value['stack'] === exception.stack &&
    value['root'] === exception.root
  );
}

/**
 * `keys` is the number of distinct keys of the parsed object, nested ones included. The text has at least as many `":` as
 * keys were written, so an equal count proves there is no duplicate; otherwise (a `":` inside a text, blanks before a colon)
 * the line counts as suspicious, which only costs writing it anew.
 */
function hasDuplicateKeys(text: string, keys: number): boolean {
  let written = 0;
  for (let i = text.indexOf('":'); i >= 0; i = text.indexOf('":', i + 2)) {
    // an escaped quote belongs to a text, not to a key
    if (text.charCodeAt(i - 1) !== 0x5c) written++;
  }
  return written !== keys || /"\s+:/.test(text);
}
