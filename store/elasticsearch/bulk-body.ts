import { tokenText } from '../tokenize.ts';

const QUOTE = 0x22;
const SPACE = 0x20;
/** Bytes of UTF-8 a UTF-16 unit takes at most. */
const BYTES_PER_UNIT = 3;
const FIRST_BYTES = 1024 * 1024;
/** For each ASCII byte what the tokenizer makes of it: itself, in lower case, or a space where no token goes on. */
const TOKEN_BYTES = Uint8Array.from({ length: 128 }, (_, byte) => {
  const text = String.fromCharCode(byte).toLowerCase();
  return /[a-z0-9_]/.test(text) ? text.charCodeAt(0) : SPACE;
});

/**
 * The body of a bulk as it is written: bytes, in one buffer that grows and is used again for the next bulk. Writing texts to where they
 * are sent from, instead of joining them first, halves the work and leaves next to no garbage.
 */
export class BulkBody {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;

  /** Begins anew; what `bytes` gave out before is overwritten. */
  clear(): void {
    this.#length = 0;
  }

  /** What was written, valid until `clear`. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Adds a text as it is. */
  text(text: string): void {
    this.#reserve(text.length * BYTES_PER_UNIT);
    this.#length += this.#buffer.write(text, this.#length, 'utf8');
  }

  /** Adds bytes as they are. */
  copy(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /**
   * Adds a JSON text that a whitespace tokenizer cuts into the tokens of `tokenize`. ASCII is turned into them byte by byte where it
   * stands; such a tokenizer cuts what is longer than a token may be by itself.
   */
  tokens(text: string): void {
    this.#reserve(text.length * BYTES_PER_UNIT + 2);
    const start = this.#length + 1;
    const end = start + this.#buffer.write(text, start, 'utf8');
    const buffer = this.#buffer;
    for (let at = start; at < end; at++) {
      const byte = buffer[at] as number;
      const token = TOKEN_BYTES[byte];
      if (token === undefined) {
        this.text(JSON.stringify(tokenText(text)));
        return;
      }
      buffer[at] = token;
    }
    buffer[start - 1] = QUOTE;
    buffer[end] = QUOTE;
    this.#length = end + 1;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** What needs escaping in a JSON text, or is no ASCII. */
const NOT_PLAIN = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

/** As `JSON.stringify` of a text; quicker for the short plain ones that keywords are. */
export function quoted(text: string): string {
  return NOT_PLAIN.test(text) ? JSON.stringify(text) : `"${text}"`;
}
