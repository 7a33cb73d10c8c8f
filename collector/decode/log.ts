/**
 * Records of the logs stream -> log events. A line that begins with `{` is JSON of one of five shapes, anything else is plain
 * text. Coerced rather than refused: unknown levels (INFO), times outside the allowed range (the record's time), missing texts
 * (`''`), numbers where texts belong. Refused: broken JSON, a level that is no text, an object without message or exception,
 * and what every stream refuses. A hot path.
 */
import type { Labels } from '../../model/labels.ts';
import type { LogException, LogRecord } from '../../model/log-record.ts';
import { MASK, type Redactor } from '../redact.ts';
import { countField, type Fields, isFields, textField, timeField } from './fields.ts';
import { parseJson, recordText } from './json-record.ts';
import type { LogDraft } from './log-draft.ts';
import { levelOf } from './log-level.ts';
import { draftOf, logShape } from './log-shapes.ts';
import { textDraft } from './log-text.ts';
import { isStorableAsIs } from './native-shape.ts';
import { Rejected } from './rejected.ts';

/**
 * Limits in UTF-16 units; what is longer is cut and counted. Message and trace are as long as a record may be, so they stay whole and
 * searchable; the other texts are indexed as they are, and Elasticsearch takes no keyword beyond 32,766 bytes.
 */
export const LOG_LIMITS = { message: 1_048_576, stack: 1_048_576, text: 1024, mdcKeys: 64 } as const;
/** Events up to this far ahead of their record keep their time. */
const MAX_AHEAD_MS = 600_000;
const EMPTY_MDC: Fields = {};

export interface LogDecoding {
  readonly retentionMs: number;
  readonly redactor: Redactor;
  /** Whether lines of the native shape are to be passed on as bytes where that is allowed. */
  readonly wantRaw: boolean;
  /** Told about each field that was shortened: `message`, `stack`, `text` or `mdc`. */
  readonly onCut: (field: 'message' | 'stack' | 'text' | 'mdc') => void;
}

/** A source position a line brought along. */
export interface OwnPosition {
  readonly epoch: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface DecodedLog {
  readonly record: LogRecord;
  /** True when the bytes received say exactly the same and may be stored as they are. */
  readonly rawIsExact: boolean;
  readonly redacted: boolean;
  readonly source: OwnPosition | null;
}

/** Decodes one record whose own time (Kafka timestamp or receipt) is `recordTs`. */
export function decodeLog(bytes: Uint8Array, recordTs: number, decoding: LogDecoding): DecodedLog | Rejected {
  const text = recordText(bytes);
  if (text instanceof Rejected) return text;
  if (!startsObject(text)) {
    const plain = recordOf(textDraft(text), recordTs, decoding);
    if (plain instanceof Rejected) return plain;
    const record = redacted(plain, decoding.redactor);
    return { record, rawIsExact: false, redacted: record !== plain, source: null };
  }

  const parsed = parseJson(text);
  if (parsed instanceof Rejected) return parsed;
  const fields = parsed.value;
  if (!isFields(fields)) return new Rejected('not-object', 'expected a JSON object');
  const shape = logShape(fields);
  if (shape === null) return new Rejected('unknown-shape', 'neither message nor exception: not a log event');
  const plain = recordOf(draftOf(shape, fields), recordTs, decoding);
  if (plain instanceof Rejected) return plain;
  const record = redacted(plain, decoding.redactor);
  return {
    record,
    rawIsExact: decoding.wantRaw && shape === 'native' && record === plain && isStorableAsIs(text, fields, record),
    redacted: record !== plain,
    source: fields['source'] === undefined ? null : ownPosition(fields['source']),
  };
}

function startsObject(text: string): boolean {
  return text.charCodeAt(0) === 0x7b || /^\s*\{/.test(text);
}

function ownPosition(value: unknown): OwnPosition | null {
  if (!isFields(value)) return null;
  const topic = textField(value['topic']);
  const partition = countField(value['partition'] ?? 0);
  const offset = countField(value['offset']);
  if (topic === '' || partition === null || offset === null) return null;
  return { epoch: textField(value['epoch']) || '0', topic, partition, offset };
}

/** The record a draft stands for. Optional fields are put in afterwards: spreading them costs as much as all the rest. */
function recordOf(draft: LogDraft, recordTs: number, decoding: LogDecoding): LogRecord | Rejected {
  if (typeof draft.level === 'object' && draft.level !== null)
    return new Rejected('bad-field', 'level: expected a text');
  const { env } = draft;
  const sent = timeField(draft.ts);
  const inRange = sent !== null && sent >= recordTs - decoding.retentionMs && sent <= recordTs + MAX_AHEAD_MS;
  const record: { -readonly [Field in keyof LogRecord]: LogRecord[Field] } = {
    ts: inRange ? sent : recordTs,
    level: levelOf(textField(draft.level)),
    logger: short(draft.logger, decoding),
    thread: short(draft.thread, decoding),
    message: cut(messageText(draft.message), LOG_LIMITS.message, 'message', decoding),
    jobName: short(env['job_name'] ?? env['JOB_NAME'], decoding),
    jobId: short(draft.mdc['flink-job-id'] ?? env['job_id'] ?? env['flink-job-id'], decoding),
    owner: short(env['owner'] ?? env['job_owner'] ?? env['JOB_OWNER'], decoding),
    cluster: short(env['cluster'] ?? env['flink_cluster'] ?? env['FLINK_CLUSTER'], decoding),
    appId: short(env['app_id'] ?? env['_APP_ID'], decoding),
    containerId: short(env['container_id'] ?? env['CONTAINER_ID'], decoding),
    host: short(draft.host, decoding),
    role: short(env['role'] ?? env['TIDEWATCH_ROLE'], decoding),
    pid: short(draft.pid, decoding),
  };
  if (sent !== null && !inRange) record.tsOriginal = sent;
  const exception = boundedException(draft.exception, decoding);
  if (exception) record.exception = exception;
  const mdc = boundedMdc(draft.mdc, decoding);
  if (mdc) record.mdc = mdc;
  return record;
}

function short(value: unknown, decoding: LogDecoding): string {
  if (typeof value === 'string' && value.length <= LOG_LIMITS.text) return value;
  return cut(textField(value, LOG_LIMITS.message), LOG_LIMITS.text, 'text', decoding);
}

/** The message as text; structured messages are written as JSON. Windows line ends become plain ones. */
function messageText(value: unknown): string {
  if (typeof value === 'string') return value.includes('\r\n') ? value.replaceAll('\r\n', '\n') : value;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : textField(value);
}

function boundedException(exception: LogException | null, decoding: LogDecoding): LogException | null {
  if (!exception) return null;
  const { root } = exception;
  return {
    class: cut(exception.class, LOG_LIMITS.text, 'text', decoding),
    message: cut(messageText(exception.message), LOG_LIMITS.message, 'message', decoding),
    stack: cut(messageText(exception.stack), LOG_LIMITS.stack, 'stack', decoding),
    ...(root !== undefined && { root: cut(root, LOG_LIMITS.text, 'text', decoding) }),
  };
}

/** At most 64 entries of short texts; the very same object when it already is one. */
function boundedMdc(fields: Fields, decoding: LogDecoding): Labels | null {
  if (fields === EMPTY_MDC) return null;
  let count = 0;
  let isPlain = true;
  for (const name in fields) {
    const value = fields[name];
    if (
      ++count > LOG_LIMITS.mdcKeys ||
      typeof value !== 'string' ||
      value.length > LOG_LIMITS.text ||
      name.length > LOG_LIMITS.text
    ) {
      isPlain = false;
      break;
    }
  }
  if (count === 0) return null;
  if (isPlain) return fields as Labels;

  const bounded: Record<string, string> = {};
  let kept = 0;
  for (const name in fields) {
    if (++kept > LOG_LIMITS.mdcKeys) {
      decoding.onCut('mdc');
      break;
    }
    const value = fields[name];
    const text =
      typeof value === 'object' && value !== null ? JSON.stringify(value) : textField(value, LOG_LIMITS.message);
    bounded[name.slice(0, LOG_LIMITS.text)] = cut(text, LOG_LIMITS.text, 'mdc', decoding);
  }
  return bounded;
}

/** Cuts at a limit, never inside a surrogate pair, and says how much is missing. */
function cut(text: string, limit: number, field: 'message' | 'stack' | 'text' | 'mdc', decoding: LogDecoding): string {
  if (text.length <= limit) return text;
  decoding.onCut(field);
  const note = ` … [${text.length - limit} more]`;
  let end = limit - note.length;
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end--;
  return text.slice(0, end) + note;
}

/** The record with secrets masked; the very same object when there are none. */
function redacted(record: LogRecord, redactor: Redactor): LogRecord {
  if (!isSuspect(record, redactor)) return record;
  const message = redactor.text(record.message);
  const exception = record.exception && {
    ...record.exception,
    message: redactor.text(record.exception.message),
    stack: redactor.text(record.exception.stack),
  };
  const mdc: Record<string, string> = {};
  let hit =
    message !== record.message ||
    exception?.message !== record.exception?.message ||
    exception?.stack !== record.exception?.stack;
  for (const [name, value] of Object.entries(record.mdc ?? {})) {
    mdc[name] = redactor.isSecretName(name) ? MASK : redactor.text(value);
    hit ||= mdc[name] !== value;
  }
  if (!hit) return record;
  return { ...record, message, ...(exception && { exception }), ...(record.mdc && { mdc }) };
}

/** Looks only at what may be masked: a line's names, ids and punctuation are most of its bytes. */
function isSuspect({ message, exception, mdc }: LogRecord, redactor: Redactor): boolean {
  if (redactor.suspects(message)) return true;
  if (exception && (redactor.suspects(exception.message) || redactor.suspects(exception.stack))) return true;
  for (const name in mdc) if (redactor.suspects(name) || redactor.suspects(mdc[name] ?? '')) return true;
  return false;
}
