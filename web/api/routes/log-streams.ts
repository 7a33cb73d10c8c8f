import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Clock } from '../../../model/clock.ts';
import { UserError } from '../../../model/errors.ts';
import type { LogItem, LogTotal } from '../../../store/log-store.ts';
import { linesForward } from '../log-forward.ts';
import { logFilters, logQueryOf, toLogItem } from '../log-request.ts';
import { type TailLook, tailLines } from '../log-tail.ts';
import type { LogServices } from './logs.ts';

/** What these routes need of the daemon. */
export interface LogStreamServices extends LogServices {
  readonly clock: Clock;
}

/** Lines may be stamped ahead of the clock by at most ten minutes. */
const AHEAD_MS = 600_000 + 1;
/** People who follow logs at once; each asks the store once a second. */
const MAX_TAILS = 50;
const RETRY_AFTER_SECONDS = 10;
/** Quiet looks until something is said, so that proxies keep the connection. */
const QUIET_LOOKS = 15;

const FORMATS = {
  log: { type: 'text/plain; charset=utf-8', line: textLine },
  ndjson: { type: 'application/x-ndjson', line: (item: LogItem) => `${JSON.stringify(toLogItem(item))}\n` },
};

/** GET /logs/export and /logs/tail (contracts.md section 4). */
export function logStreamRoutes(fastify: FastifyInstance, services: LogStreamServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const tags = ['logs'];
  let tails = 0;

  app.get(
    '/logs/export',
    {
      schema: {
        tags,
        summary: 'All lines found, oldest first, as a log file or as NDJSON',
        querystring: z.strictObject({ ...logFilters, format: z.enum(['log', 'ndjson']).default('log') }),
      },
    },
    async (request, reply) => {
      const { format, ...rest } = request.query;
      const search = logQueryOf(rest);
      const range = { from: search.from ?? 0, to: search.to ?? services.clock.now() + AHEAD_MS };
      const pages = linesForward(services.logs, { ...search, ...range }, services.jobNames, goneOf(reply));
      const { type, line } = FORMATS[format];
      return reply
        .type(type)
        .header('content-disposition', `attachment; filename="tidewatch-logs.${format}"`)
        .send(Readable.from(texts(await begun(pages), page => page.map(line).join(''))));
    },
  );

  app.get(
    '/logs/tail',
    {
      // Compression would hold lines back until there are enough of them.
      compress: false,
      schema: {
        tags,
        summary:
          'New lines in the order of their arrival: server-sent events "line", and "gap" where lines had to be left out, with how many',
        querystring: z.strictObject(logFilters),
      },
    },
    async (request, reply) => {
      if (tails >= MAX_TAILS) return refuseTail(reply);
      tails++;
      reply.raw.once('close', () => tails--);
      const last = request.headers['last-event-id'];
      const looks = await tailLines(
        { logs: services.logs, names: services.jobNames, clock: services.clock },
        {
          search: logQueryOf(request.query),
          signal: goneOf(reply),
          ...(typeof last === 'string' && last !== '' ? { after: last } : {}),
        },
      );
      return reply
        .type('text/event-stream')
        .header('cache-control', 'no-cache, no-transform')
        .header('x-accel-buffering', 'no')
        .send(Readable.from(texts(looks, events())));
    },
  );
}

/** Aborts when the client has gone or has been answered. */
function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

function refuseTail(reply: FastifyReply): never {
  void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
  throw new UserError('overloaded', `${MAX_TAILS} requests follow the logs already; close one, or search instead`, {
    status: 429,
  });
}

/** The same pages, the first of them read: a failure of it can still be answered. */
async function begun<T>(pages: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const first = await pages.next();
  async function* all() {
    if (!first.done) yield first.value;
    yield* pages;
  }
  return all();
}

async function* texts<T>(parts: AsyncGenerator<T>, textOf: (part: T) => string): AsyncGenerator<string> {
  for await (const part of parts) yield textOf(part);
}

/** Looks as text of an event stream; comments keep a quiet one alive, and the first tells the client that it is followed. */
function events(): (look: TailLook) => string {
  let quiet = QUIET_LOOKS;
  return ({ lines, missed, mark }) => {
    const isGap = missed.value > 0 || missed.relation === 'gte';
    if (lines.length === 0 && !isGap && ++quiet <= QUIET_LOOKS) return '';
    quiet = 0;
    const told = lines.map(item => `event: line\nid: ${item.id}\ndata: ${JSON.stringify(toLogItem(item))}\n\n`);
    // An id without data is no event: it only says where a client that is cut off goes on.
    const place = lines.length > 0 || mark === null ? '' : `id: ${mark}\n`;
    return `${isGap ? gapText(missed) : ''}${told.join('')}` || `: nothing new\n${place}\n`;
  };
}

/** `lines` are missing, or with relation `gte` at least so many; null where nobody knows how many. */
function gapText({ value, relation }: LogTotal): string {
  const [lines, reason] =
    value > 0 || relation === 'eq'
      ? [value, 'more lines than can be followed; these are left out']
      : [null, 'the line to go on from is not known any more; what arrived since is left out'];
  return `event: gap\ndata: ${JSON.stringify({ lines, relation, reason })}\n\n`;
}

/** As Log4j's `%d [%t] %-5p %c - %m%n%throwable` writes it, times in UTC. */
function textLine({ ts, thread, level, logger, message, exception }: LogItem): string {
  const stack = exception ? `${exception.stack || `${exception.class}: ${exception.message}`}`.trimEnd() : '';
  const head = `${new Date(ts).toISOString()} [${thread}] ${level.padEnd(5)} ${logger || '-'} - ${message}\n`;
  return stack === '' ? head : `${head}${stack}\n`;
}
