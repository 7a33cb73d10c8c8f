import { once } from 'node:events';
import { UserError } from '../../model/errors.ts';

/** UTF-16 units of a line; longer ones are no records but a file without line ends. */
const MAX_LINE = 64 * 1024 * 1024;

/**
 * The lines of UTF-8 text as they arrive, all of a chunk at once, so that who answers a line need not wait for the next one. A line
 * ends at `\n` or `\r\n` alone (JSON texts may hold U+2028, at which `node:readline` cuts); a byte order mark is no part of the first.
 * Throws `UserError` too-large.
 */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of input) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    parts.push(first);
    length += first.length;
    if (length > MAX_LINE) {
      throw new UserError('too-large', `a line has more than ${MAX_LINE} characters; write one JSON object a line`);
    }
    const last = others.pop();
    if (last === undefined) continue;
    yield [parts.join(''), ...others].map(withoutReturn);
    parts = [last];
    length = last.length;
  }
  const rest = parts.join('') + decoder.decode();
  if (rest !== '') yield [withoutReturn(rest)];
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** Writes to standard output and waits while its reader is behind. */
export async function writeOut(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
