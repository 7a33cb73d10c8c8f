import type { LogField, LogQuery } from './log-query.ts';

/** Ids as YARN and Flink write them: always lower-case. */
const IDS: readonly (readonly [field: LogField, pattern: RegExp])[] = [
  ['container', /^container_(?:e\d+_)?\d+_\d+_\d+_\d+$/],
  ['app', /^application_\d+_\d+$/],
  ['job_id', /^[0-9a-f]{32}$/],
];
const YARN = /^(?:container|application)_[e\d_]*$/i;
const HEXADECIMAL = /^[0-9a-f]+$/i;
/** Fields whose values are copied from elsewhere, with what stood round them. */
const COPIED: ReadonlySet<string> = new Set<LogField>(['app', 'container', 'host', 'job_id']);
const ROUND = /^[\s"'`“”‘’,;]+|[\s"'`“”‘’,;]+$/gu;

/** The lines of a container, application or run whose id (lower-case) stands for itself in a query; null for any other word. */
export function idQuery(word: string): LogQuery | null {
  const field = IDS.find(([, pattern]) => pattern.test(word))?.[0];
  return field === undefined ? null : { kind: 'field', field, value: word, prefix: false };
}

/** A field's value as it is stored: without the spaces and quotes it was copied with, ids in lower case. */
export function plainValue(field: LogField, value: string): string {
  if (!COPIED.has(field)) return value;
  const plain = value.replace(ROUND, '');
  return YARN.test(plain) || (field === 'job_id' && HEXADECIMAL.test(plain)) ? plain.toLowerCase() : plain;
}
