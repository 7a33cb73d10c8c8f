/** Plain text lines -> drafts. */
import { hasFrames, parseStack } from './exception.ts';
import type { Fields } from './fields.ts';
import type { LogDraft } from './log-draft.ts';

/** `2026-11-21 10:00:00,123` or ISO 8601, with or without a zone; without one the time is UTC. */
const TIME = String.raw`\[?(?<date>\d{4}-\d\d-\d\d)[ T](?<time>\d\d:\d\d:\d\d)(?:[.,](?<fraction>\d{1,9}))?(?<zone>Z|[+-]\d\d:?\d\d)?\]?`;
const LEVEL = String.raw`\[?(?<level>TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|SEVERE|CRITICAL)\]?`;
/**
 * The patterns Flink, YARN and Spring ship with: `%d %-5p %c{} [%x] - %m`, `%d [%t] %-5p %c - %m`, `%d %p [%t] %c - %m`,
 * `%d{…} %p %c{1}: %m`.
 */
const LINE = new RegExp(
  String.raw`^${TIME}\s+(?:\[(?<thread>[^\]]*)\]\s+)?${LEVEL}\s+(?:\[(?<thread2>[^\]]*)\]\s+)?(?<logger>[\w.$]+)\s*(?:\[(?<context>[^\]]*)\]\s*)?(?:-|:)\s(?<message>[\s\S]*)$`,
);
const ANY_LEVEL = /\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|SEVERE)\b/;
const SNIFF = 200;
const NO_FIELDS: Fields = {};

/** Reads a line, or an event of several lines whose last ones are a stack trace. Never fails: at worst all of it is the message. */
export function textDraft(text: string): LogDraft {
  const lines = text.replaceAll('\r\n', '\n').trimEnd();
  const parts = LINE.exec(lines)?.groups;
  const body = parts?.['message'] ?? lines;
  const { message, stack } = splitTrace(body);
  const { date, time, fraction, zone } = parts ?? {};
  return {
    ts: date ? `${date}T${time}.${(fraction ?? '0').padEnd(3, '0').slice(0, 3)}${zone ?? 'Z'}` : undefined,
    level: parts?.['level'] ?? ANY_LEVEL.exec(lines.slice(0, SNIFF))?.[1] ?? 'INFO',
    logger: parts?.['logger'] ?? '',
    thread: parts?.['thread'] ?? parts?.['thread2'] ?? '',
    message,
    exception: stack === '' ? null : parseStack(stack),
    mdc: NO_FIELDS,
    env: NO_FIELDS,
    host: '',
    pid: '',
  };
}

/** The trace begins on the line before the first frame; without a message line of its own it is the whole text. */
function splitTrace(body: string): { message: string; stack: string } {
  if (!hasFrames(body)) return { message: body, stack: '' };
  const frame = /\n\s+at /.exec(body)?.index ?? 0;
  const end = body.indexOf('\n');
  if (end < 0 || end >= frame) return { message: body.slice(0, frame), stack: body };
  return { message: body.slice(0, end), stack: body.slice(end + 1) };
}
