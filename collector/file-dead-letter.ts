import { isUtf8 } from 'node:buffer';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Telemetry } from '../model/telemetry.ts';
import type { DeadLetter, DeadLetterEntry } from './dead-letter.ts';

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** Of a longer record only the beginning is kept. */
const MAX_VALUE_BYTES = 256 * 1024;

/**
 * Dead letters as NDJSON in one file: the source position, code, reason and the bytes, as `utf8` text or `base64`. When the file
 * holds `maxBytes` the oldest letters stay and new ones are only counted; moving the file away makes room.
 */
export function createFileDeadLetter(options: {
  path: string;
  telemetry: Telemetry;
  maxBytes?: number;
  onError?: (error: unknown) => void;
}): DeadLetter {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  let kept = 0;
  let lost = 0;
  let last: Promise<void> = Promise.resolve();

  async function append(entries: readonly DeadLetterEntry[]): Promise<void> {
    let done = 0;
    let file: FileHandle | undefined;
    try {
      await mkdir(dirname(options.path), { recursive: true });
      file = await open(options.path, 'a');
      let room = maxBytes - (await file.stat()).size;
      const lines: string[] = [];
      for (const entry of entries) {
        const line = letterLine(entry);
        room -= Buffer.byteLength(line);
        if (room < 0) break;
        lines.push(line);
      }
      await file.writeFile(lines.join(''));
      done = lines.length;
    } catch (error) {
      options.onError?.(error);
    } finally {
      await file?.close();
    }
    kept += done;
    lost += entries.length - done;
    if (entries.length > done) options.telemetry.deadLettersLost.inc(entries.length - done);
  }

  return {
    write(entries) {
      if (entries.length === 0) return Promise.resolve();
      last = last.then(() => append(entries));
      return last;
    },
    stats: () => ({ kept, lost }),
    close: () => last,
  };
}

/** One letter as a line of NDJSON. */
function letterLine(entry: DeadLetterEntry): string {
  const { value, ...rest } = entry;
  const part = value.subarray(0, MAX_VALUE_BYTES);
  const buffer = Buffer.from(part.buffer, part.byteOffset, part.length);
  const body = isUtf8(buffer) ? { utf8: buffer.toString('utf8') } : { base64: buffer.toString('base64') };
  const truncated = value.length > part.length ? { bytes: value.length, truncated: true } : {};
  return `${JSON.stringify({ ...rest, ...truncated, ...body })}\n`;
}
