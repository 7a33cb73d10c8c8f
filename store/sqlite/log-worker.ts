/** Entry of the log store's worker threads: one writes, one reads (`workerData.role`), each working through its requests in order. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { StoreAwayError, UserError } from '../../model/errors.ts';
import type { ReaderRequests, WorkerFailure, WriterRequests } from './log-messages.ts';
import { LogReader } from './log-reader.ts';
import { LogWriter } from './log-writer.ts';

type Handlers<Requests extends { [Name in keyof Requests]: { args: object; answer: object } }> = {
  [Name in keyof Requests]: (args: Requests[Name]['args']) => Requests[Name]['answer'];
};

function writerHandlers(dir: string): Handlers<WriterRequests> {
  const writer = new LogWriter(dir);
  return {
    open: () => openDirectory(dir),
    append: ({ batches, now }) => ({ refused: writer.append(batches, now) }),
    merge: () => ({ more: writer.merge() }),
    days: () => ({ days: writer.days() }),
    dropDay: ({ day }) => {
      writer.dropDay(day);
      return {};
    },
    deleteLines: ({ day, jobs, limit }) => ({ deleted: writer.deleteLines(day, jobs, limit) }),
    close: () => {
      writer.close();
      return {};
    },
  };
}

function readerHandlers(dir: string): Handlers<ReaderRequests> {
  const reader = new LogReader(dir);
  return {
    search: args => reader.search(args),
    forward: args => reader.forward(args),
    standing: args => reader.standing(args),
    arrivals: args => reader.arrivals(args),
    histogram: args => ({ buckets: reader.histogram(args) }),
    facet: args => ({ values: reader.facet(args) }),
    counts: args => ({ groups: reader.counts(args) }),
    get: ({ id }) => ({ item: reader.get(id) }),
    around: args => ({ found: reader.around(args) }),
    stats: () => reader.stats(),
    learn: ({ names }) => {
      reader.learn(names);
      return {};
    },
    forget: ({ day }) => {
      reader.forget(day);
      return {};
    },
    close: () => {
      reader.close();
      return {};
    },
  };
}

/** Throws `StoreAwayError` when the directory cannot be made or written. */
function openDirectory(dir: string): Record<never, never> {
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.R_OK | constants.W_OK);
    return {};
  } catch (error) {
    throw new StoreAwayError(`the log directory ${dir} cannot be used (${(error as Error).message})`, error);
  }
}

function failureOf(error: unknown): WorkerFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreAwayError) return { kind: 'away', message };
  if (error instanceof UserError && (error.code === 'bad-cursor' || error.code === 'too-many-groups'))
    return { kind: error.code, message };
  return { kind: 'bug', message: error instanceof Error ? (error.stack ?? message) : message };
}

const { role, dir }: { role: 'writer' | 'reader'; dir: string } = workerData;
const handlers: { readonly [name: string]: (args: never) => object } =
  role === 'writer' ? writerHandlers(dir) : readerHandlers(dir);

parentPort?.on('message', ({ id, name, args }: { id: number; name: string; args: never }) => {
  try {
    parentPort?.postMessage({ id, answer: handlers[name]?.(args) });
  } catch (error) {
    parentPort?.postMessage({ id, failure: failureOf(error) });
  }
});
