/**
 * PORT DeadLetter: keeps what could not be taken, with its bytes, its place and the reason. Adapters: `file-dead-letter.ts`
 * (a capped file), `kafka/dead-letter.ts` (`<topic>.dlq` where it exists). Called once the rest of the batch is stored;
 * a batch that is repeated after a crash may leave its letters twice.
 */
import type { StreamName } from './source.ts';

export interface DeadLetterEntry {
  /** When it was given up, epoch ms. */
  readonly at: number;
  readonly stream: StreamName;
  readonly epoch: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Kafka timestamp or receipt, epoch ms. */
  readonly recordTs: number;
  readonly code: string;
  readonly reason: string;
  /** The record as received, secrets masked. */
  readonly value: Uint8Array;
}

export interface DeadLetter {
  /** Keeps the entries, or counts those it cannot keep; never rejects: a dead letter must not stall its stream. */
  write(entries: readonly DeadLetterEntry[], signal?: AbortSignal): Promise<void>;
  /** Letters kept and lost since the start. */
  stats(): { readonly kept: number; readonly lost: number };
  /** Waits for writes under way. Idempotent. */
  close(): Promise<void>;
}
