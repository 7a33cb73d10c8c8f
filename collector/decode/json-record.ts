import { isUtf8 } from 'node:buffer';
import { wellFormed } from '../../model/well-formed.ts';
import { type Fields, isFields } from './fields.ts';
import { Rejected } from './rejected.ts';

/** Longest record or line taken (contracts.md section 2). */
export const MAX_RECORD_BYTES = 1024 * 1024;

/**
 * The text of a record: UTF-8, a leading byte order mark dropped. Rejected: `empty` (nothing but white space), `too-large`,
 * `not-utf8`.
 */
export function recordText(bytes: Uint8Array): string | Rejected {
  if (bytes.length > MAX_RECORD_BYTES)
    return new Rejected('too-large', `${bytes.length} bytes; at most 1 MiB a record`);
  if (!isUtf8(bytes)) return new Rejected('not-utf8', 'the bytes are not valid UTF-8');
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = marked ? buffer.toString('utf8', 3) : buffer.toString('utf8');
  if (text.length === 0 || (text.charCodeAt(0) <= 0x20 && text.trim() === ''))
    return new Rejected('empty', 'there is nothing in the record');
  return text;
}

/** An escaped half of a surrogate pair, or of a whole pair. */
const SURROGATE = /\\ud[89a-f]/i;

/** Parses any JSON value, halves of surrogate pairs replaced; `not-json` names the place the parser stumbled on. */
export function parseJson(text: string): { readonly value: unknown } | Rejected {
  try {
    const value: unknown = JSON.parse(text);
    return { value: SURROGATE.test(text) ? wellFormed(value) : value };
  } catch (error) {
    return new Rejected('not-json', (error as Error).message.slice(0, 200));
  }
}

/** The JSON object in a record; `not-object` for other JSON values. */
export function recordFields(bytes: Uint8Array): Fields | Rejected {
  const text = recordText(bytes);
  if (text instanceof Rejected) return text;
  const parsed = parseJson(text);
  if (parsed instanceof Rejected) return parsed;
  return isFields(parsed.value) ? parsed.value : new Rejected('not-object', 'expected a JSON object');
}
