import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { MAX_RECORD_BYTES } from './decode/json-record.ts';
import type { IntakeAnswer } from './push-source.ts';
import type { StreamName } from './source.ts';

/** Sends one batch of lines; `tidewatch replay` posts it to the running daemon. The key makes a repeated replay count once. */
export type SendLines = (stream: StreamName, body: Buffer, idempotencyKey: string) => Promise<IntakeAnswer>;

export interface ReplayOptions {
  /** Names this replay: the same id of the same file sends the same keys. */
  readonly id: string;
  readonly batchLines?: number;
  readonly onProgress?: (progress: {
    readonly lines: number;
    readonly accepted: number;
    readonly rejected: number;
  }) => void;
  readonly signal?: AbortSignal;
}

export interface ReplayResult {
  readonly lines: number;
  readonly accepted: number;
  readonly rejected: number;
  /** The first rejections, by line of the file. */
  readonly examples: readonly { readonly line: number; readonly code: string; readonly reason: string }[];
}

const NEWLINE = 0x0a;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const MAX_EXAMPLES = 20;

/**
 * Sends a file of lines (`.gz` is unpacked) batch after batch, in order, each after the one before was answered. Rejects with
 * the sender's error; what was sent before it stays.
 */
export async function replayFile(
  path: string,
  stream: StreamName,
  send: SendLines,
  options: ReplayOptions,
): Promise<ReplayResult> {
  const batchLines = options.batchLines ?? 5000;
  const examples: { line: number; code: string; reason: string }[] = [];
  let lines = 0;
  let accepted = 0;
  let rejected = 0;
  let batch: Uint8Array[] = [];
  let bytes = 0;

  async function flush(): Promise<void> {
    if (batch.length === 0) return;
    options.signal?.throwIfAborted();
    const first = lines - batch.length;
    const answer = await send(stream, Buffer.concat(batch), `${options.id}.${first}`);
    accepted += answer.accepted;
    rejected += answer.rejected_total;
    for (const { line, code, reason } of answer.rejected) {
      if (examples.length < MAX_EXAMPLES) examples.push({ line: first + line, code, reason });
    }
    batch = [];
    bytes = 0;
    options.onProgress?.({ lines, accepted, rejected });
  }

  for await (const line of fileLines(path)) {
    if (batch.length > 0 && bytes + line.length > MAX_BATCH_BYTES) await flush();
    batch.push(line);
    bytes += line.length;
    lines++;
    if (batch.length >= batchLines) await flush();
  }
  await flush();
  return { lines, accepted, rejected, examples };
}

/** Lines with their newline, as bytes. Of a line longer than any record may be only the beginning is kept, to be refused. */
async function* fileLines(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  const source = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  if (source !== file) file.once('error', error => source.destroy(error));
  let rest = Buffer.alloc(0);
  for await (const chunk of source as AsyncIterable<Buffer>) {
    let from = 0;
    for (let newline = chunk.indexOf(NEWLINE); newline >= 0; newline = chunk.indexOf(NEWLINE, from)) {
      const end = chunk.subarray(from, newline + 1);
      yield rest.length > 0 ? Buffer.concat([rest, end]) : end;
      rest = Buffer.alloc(0);
      from = newline + 1;
    }
    if (from < chunk.length && rest.length <= MAX_RECORD_BYTES) rest = Buffer.concat([rest, chunk.subarray(from)]);
  }
  if (rest.length > 0) yield Buffer.concat([rest, Buffer.from('\n')]);
}
