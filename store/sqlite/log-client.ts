import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { StoreAwayError, UserError } from '../../model/errors.ts';
import type { WorkerFailure } from './log-messages.ts';

/** Compiled to `.js` for the published package, `.ts` in a checkout: the worker is what this file is. */
const WORKER = new URL(`./log-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One worker of the log store, asked by message and answering in order. It starts with the first request; when it dies, what it
 * has not answered is rejected with `StoreAwayError` and the next request starts another.
 */
export class LogClient<Requests extends { readonly [Name in keyof Requests]: { args: object; answer: object } }> {
  readonly #role: 'writer' | 'reader';
  readonly #dir: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #ids = 0;
  #starts = 0;
  #closed = false;

  constructor(role: 'writer' | 'reader', dir: string) {
    this.#role = role;
    this.#dir = dir;
  }

  /** Requests not yet answered. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How often a worker was started: what an earlier one was told is lost. */
  get starts(): number {
    return this.#starts;
  }

  /** Rejects with `StoreAwayError`, `UserError` bad-cursor, the signal's reason, or a plain error for a bug. */
  ask<Name extends keyof Requests & string>(
    name: Name,
    args: Requests[Name]['args'],
    options: { transfer?: readonly ArrayBuffer[]; signal?: AbortSignal | undefined } = {},
  ): Promise<Requests[Name]['answer']> {
    const { transfer = [], signal } = options;
    if (this.#closed) return Promise.reject(new StoreAwayError('the log store is closed'));
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const id = ++this.#ids;
      this.#waiting.set(id, { resolve, reject });
      // the worker goes on, its answer is then not waited for
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      const worker = this.#running();
      worker.ref();
      worker.postMessage({ id, name, args }, transfer);
    });
  }

  /** Ends the worker after it has done what it was asked. Idempotent. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker !== null && !this.#closed) await this.ask('close' as keyof Requests & string, {}).catch(() => undefined);
    this.#closed = true;
    this.#worker = null;
    await worker?.terminate();
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    // texts pass through a worker and die young: a small nursery costs no time and keeps some 30 MB of garbage from piling up
    const worker = new Worker(WORKER, {
      workerData: { role: this.#role, dir: this.#dir },
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    worker.on('message', ({ id, answer, failure }: { id: number; answer?: never; failure?: WorkerFailure }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      // only an open question keeps the process alive
      if (this.#waiting.size === 0) worker.unref();
      if (failure === undefined) waiting?.resolve(answer as never);
      else waiting?.reject(errorOf(failure));
    });
    worker.on('error', error => this.#lost(worker, error.message));
    worker.on('exit', code => this.#lost(worker, `it ended with code ${code}`));
    this.#worker = worker;
    this.#starts++;
    return worker;
  }

  #lost(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const error = new StoreAwayError(`the log store's ${this.#role} died: ${reason}`);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function errorOf({ kind, message }: WorkerFailure): Error {
  switch (kind) {
    case 'away':
      return new StoreAwayError(message);
    case 'bad-cursor':
    case 'too-many-groups':
      return new UserError(kind, message);
    case 'bug':
      return new Error(message);
  }
}
