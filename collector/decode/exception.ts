/** Java exceptions as the layouts write them -> one form with the whole trace as text. */
import type { LogException } from '../../model/log-record.ts';
import { type Fields, isFields, textField } from './fields.ts';

const MAX_CAUSES = 50;
/** `java.io.IOException: message`, also `Caused by: …` and `Exception in thread "main" …`. */
const HEAD = /^(?:Exception in thread "[^"]*" |Caused by: )?((?:[\w$]+\.)*[\w$]+)(?:: ([\s\S]*))?$/;
const FRAME = /^\s+(?:at |\.\.\. \d+ )/;

/** True where a text goes on with the frames of a stack trace. */
export function hasFrames(text: string): boolean {
  return text.includes('\tat ') || /\n\s+at \S+\(/.test(text);
}

/** Reads a printed stack trace; class and message are those of its first lines. `known` values win. */
export function parseStack(
  stack: string,
  known: { class?: string; message?: string; root?: string } = {},
): LogException {
  const lines = stack.split('\n');
  const firstFrame = lines.findIndex(line => FRAME.test(line));
  const head = HEAD.exec(lines.slice(0, firstFrame < 0 ? 1 : Math.max(1, firstFrame)).join('\n'));
  const root = known.root || rootOf(lines);
  return {
    class: known.class || head?.[1] || '',
    message: known.message || head?.[2]?.trimEnd() || '',
    stack,
    ...(root && { root }),
  };
}

/** Class of the innermost cause a trace names. */
function rootOf(lines: readonly string[]): string {
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i] ?? '';
    if (line.startsWith('Caused by: ')) return HEAD.exec(line)?.[1] ?? '';
  }
  return '';
}

/** Log4j2 JsonLayout's `thrown`: name, message, frames as objects or text, nested causes. Null when it is no such thing. */
export function thrownException(thrown: unknown): LogException | null {
  if (!isFields(thrown)) return null;
  const trace: string[] = [];
  let cause: unknown = thrown;
  let root = '';
  for (let depth = 0; depth < MAX_CAUSES && isFields(cause); depth++) {
    const name = textField(cause['name']);
    const message = textField(cause['message'] ?? cause['localizedMessage'], 1_048_576);
    const text = cause['extendedStackTrace'];
    if (typeof text === 'string') {
      // a trace written as text holds its causes already
      return parseStack(text, { class: name, message });
    }
    trace.push(`${depth > 0 ? 'Caused by: ' : ''}${name}${message ? `: ${message}` : ''}`);
    for (const frame of Array.isArray(text) ? (text as readonly unknown[]) : []) trace.push(frameText(frame));
    if (typeof cause['commonElementCount'] === 'number' && cause['commonElementCount'] > 0) {
      trace.push(`\t... ${cause['commonElementCount']} more`);
    }
    if (depth > 0) root = name;
    cause = cause['cause'];
  }
  const name = textField(thrown['name']);
  const message = textField(thrown['message'] ?? thrown['localizedMessage'], 1_048_576);
  return { class: name, message, stack: trace.join('\n'), ...(root && { root }) };
}

function frameText(frame: unknown): string {
  if (!isFields(frame)) return `\tat ${textField(frame)}`;
  const { class: owner, method, file, line }: Fields = frame;
  const place =
    file === undefined || file === null
      ? 'Unknown Source'
      : `${textField(file)}${typeof line === 'number' && line >= 0 ? `:${line}` : ''}`;
  return `\tat ${textField(owner)}.${textField(method)}(${place})`;
}
