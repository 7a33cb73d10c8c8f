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

/** Braces; quotes and colon of a key, comma before it; quotes of a text. */
const OBJECT_UNITS = 2;
const KEY_UNITS = 4;
const TEXT_UNITS = 2;
const TIME_KEY = '"ts":';

/**
 * True when `text` is a line of the native nested shape that says exactly what `record` says: no unknown key, no duplicate
 * key, nothing coerced, cut, clamped or masked. Only such a line may be stored without being written anew.
 */
export function isStorableAsIs(text: string, fields: Fields, record: LogRecord): boolean {
  const { ts, level, exception, mdc } = fields;
  if (ts === undefined || ts !== record.ts || record.tsOriginal !== undefined || level === undefined) return false;
  const size = { keys: 0, units: OBJECT_UNITS };
  for (const key in fields) {
    const value = fields[key];
    const target = TEXT_KEYS[key];
    if (target !== undefined) {
      if (typeof value !== 'string' || value !== record[target]) return false;
      addText(size, key, value);
    } else if (key !== 'ts' && key !== 'mdc' && key !== 'exception') return false;
  }
  if (mdc !== undefined) {
    if (mdc !== record.mdc) return false;
    addObject(size, 'mdc', record.mdc);
  }
  if (exception !== undefined) {
    if (!isFields(exception) || !sameException(exception, record)) return false;
    addObject(size, 'exception', exception);
  }
  size.keys++;
  return isShortest(text, size.units) || !hasDuplicateKeys(text, size.keys);
}

/** How many distinct keys were seen, and how many units they and their values take when nothing is escaped. */
interface Size {
  keys: number;
  units: number;
}

function addText(size: Size, key: string, value: string): void {
  size.keys++;
  size.units += key.length + KEY_UNITS + value.length + TEXT_UNITS;
}

/** Adds an object whose values are texts: everything else was found to differ from the record before. */
function addObject(size: Size, key: string, texts: Fields): void {
  let first = true;
  size.keys++;
  size.units += key.length + KEY_UNITS + OBJECT_UNITS;
  for (const name in texts) {
    addText(size, name, texts[name] as string);
    if (first) size.units--;
    first = false;
  }
}

/**
 * True when the text is no longer than the object needs, so that a duplicate key has no room: what nearly every line is. `units`
 * lacks the time, which must be written in digits alone: other ways to write a number may be shorter.
 */
function isShortest(text: string, units: number): boolean {
  const start = text.indexOf(TIME_KEY) + TIME_KEY.length;
  let end = start;
  while (isDigit(text.charCodeAt(end))) end++;
  const isPlain = end > start && (text[end] === ',' || text[end] === '}');
  return isPlain && text.length === units + TIME_KEY.length + end - start;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
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
