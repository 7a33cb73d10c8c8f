import { StoreAwayError } from '../../model/errors.ts';
import type { LogRow, RefusedRow } from '../log-store.ts';
import { buffersOf, type LogBatch, packRows } from './log-batch.ts';

/** Lines waiting for the writer beyond which further batches are turned away; a batch alone may be larger. */
const MAX_WAITING_LINES = 200_000;
/** Messages under way to the writer: one it works on and one that waits there, so that it never idles. */
const MAX_UNDER_WAY = 2;
/** Lines joined into one transaction at most. */
const MAX_JOINED_LINES = 10_000;

interface Waiting {
  readonly batch: LogBatch;
  readonly refused: readonly RefusedRow[];
  readonly resolve: (refused: readonly RefusedRow[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Sends batches of lines; resolves to what was refused, per batch and by place in it. */
export type SendBatches = (
  batches: readonly LogBatch[],
  transfer: readonly ArrayBuffer[],
) => Promise<readonly (readonly { readonly line: number; readonly reason: string }[])[]>;

/** Batches on their way to the writer: bounded, in order, small ones joined so that a transaction is worth its while. */
export class AppendQueue {
  readonly #send: SendBatches;
  readonly #waiting: Waiting[] = [];
  readonly #active = new Set<Promise<void>>();
  #lines = 0;

  constructor(send: SendBatches) {
    this.#send = send;
  }

  /** Batches not yet sent. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Resolves when the rows are durable. Rejects with `StoreAwayError` when too much waits already, or as sending does. */
  append(rows: readonly LogRow[]): Promise<readonly RefusedRow[]> {
    if (this.#lines > 0 && this.#lines + rows.length > MAX_WAITING_LINES) {
      return Promise.reject(new StoreAwayError(`the log store is behind: ${this.#lines} lines wait to be written`));
    }
    const { batch, refused } = packRows(rows);
    if (batch.index.length === 0) return Promise.resolve(refused);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, refused, resolve, reject });
      this.#lines += batch.index.length;
      this.#pump();
    });
  }

  /** Resolves when nothing waits any more, whatever became of it. */
  async drain(): Promise<void> {
    while (this.#active.size > 0) await Promise.allSettled(this.#active);
  }

  #pump(): void {
    while (this.#active.size < MAX_UNDER_WAY && this.#waiting.length > 0) {
      const delivery = this.#deliver(this.#takeJoined()).finally(() => {
        this.#active.delete(delivery);
        this.#pump();
      });
      this.#active.add(delivery);
    }
  }

  #takeJoined(): Waiting[] {
    let lines = 0;
    const joined: Waiting[] = [];
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      lines += next.batch.index.length;
      if (joined.length > 0 && lines > MAX_JOINED_LINES) break;
      joined.push(next);
      this.#waiting.shift();
    }
    return joined;
  }

  async #deliver(joined: readonly Waiting[]): Promise<void> {
    const indexes = joined.map(({ batch }) => batch.index.slice());
    const lines = indexes.reduce((sum, index) => sum + index.length, 0);
    try {
      const batches = joined.map(({ batch }) => batch);
      const refused = await this.#send(batches, batches.flatMap(buffersOf));
      joined.forEach((one, at) => {
        const late = (refused[at] ?? []).map(({ line, reason }) => ({ index: indexes[at]![line]!, reason }));
        one.resolve([...one.refused, ...late].sort((a, b) => a.index - b.index));
      });
    } catch (error) {
      for (const one of joined) one.reject(error);
    } finally {
      this.#lines -= lines;
    }
  }
}
