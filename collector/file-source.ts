import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
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
  const file = createReadStream(path);
  const source = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  file.once('error', error => source.destroy(error));
  const examples: { line: number; code: string; reason: string }[] = [];
  let lines = 0;
  let accepted = 0;
  let rejected = 0;
  let batch: string[] = [];
  let bytes = 0;

  async function flush(): Promise<void> {
    if (batch.length === 0) return;
    options.signal?.throwIfAborted();
    const first = lines - batch.length;
    const answer = await send(stream, Buffer.from(`${batch.join('\n')}\n`), `${options.id}.${first}`);
    accepted += answer.accepted;
    rejected += answer.rejected_total;
    for (const { line, code, reason } of answer.rejected) {
      if (examples.length < MAX_EXAMPLES) examples.push({ line: first + line, code, reason });
    }
    batch = [];
    bytes = 0;
    options.onProgress?.({ lines, accepted, rejected });
  }

  for await (const line of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
    const size = Buffer.byteLength(line) + 1;
    if (batch.length > 0 && bytes + size > MAX_BATCH_BYTES) await flush();
    batch.push(line);
    bytes += size;
    lines++;
    if (batch.length >= batchLines) await flush();
  }
  await flush();
  return { lines, accepted, rejected, examples };
}
