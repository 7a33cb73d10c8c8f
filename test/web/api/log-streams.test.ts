import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { ManualClock } from '../../../model/clock.ts';
import { StoreAwayError } from '../../../model/errors.ts';
import { NO_JOB_NAMES } from '../../../model/job-names.ts';
import type { LogFollow, LogItem, LogSearch, LogStore } from '../../../store/log-store.ts';
import { linesForward } from '../../../web/api/log-forward.ts';
import { type TailLook, tailLines } from '../../../web/api/log-tail.ts';
import { type Api, line, MINUTE, NOW, openApi, problemOf } from './fixture.ts';

const EMPTY = {
  level: 'INFO',
  logger: 'a.B',
  thread: 'main',
  jobName: '',
  jobId: '',
  appId: '',
  containerId: '',
} as const;

/** A store of lines in a list, searched as the port says; order of equal times by place in the list. */
class ListedLogs implements Pick<LogStore, 'search' | 'forward' | 'follow'> {
  /** In the order of their arrival. */
  readonly items: LogItem[] = [];
  away = false;
  largestPage = 0;

  put(ts: number, message: string): string {
    const id = `id-${this.items.length}`;
    this.items.push({ ...EMPTY, id, ts, message, host: '', role: '' });
    return id;
  }

  async search({ from = -Infinity, to = Infinity, limit, cursor = '0' }: LogSearch) {
    if (this.away) throw new StoreAwayError('away');
    const found = this.items
      .filter(item => item.ts >= from && item.ts < to)
      .map((item, place) => ({ item, place }))
      .sort((a, b) => b.item.ts - a.item.ts || b.place - a.place)
      .map(({ item }) => item);
    const start = Number(cursor);
    const items = found.slice(start, start + limit);
    this.largestPage = Math.max(this.largestPage, items.length);
    const next = start + limit < found.length ? String(start + limit) : null;
    return { items, total: { value: found.length, relation: 'eq' as const }, next };
  }

  async forward({ from = -Infinity, to = Infinity, limit, cursor = '0' }: LogSearch) {
    const found = this.items
      .filter(item => item.ts >= from && item.ts < to)
      .map((item, place) => ({ item, place }))
      .sort((a, b) => a.item.ts - b.item.ts || a.place - b.place)
      .map(({ item }) => item);
    const start = Number(cursor);
    const items = found.slice(start, start + limit);
    this.largestPage = Math.max(this.largestPage, items.length);
    return { items, next: start + limit < found.length ? String(start + limit) : null };
  }

  async follow({ from = -Infinity, to = Infinity, limit, after }: LogFollow) {
    if (this.away) throw new StoreAwayError('away');
    const mark = after?.startsWith('@') ? Number(after.slice(1)) : this.items.length;
    const line = this.items.findIndex(item => item.id === after);
    if (after !== undefined && !after.startsWith('@') && line < 0) return null;
    let place = line < 0 ? mark : line + 1;
    const next = async () => {
      if (this.away) throw new StoreAwayError('away');
      const arrived = this.items.slice(place).filter(item => item.ts >= from && item.ts < to);
      place = this.items.length;
      const items = arrived.slice(-limit);
      return { items, missed: { value: arrived.length - items.length, relation: 'eq' as const }, mark: `@${place}` };
    };
    return { next };
  }
}

const ALL = { query: { kind: 'all' } } as const;

describe('lines from the oldest to the newest', () => {
  const walked = async (logs: ListedLogs, from: number, to: number): Promise<string[]> => {
    const messages: string[] = [];
    for await (const page of linesForward(logs, { ...ALL, from, to }, NO_JOB_NAMES))
      messages.push(...page.map(item => item.message));
    return messages;
  };

  const SPREADS: readonly (readonly [sentence: string, tsOf: (i: number) => number])[] = [
    ['evenly spread', i => NOW + i * 7],
    ['in bursts', i => NOW + Math.floor(i / 900) * 100_000],
    ['within one millisecond', () => NOW],
  ];
  for (const [sentence, tsOf] of SPREADS) {
    test(`5,000 lines ${sentence} come once each, in order, never more than a page at a time`, async () => {
      const logs = new ListedLogs();
      for (let i = 0; i < 5000; i++) logs.put(tsOf(i), String(i));

      assert.deepEqual(
        await walked(logs, 0, NOW + 10_000_000),
        logs.items.map(item => item.message),
      );
      assert.ok(logs.largestPage <= 1000);
    });
  }

  test('the end is no part of the range, nothing found is nothing', async () => {
    const logs = new ListedLogs();
    logs.put(NOW, 'in');
    logs.put(NOW + 1, 'out');

    assert.deepEqual(await walked(logs, NOW, NOW + 1), ['in']);
    assert.deepEqual(await walked(logs, NOW + 2, NOW + 3), []);
  });
});

describe('following a search', () => {
  interface Followed {
    readonly clock: ManualClock;
    readonly looks: AsyncGenerator<TailLook>;
    /** The next look, a second later. */
    readonly next: () => Promise<{ readonly lines: readonly string[]; readonly missed: number }>;
    readonly gone: AbortController;
    readonly mark: () => string | undefined;
  }

  async function follow(
    logs: Pick<LogStore, 'search' | 'follow'>,
    request: { readonly from?: number; readonly after?: string } = {},
  ): Promise<Followed> {
    const clock = new ManualClock(NOW);
    const gone = new AbortController();
    const { from, after: last } = request;
    const looks = await tailLines(
      { logs, names: NO_JOB_NAMES, clock },
      {
        search: { ...ALL, ...(from === undefined ? {} : { from }) },
        signal: gone.signal,
        ...(last === undefined ? {} : { after: last }),
      },
    );
    let isFirst = true;
    let mark: string | undefined;
    const next = async () => {
      const pending = looks.next();
      if (!isFirst) await clock.advance(1000);
      isFirst = false;
      const look = (await pending).value as TailLook;
      mark = look.mark ?? mark;
      return { lines: look.lines.map(item => item.message), missed: look.missed.value };
    };
    return { clock, looks, next, gone, mark: () => mark };
  }

  const nothing = { lines: [], missed: 0 };

  test('what was there before is not told; what comes is told once, in the order it came, however late it is', async () => {
    const logs = new ListedLogs();
    logs.put(NOW - 5000, 'before');
    logs.put(NOW + 60_000, 'before, stamped ahead');
    const { next } = await follow(logs);

    assert.deepEqual(await next(), nothing);
    logs.put(NOW + 2, 'first');
    logs.put(NOW - 24 * 60 * MINUTE, 'a day late');
    logs.put(NOW + 1, 'third');
    assert.deepEqual(await next(), { lines: ['first', 'a day late', 'third'], missed: 0 });
    assert.deepEqual(await next(), nothing);
    logs.put(NOW + 1, 'fourth, of the time of the third');
    assert.deepEqual(await next(), { lines: ['fourth, of the time of the third'], missed: 0 });
  });

  test('with "from" it begins with the lines since then, and tells nothing older, whenever it comes', async () => {
    const logs = new ListedLogs();
    logs.put(NOW - 3000, 'older');
    logs.put(NOW - 1000, 'b');
    logs.put(NOW - 2000, 'a');
    const { next } = await follow(logs, { from: NOW - 2000 });

    assert.deepEqual(await next(), { lines: ['a', 'b'], missed: 0 });
    logs.put(NOW - 4000, 'older and late');
    logs.put(NOW - 1500, 'late');
    assert.deepEqual(await next(), { lines: ['late'], missed: 0 });
  });

  test('a line that comes while the beginning is read is told once', async () => {
    const logs = new ListedLogs();
    logs.put(NOW - 1000, 'a');
    const slow: Pick<LogStore, 'search' | 'follow'> = {
      follow: request => logs.follow(request),
      async search(search) {
        logs.put(NOW - 500, 'meanwhile');
        return logs.search(search);
      },
    };
    const { next } = await follow(slow, { from: NOW - 2000 });

    assert.deepEqual(await next(), { lines: ['a', 'meanwhile'], missed: 0 });
    logs.put(NOW - 400, 'b');
    assert.deepEqual(await next(), { lines: ['b'], missed: 0 });
  });

  test('whoever was cut off goes on behind the last line seen, or behind the last mark', async () => {
    const logs = new ListedLogs();
    logs.put(NOW - 30_000, 'a');
    const last = logs.put(NOW - 20_000, 'b');
    logs.put(NOW - 10_000, 'd');
    logs.put(NOW - 300_000, 'c, late');
    const { next, mark } = await follow(logs, { after: last });

    assert.deepEqual(await next(), { lines: ['d', 'c, late'], missed: 0 });
    assert.deepEqual(await next(), nothing);
    logs.put(NOW, 'e');
    const again = await follow(logs, { after: mark() ?? '' });
    assert.deepEqual(await again.next(), { lines: ['e'], missed: 0 });
  });

  test('a last line nobody knows any more begins anew, and says that nobody knows what was missed', async () => {
    const logs = new ListedLogs();
    logs.put(NOW - 1000, 'a');
    const { clock, looks } = await follow(logs, { after: 'gone' });
    const first = (await looks.next()).value as TailLook;

    assert.deepEqual([first.lines, first.missed], [[], { value: 0, relation: 'gte' }]);
    const b = logs.put(NOW, 'b');
    const pending = looks.next();
    await clock.advance(1000);
    const second = (await pending).value as TailLook;
    assert.deepEqual([second.lines.map(item => item.id), second.missed], [[b], { value: 0, relation: 'eq' }]);
  });

  test('more lines than a look takes: the newest are told, and how many are missing', async () => {
    const logs = new ListedLogs();
    const { next } = await follow(logs);

    assert.deepEqual(await next(), nothing);
    for (let i = 0; i < 2500; i++) logs.put(NOW + i, String(i));
    const { lines, missed } = await next();
    assert.deepEqual([lines.length, lines[0], lines.at(-1), missed], [2000, '500', '2499', 500]);
    assert.deepEqual(await next(), nothing);
  });

  test('a store that is away is asked again; at the very beginning it is an error', async () => {
    const logs = new ListedLogs();
    const { clock, looks, next } = await follow(logs);
    assert.deepEqual(await next(), nothing);
    logs.away = true;
    const pending = looks.next();
    await clock.advance(3000);
    logs.put(NOW, 'meanwhile');
    logs.away = false;
    await clock.advance(1000);

    const { value } = (await pending) as IteratorYieldResult<TailLook>;
    assert.deepEqual(
      value.lines.map(item => item.message),
      ['meanwhile'],
    );
    logs.away = true;
    await assert.rejects(follow(logs), StoreAwayError);
  });

  test('it ends when the client has gone', async () => {
    const { looks, next, gone } = await follow(new ListedLogs());
    await next();
    const pending = looks.next();
    gone.abort();

    await assert.rejects(pending, { name: 'AbortError' });
  });
});

describe('over HTTP', () => {
  let api: Api;
  before(async () => {
    api = await openApi();
    await api.take(
      'logs',
      line('checkpoint done', NOW - 3 * MINUTE, { thread: 'Checkpoint Timer' }),
      line('task failed 失败', NOW - 2 * MINUTE, {
        level: 'ERROR',
        exception: { class: 'a.B', message: 'm', stack: 'a.B: m\n\tat a.B.c(B.java:1)\n', root: '' },
      }),
      line('of another job', NOW - MINUTE, { job_name: 'agg' }),
    );
  });
  after(() => api?.close());

  test('an export as a log file reads like the log, times in UTC', async () => {
    const { status, headers, text } = await api.ask('GET', 'logs/export?job=etl');

    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(headers['content-disposition'], 'attachment; filename="tidewatch-logs.log"');
    assert.equal(
      text,
      `2026-11-20T07:57:00.000Z [Checkpoint Timer] INFO  org.apache.flink.Test - checkpoint done
2026-11-20T07:58:00.000Z [main] ERROR org.apache.flink.Test - task failed 失败
a.B: m
\tat a.B.c(B.java:1)
`,
    );
  });

  test('an export as NDJSON has the items of the search, oldest first', async () => {
    const { headers, payload } = await api.server.inject('/api/v1/logs/export?format=ndjson');
    const found = await api.get<{ items: readonly object[] }>('logs/search');

    assert.equal(headers['content-type'], 'application/x-ndjson');
    const lines = payload
      .trimEnd()
      .split('\n')
      .map(each => JSON.parse(each) as object);
    assert.deepEqual(lines, found.items.toReversed());
  });

  test('nothing found is an empty file; what cannot be read is refused before anything is sent', async () => {
    assert.deepEqual((await api.ask('GET', 'logs/export?q=nothing')).text, '');
    problemOf(await api.ask('GET', 'logs/export?format=csv'), 422, 'bad-request');
    problemOf(await api.ask('GET', 'logs/export?q=('), 422, 'bad-query');
    problemOf(await api.ask('GET', 'logs/tail?q=('), 422, 'bad-query');
    problemOf(await api.ask('GET', 'logs/tail?limit=3'), 422, 'bad-request');
  });

  test('a tail is an event stream of the lines as search shows them', { timeout: 20_000 }, async t => {
    await api.server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.server.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    t.after(() => socket.destroy());
    socket.write(`GET /api/v1/logs/tail?job=etl&from=${NOW - 2 * MINUTE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    let text = '';
    while (!text.includes('\n\n')) {
      const [part] = (await once(socket, 'data')) as [string];
      text += part;
    }
    const { items } = await api.get<{ items: readonly { readonly id: string }[] }>('logs/search?q=failed');

    assert.match(text, /^HTTP\/1\.1 200 /);
    assert.match(text, /^content-type: text\/event-stream/im);
    const [item] = items;
    assert.ok(text.includes(`event: line\nid: ${item?.id}\ndata: ${JSON.stringify(item)}\n\n`), text);
    assert.ok(!text.includes('checkpoint done'));
  });
});
