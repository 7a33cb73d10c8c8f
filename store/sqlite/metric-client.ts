import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { StoreAwayError } from '../../model/errors.ts';
import type { MetricRequestName, MetricRequests } from './metric-messages.ts';

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: StoreAwayError) => void;
}

/** Compiled to `.js` for the published package, `.ts` in a checkout: the worker is what this file is. */
const WORKER = new URL(`./metric-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/**
 * Asks the worker that owns the metric file. Requests are answered in the order in which they were made (`compact` and `expire`
 * when their work is done). A worker that dies rejects what it has not answered; the next request starts another.
 */
export class MetricClient {
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #ids = 0;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Requests not yet answered. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Rejects with `StoreAwayError`. */
  ask<Name extends MetricRequestName>(
    name: Name,
    args: MetricRequests[Name]['args'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<MetricRequests[Name]['answer']> {
    if (this.#closed) return Promise.reject(new StoreAwayError('The metric store is closed'));
    return new Promise((resolve, reject) => {
      const id = ++this.#ids;
      this.#waiting.set(id, { resolve, reject });
      const worker = this.#running();
      worker.ref();
      worker.postMessage({ id, name, args }, transfer);
    });
  }

  /** Finishes what was asked before, then ends the worker. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const worker = this.#worker;
    if (worker) await this.ask('close', {}).catch(() => {});
    this.#closed = true;
    worker?.ref();
    await worker?.terminate();
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    // Node's own flags (`--input-type`, a test runner's) are not meant for the worker.
    const worker = new Worker(WORKER, { workerData: { path: this.#path }, execArgv: [] });
    worker.on('message', ({ id, answer, error }: { id: number; answer?: never; error?: string }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      // Only an open question, or closing, keeps the process alive.
      if (this.#waiting.size === 0 && !this.#closed) worker.unref();
      if (answer !== undefined) waiting?.resolve(answer);
      else waiting?.reject(this.#away(error ?? 'no answer'));
    });
    worker.on('error', error => this.#lost(worker, error.message));
    worker.on('exit', code => this.#lost(worker, `the worker ended with code ${code}`));
    this.#worker = worker;
    return worker;
  }

  #lost(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#away(reason));
    this.#waiting.clear();
  }

  #away(reason: string): StoreAwayError {
    const remedy = /not a database|malformed|corrupt/.test(reason)
      ? ' Restore a copy or move it away, then start again.'
      : '';
    return new StoreAwayError(`The metric file ${this.#path} does not answer: ${reason}.${remedy}`);
  }
}
