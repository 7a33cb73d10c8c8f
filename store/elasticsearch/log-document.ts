/**
 * A log line as an Elasticsearch document. Everything searched lies under `tw`, written by us and mapped; the line itself stays beside it
 * in `_source`, unmapped, as it was received when it is in the native shape. So no sender can bend the mapping, whatever it sends.
 */
import { createHash } from 'node:crypto';
import { LOG_LEVELS, type LogException, type LogLevel } from '../../model/log-record.ts';
import { positionId, type SourcePosition } from '../../model/source-position.ts';
import type { LogItem, LogRow } from '../log-store.ts';
import { searchableTexts } from '../log-text.ts';
import { type BulkBody, quoted } from './bulk-body.ts';

/** Reserved top-level key; a received line that has it is written anew instead of as it came. */
const RESERVED = Buffer.from('"tw"');
const OPENING = 0x7b;
const CLOSING = 0x7d;
const NEWLINE = 0x0a;
const SPACE = 0x20;
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
        arrived: { type: 'long' },
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
  /** When the line was sent here, epoch ms; missing in lines from before that was noted. */
  readonly arrived?: number;
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
function documentId(position: SourcePosition): string {
  const id = positionId(position);
  return Buffer.byteLength(id) <= MAX_ID_BYTES ? id : createHash('sha256').update(id).digest('hex');
}

/** `<topic>-<UTC day of the record time>`, in the characters index names may have: a pure function of the record. */
export function indexSuffix(topic: string, recordTs: number): string {
  const day = new Date(recordTs).toISOString().slice(0, 10).replaceAll('-', '.');
  return `${topic.toLowerCase().replace(/[^a-z0-9._-]/g, '_')}-${day}`;
}

/** Adds the action that creates a row's document, sent at `now`. `whole` writes the line anew although its bytes could be taken. */
export function writeCreate(body: BulkBody, index: string, row: LogRow, now: number, whole: boolean): void {
  const [message, trace] = searchableTexts(row.record);
  body.text(
    `{"create":{"_index":${quoted(index)},"_id":${quoted(documentId(row.position))}}}\n{"tw":${keywords(row, now)},"text":`,
  );
  if (trace === '') body.tokens(message);
  else {
    body.text('[');
    body.tokens(message);
    body.text(',');
    body.tokens(trace);
    body.text(']');
  }
  body.text('},');
  const line = whole ? null : receivedFields(row.raw);
  if (line) {
    body.copy(line);
    body.text('\n');
    return;
  }
  const { mdc, owner, cluster, pid, exception } = row.record;
  const rest = { message: row.record.message, exception, mdc, owner, cluster, pid };
  body.text(`${JSON.stringify(rest).slice(1)}\n`);
}

/** The indexed fields but the text, as JSON of `Indexed` without its closing brace. Written by hand: this runs for every line. */
function keywords({ record, position }: LogRow, now: number): string {
  const original = record.tsOriginal === undefined ? '' : `"ts_original":${record.tsOriginal},`;
  return (
    `{"ts":${record.ts},"arrived":${now},${original}"topic":${quoted(position.topic)},"partition":${position.partition},` +
    `"offset":${position.offset},"level":"${record.level}","logger":${quoted(record.logger)},` +
    `"thread":${quoted(record.thread)},"job":${quoted(record.jobName)},"job_id":${quoted(record.jobId)},` +
    `"app":${quoted(record.appId)},"container":${quoted(record.containerId)},"host":${quoted(record.host)},` +
    `"role":${quoted(record.role)},"exception":${quoted(record.exception?.class ?? '')}`
  );
}

/** A received JSON object behind its opening brace, when it may stand in the document as it is. */
function receivedFields(raw: Uint8Array | undefined): Uint8Array | null {
  if (raw === undefined) return null;
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const start = bytes.indexOf(OPENING);
  const end = bytes.lastIndexOf(CLOSING);
  const isObject = start >= 0 && end > start + 1 && isBlank(bytes, 0, start) && isBlank(bytes, end + 1, bytes.length);
  if (!isObject || bytes.indexOf(RESERVED) >= 0 || bytes.indexOf(NEWLINE) >= 0) return null;
  return bytes.subarray(start + 1, end + 1);
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at] ?? 0) > SPACE) return false;
  return true;
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
