/** The worker that owns the metric file: answers the requests of `metric-messages.ts` in order, background steps between them. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ColdColumns } from '../metric-gather.ts';
import { MetricDatabase } from './metric-database.ts';
import { MetricHistory } from './metric-history.ts';
import { MetricJournal } from './metric-journal.ts';
import type { MetricRequestName, MetricRequests } from './metric-messages.ts';
import { openMetricDatabase } from './metric-schema.ts';

type Request = {
  [Name in MetricRequestName]: {
    readonly id: number;
    readonly name: Name;
    readonly args: MetricRequests[Name]['args'];
  };
}[MetricRequestName];
type Answer = MetricRequests[MetricRequestName]['answer'];

const port = parentPort;
if (!port) throw new Error('metric-worker runs as a worker thread');

const db = new MetricDatabase(openMetricDatabase(String(workerData.path)));
const history = new MetricHistory(db);
const journal = new MetricJournal(db, (metric, slot) => history.changed(metric, slot));

/** Requests that wait for background work, in order; one runs at a time. */
const background: { readonly id: number; readonly steps: Generator<void, Answer> }[] = [];
let scheduled = false;

port.on('message', (request: Request) => {
  try {
    const answer = handle(request);
    if (answer) port.postMessage({ id: request.id, answer }, transferable(answer));
    if (journal.isLong && background.length === 0 && !scheduled) {
      journal.startMove();
      schedule();
    }
  } catch (error) {
    // An answered request is forgotten at the other end: a failed move then only waits for the next append.
    fail(request.id, error);
  }
});

/** The answer, or null when it comes later. */
function handle(request: Request): Answer | null {
  switch (request.name) {
    case 'open':
      return { rawFrom: history.rawFrom };
    case 'series':
      return { series: db.series(request.args.after, request.args.limit) };
    case 'recent':
      return history.recent(request.args.from, request.args.metric);
    case 'journaled':
      return journal.read(request.args.from, request.args.after);
    case 'append':
      journal.append(request.args);
      return {};
    case 'compact':
      journal.startMove();
      return later(request.id, moved());
    case 'read':
      return history.read(request.args) ?? { tooMany: true };
    case 'expire':
      journal.startMove();
      return later(request.id, expired(request.args));
    case 'stats':
      return { points: db.points + journal.points, bytes: db.bytes() };
    case 'close':
      // What is still in the journal is safe there; the next start moves it.
      background.length = 0;
      journal.abandonMove();
      db.close();
      return {};
    default:
      return request satisfies never;
  }
}

function* moved(): Generator<void, Answer> {
  while (journal.step()) yield;
  return {};
}

function* expired(args: MetricRequests['expire']['args']): Generator<void, Answer> {
  while (journal.step()) yield;
  const gone = yield* history.expire(args);
  return { ...gone, rawFrom: history.rawFrom };
}

function later(id: number, steps: Generator<void, Answer>): null {
  background.push({ id, steps });
  schedule();
  return null;
}

/** One step of background work per turn, so that requests never wait for more than a step. */
function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(() => {
    scheduled = false;
    if (step()) schedule();
  });
}

function step(): boolean {
  const task = background[0];
  try {
    if (!task) return journal.step();
    const { done, value } = task.steps.next();
    if (!done) return true;
    background.shift();
    port?.postMessage({ id: task.id, answer: value });
  } catch (error) {
    background.shift();
    if (task) fail(task.id, error);
  }
  return background.length > 0;
}

function fail(id: number, error: unknown): void {
  port?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
}

function transferable(answer: Answer): ArrayBuffer[] {
  if ('starts' in answer) return columnsOf(answer).map(column => column.buffer);
  return 'points' in answer && answer.points instanceof Uint8Array ? [answer.points.buffer] : [];
}

function columnsOf({ starts, times, values, delays, weights }: ColdColumns) {
  return [starts, times, values, delays, ...(weights ? [weights] : [])];
}
