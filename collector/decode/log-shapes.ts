/**
 * The JSON shapes of log events (wire-formats.md section 1) -> drafts: tidewatch's own nested form, the flat form, Elastic Common
 * Schema, Log4j2 JsonLayout, Logstash. Told apart by their time field.
 */
import type { LogException } from '../../model/log-record.ts';
import { parseStack, thrownException } from './exception.ts';
import { type Fields, isFields, textField } from './fields.ts';
import type { LogDraft } from './log-draft.ts';

export type LogShape = 'native' | 'flat' | 'ecs' | 'jsonlayout' | 'logstash';

const NO_FIELDS: Fields = {};
const MAX_TEXT = 1_048_576;

/** Which shape an object has; null when it is no log event. */
export function logShape(fields: Fields): LogShape | null {
  if (fields['instant'] !== undefined || (fields['timeMillis'] !== undefined && fields['loggerName'] !== undefined))
    return 'jsonlayout';
  if (fields['@timestamp'] !== undefined) {
    const isEcs =
      fields['log.level'] !== undefined ||
      isFields(fields['log']) ||
      fields['ecs.version'] !== undefined ||
      isFields(fields['ecs']);
    return isEcs || at(fields, 'error.stack_trace') !== undefined ? 'ecs' : 'logstash';
  }
  if (fields['stack'] !== undefined || fields['exception_class'] !== undefined) return 'flat';
  const hasText = fields['message'] !== undefined || fields['exception'] !== undefined;
  return hasText ? 'native' : null;
}

/** Reads an object of the given shape. */
export function draftOf(shape: LogShape, fields: Fields): LogDraft {
  switch (shape) {
    case 'native':
      return own(fields, nestedException(fields['exception']));
    case 'flat':
      return own(fields, flatException(fields));
    case 'ecs':
      return ecs(fields);
    case 'jsonlayout':
      return jsonLayout(fields);
    case 'logstash':
      return logstash(fields);
    default:
      return shape satisfies never;
  }
}

function own(fields: Fields, exception: LogException | null): LogDraft {
  return {
    ts: fields['ts'],
    level: fields['level'],
    logger: fields['logger'],
    thread: fields['thread'],
    message: fields['message'],
    exception,
    mdc: isFields(fields['mdc']) ? fields['mdc'] : NO_FIELDS,
    env: fields,
    host: fields['host'],
    pid: fields['pid'],
  };
}

function nestedException(value: unknown): LogException | null {
  if (typeof value === 'string' && value !== '') return parseStack(value);
  if (!isFields(value)) return null;
  const name = textField(value['class']);
  const message = textField(value['message'], MAX_TEXT);
  const stack = textField(value['stack'], MAX_TEXT);
  const root = textField(value['root']);
  if (name === '' && message === '' && stack === '') return null;
  if (name === '' && stack !== '') return parseStack(stack, { message, root });
  return { class: name, message, stack, ...(root && { root }) };
}

function flatException(fields: Fields): LogException | null {
  return nestedException({
    class: fields['exception_class'],
    message: fields['exception_message'],
    stack: fields['stack'],
    root: fields['exception_root'],
  });
}

/** Elastic Common Schema: names with dots, as keys of their own or nested; the MDC stands at the top level or in `labels`. */
function ecs(fields: Fields): LogDraft {
  const trace = at(fields, 'error.stack_trace');
  const stack = Array.isArray(trace)
    ? (trace as readonly unknown[]).map(line => textField(line)).join('\n')
    : textField(trace, MAX_TEXT);
  const name = textField(at(fields, 'error.type'));
  const message = textField(at(fields, 'error.message'), MAX_TEXT);
  const known = { class: name, message };
  const labels = isFields(fields['labels']) ? fields['labels'] : NO_FIELDS;
  return {
    ts: fields['@timestamp'],
    level: at(fields, 'log.level'),
    logger: at(fields, 'log.logger'),
    thread: at(fields, 'process.thread.name'),
    message: fields['message'] ?? message,
    exception: stack || name ? parseStack(stack, known) : null,
    mdc: { ...flinkMdc(fields), ...labels },
    env: { ...labels, ...fields },
    host: at(fields, 'host.name') ?? at(fields, 'host.hostname'),
    pid: at(fields, 'process.pid'),
  };
}

function jsonLayout(fields: Fields): LogDraft {
  const instant = isFields(fields['instant']) ? fields['instant'] : NO_FIELDS;
  const { epochSecond, nanoOfSecond } = instant;
  const seconds = typeof epochSecond === 'number' ? epochSecond : Number.NaN;
  const nanos = typeof nanoOfSecond === 'number' ? nanoOfSecond : 0;
  return {
    ts: fields['timeMillis'] ?? seconds * 1000 + Math.floor(nanos / 1e6),
    level: fields['level'],
    logger: fields['loggerName'],
    thread: fields['thread'],
    message: fields['message'],
    exception: thrownException(fields['thrown']),
    mdc: contextMap(fields['contextMap']),
    env: fields,
    host: fields['hostName'] ?? fields['host'],
    pid: fields['pid'],
  };
}

/** JsonLayout writes the context as an object, or with `propertiesAsList` as key/value pairs. */
function contextMap(value: unknown): Fields {
  if (!Array.isArray(value)) return isFields(value) ? value : NO_FIELDS;
  const map: Record<string, unknown> = {};
  for (const entry of value as readonly unknown[]) if (isFields(entry)) map[textField(entry['key'])] = entry['value'];
  return map;
}

function logstash(fields: Fields): LogDraft {
  const stack = textField(fields['stack_trace'], MAX_TEXT);
  const mdc = isFields(fields['mdc']) ? fields['mdc'] : flinkMdc(fields);
  return {
    ts: fields['@timestamp'],
    level: fields['level'],
    logger: fields['logger_name'] ?? fields['logger'],
    thread: fields['thread_name'] ?? fields['thread'],
    message: fields['message'],
    exception: stack ? parseStack(stack) : null,
    mdc,
    env: fields,
    host: fields['HOSTNAME'] ?? fields['source_host'] ?? at(fields, 'host.name') ?? fields['host'],
    pid: fields['pid'],
  };
}

/** Layouts that spread the MDC over the top level still name Flink's job id. */
function flinkMdc(fields: Fields): Fields {
  const id = fields['flink-job-id'];
  return id === undefined ? NO_FIELDS : { 'flink-job-id': id };
}

/** The value of a dotted name, written as one key or as nested objects. */
function at(fields: Fields, name: string): unknown {
  const direct = fields[name];
  if (direct !== undefined) return direct;
  let value: unknown = fields;
  for (const part of name.split('.')) {
    if (!isFields(value)) return undefined;
    value = value[part];
  }
  return value;
}
