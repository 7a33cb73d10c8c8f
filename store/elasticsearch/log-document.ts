/**
 * A log line as an Elasticsearch document. Everything searched lies under `tw`, written by us and mapped; the line itself stays beside it
 * in `_source`, unmapped, as it was received when it is in the native shape. So no sender can bend the mapping, whatever it sends.
 */
import { createHash } from 'node:crypto';
import { LOG_LEVELS, type LogException, type LogLevel } from '../../model/log-record.ts';
import { positionId, type SourcePosition } from '../../model/source-position.ts';
import type { LogItem, LogRow } from '../log-store.ts';
import { searchableTexts } from '../log-text.ts';
import { tokenText } from '../tokenize.ts';

/** Reserved top-level key; a received line that has it is written anew instead of as it came. */
const RESERVED = Buffer.from('"tw"');
const MAX_ID_BYTES = 400;
/** Keyword values beyond this are not indexed by Lucene (32,766 bytes); nothing real is that long. */
const MAX_KEYWORD = 8000;

const keyword = { type: 'keyword', ignore_above: MAX_KEYWORD } as const;

/** The mapping of every daily index. */
export const LOG_MAPPING = {
  dynamic: false,
  _source: { excludes: ['tw.text'] },
  properties: {
    tw: {
      dynamic: false,
      properties: {
        ts: { type: 'date', format: 'epoch_millis' },
        topic: keyword,
        partition: { type: 'integer' },
        offset: { type: 'long' },
        level: keyword,
        logger: keyword,
        thread: keyword,
        job: keyword,
        job_id: keyword,
        app: keyword,
        container: keyword,
        host: keyword,
        role: keyword,
        exception: keyword,
        text: { type: 'text', analyzer: 'whitespace', norms: false },
      },
    },
  },
} as const;

interface Indexed {
  readonly ts: number;
  readonly ts_original?: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly level: LogLevel;
  readonly logger: string;
  readonly thread: string;
  readonly job: string;
  readonly job_id: string;
  readonly app: string;
  readonly container: string;
  readonly host: string;
  readonly role: string;
  readonly exception: string;
}

/** What a search answers per hit. */
export interface LogSource {
  readonly tw: Indexed;
  readonly message?: string;
  readonly exception?: LogException;
}

/** Document id of a position; equal positions give equal ids, so a repeated row meets itself. */
export function documentId(position: SourcePosition): string {
  const id = positionId(position);
  return Buffer.byteLength(id) <= MAX_ID_BYTES ? id : createHash('sha256').update(id).digest('hex');
}

/** `<topic>-<UTC day of the record time>`, in the characters index names may have: a pure function of the record. */
export function indexSuffix(topic: string, recordTs: number): string {
  const day = new Date(recordTs).toISOString().slice(0, 10).replaceAll('-', '.');
  return `${topic.toLowerCase().replace(/[^a-z0-9._-]/g, '_')}-${day}`;
}

/** The document's JSON. `whole` writes the line anew although its bytes could be taken. */
export function documentJson(row: LogRow, whole: boolean): string {
  const { record, position } = row;
  const [message, trace] = searchableTexts(record);
  const indexed = {
    ts: record.ts,
    ...(record.tsOriginal === undefined ? {} : { ts_original: record.tsOriginal }),
    topic: position.topic,
    partition: position.partition,
    offset: position.offset,
    level: record.level,
    logger: record.logger,
    thread: record.thread,
    job: record.jobName,
    job_id: record.jobId,
    app: record.appId,
    container: record.containerId,
    host: record.host,
    role: record.role,
    exception: record.exception?.class ?? '',
    text: trace === '' ? tokenText(message) : [tokenText(message), tokenText(trace)],
  } satisfies Indexed & { text: string | string[] };
  const prefix = `{"tw":${JSON.stringify(indexed)}`;
  const { raw } = row;
  if (raw !== undefined && !whole) {
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    const text = bytes.indexOf(RESERVED) < 0 && bytes.indexOf(10) < 0 ? bytes.toString('utf8').trim() : '';
    if (text.startsWith('{') && text.length > 2) return `${prefix},${text.slice(1)}`;
  }
  const { mdc, owner, cluster, pid, exception } = record;
  const rest = { message: record.message, exception, mdc, owner, cluster, pid };
  return `${prefix},${JSON.stringify(rest).slice(1)}`;
}

/** A hit as the port gives it out. */
export function toItem(id: string, source: LogSource, nameOf: (jobId: string) => string | undefined): LogItem {
  const { tw } = source;
  const exception = source.exception;
  return {
    id,
    ts: tw.ts,
    ...(tw.ts_original === undefined ? {} : { tsOriginal: tw.ts_original }),
    level: LOG_LEVELS.includes(tw.level) ? tw.level : 'INFO',
    logger: tw.logger,
    thread: tw.thread,
    message: source.message ?? '',
    ...(exception
      ? {
          exception: {
            class: exception.class,
            message: exception.message,
            stack: exception.stack,
            ...(exception.root === undefined ? {} : { root: exception.root }),
          },
        }
      : {}),
    jobName: (tw.job_id && nameOf(tw.job_id)) || tw.job,
    jobId: tw.job_id,
    appId: tw.app,
    containerId: tw.container,
    host: tw.host,
    role: tw.role,
  };
}
