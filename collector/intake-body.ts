import type { StreamName } from './source.ts';

const NEWLINE = 0x0a;
const BRACKET = 0x5b;

/**
 * The records of a request body: the lines of NDJSON (views of the body, not copies) or the elements of a JSON array. The
 * white space after the last line is no record; an empty line before it is one. A body that begins with `[` and is no JSON
 * array is read as lines: log lines may begin so, and NiFi's reports are arrays themselves.
 */
export function bodyRecords(body: Buffer, stream: StreamName): Uint8Array[] {
  const start = firstByte(body);
  if (start < 0) return [];
  if (body[start] === BRACKET) {
    const elements = arrayElements(body);
    if (elements) return elements;
  }
  return lines(body, stream === 'logs' ? 0 : start);
}

function lines(body: Buffer, start: number): Uint8Array[] {
  let end = body.length;
  while (end > start && isSpace(body[end - 1])) end--;
  const records: Uint8Array[] = [];
  for (let at = start; at < end; ) {
    const newline = body.indexOf(NEWLINE, at);
    const stop = newline < 0 || newline > end ? end : newline;
    records.push(body.subarray(at, stop));
    at = stop + 1;
  }
  return records;
}

function arrayElements(body: Buffer): Uint8Array[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(parsed)) return null;
  return (parsed as readonly unknown[]).map(element =>
    Buffer.from(typeof element === 'string' ? element : JSON.stringify(element)),
  );
}

/** Index of the first byte that is no white space or byte order mark; -1 when there is none. */
function firstByte(body: Buffer): number {
  let at = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  while (at < body.length && isSpace(body[at])) at++;
  return at < body.length ? at : -1;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
