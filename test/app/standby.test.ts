/** What a standby does with a request, whatever happens to the holder meanwhile. The holder is a server of the test; nothing else is real but HTTP. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import { announce, passOn } from '../../app/standby.ts';
import { type Clock, systemClock } from '../../model/clock.ts';
import { StoreAwayError, UserError } from '../../model/errors.ts';
import { openSqliteStateStore } from '../../store/sqlite/state-store.ts';
import type { StateStore } from '../../store/state-store.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let state: StateStore;
let api: FastifyInstance;
let holder: { readonly url: string; readonly asked: string[]; answer: Answer; close(): Promise<void> };
let stands: boolean;
let begins: boolean;
let isAway: boolean;
/** Waits take no time: a quarter of a second is a turn of the event loop, counted. */
let waited: number;
/** While it is set, waits last until it resolves. */
let frozen: PromiseWithResolvers<void> | null;
const clock: Clock = {
  ...systemClock,
  now: () => waited,
  monotonic: () => waited,
  sleep: async ms => {
    // Many who wait at once would add up their time.
    if (frozen !== null) return frozen.promise;
    waited += ms;
    await new Promise(resolve => setImmediate(resolve));
  },
  after: (ms, work) => systemClock.after(ms, work),
};

describe('a standby', () => {
  beforeEach(async () => {
    [stands, begins, isAway, frozen, waited] = [true, false, false, null, 0];
    const asked: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', chunk => {
        body += String(chunk);
      });
      request.on('end', () => {
        asked.push(`${request.method} ${request.url} ${body}`.trim());
        holder.answer(request, response);
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    holder = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      asked,
      answer: (_, response) =>
        response.writeHead(201, { 'content-type': 'text/plain', etag: '"7"' }).end('of the holder'),
      close: () => new Promise(resolve => server.close(() => resolve()).closeAllConnections()),
    };
    state = openSqliteStateStore({ path: ':memory:' });
    await announce(state, holder.url, '127.0.0.1');
    const ping = state.ping.bind(state);
    const get = state.get.bind(state);
    Object.assign(state, {
      ping: async () => (isAway ? Promise.reject(new StoreAwayError('away')) : ping()),
      get: async (...args: Parameters<StateStore['get']>) =>
        isAway ? Promise.reject(new StoreAwayError('away')) : get(...args),
    });
    api = Fastify({ bodyLimit: 1000 });
    api.setErrorHandler((error, _request, reply) =>
      reply
        .code(error instanceof UserError ? (error.status ?? 400) : 500)
        .send(error instanceof UserError ? error.message : String(error)),
    );
    await api.register(async scope => {
      passOn(scope, { state, stands: () => stands, begins: () => begins, own: () => 'http://own', clock });
      scope.all('/api/v1/*', async request => ({ own: request.method, body: request.body ?? null }));
    });
  });
  afterEach(async () => {
    await api.close();
    await holder.close();
    await state.close();
  });

  function ask(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ) {
    return api.inject({ method, url: `/api/v1${path}`, headers, ...(body === undefined ? {} : { payload: body }) });
  }

  const refusesAsStandby: Answer = (_, response) =>
    response.writeHead(503, { 'content-type': 'application/problem+json' }).end('{"code":"standby"}');
  const hangsUp: Answer = (_, response) => response.socket?.destroy();

  test('a change is passed on whole, and its answer comes back whole', async () => {
    const headers = { 'if-match': '"6"', 'x-tidewatch-user': 'wei', authorization: 'Basic x', cookie: 'no' };
    let seen: IncomingMessage['headers'] = {};
    const { answer } = holder;
    holder.answer = (request, response) => {
      seen = request.headers;
      answer(request, response);
    };

    const got = await ask('PUT', '/rules/1?x=%C3%A4', { name: 'ä' }, headers);

    assert.deepEqual(holder.asked, ['PUT /api/v1/rules/1?x=%C3%A4 {"name":"ä"}']);
    assert.deepEqual([got.statusCode, got.body, got.headers['etag']], [201, 'of the holder', '"7"']);
    assert.deepEqual(
      ['if-match', 'x-tidewatch-user', 'authorization', 'content-type', 'cookie'].map(name => seen[name]),
      ['"6"', 'wei', 'Basic x', 'application/json', undefined],
    );
  });

  test('a request without a body is passed on, too', async () => {
    assert.equal((await ask('DELETE', '/rules/1')).statusCode, 201);
    assert.deepEqual(holder.asked, ['DELETE /api/v1/rules/1']);
  });

  test('intake, what a daemon says of itself and what was passed on already stay here', async () => {
    const answers = [
      await ask('POST', '/ingest/logs', { a: 1 }),
      await ask('GET', '/status'),
      await ask('POST', '/rules', { a: 1 }, { 'x-tidewatch-passed-on': '1' }),
    ];

    assert.deepEqual(
      answers.map(answer => answer.json().own),
      ['POST', 'GET', 'POST'],
    );
    assert.deepEqual([holder.asked, waited], [[], 0]);
  });

  test('the daemon that evaluates answers itself, bodies untouched', async () => {
    stands = false;

    assert.deepEqual((await ask('POST', '/rules', { a: 1 })).json(), { own: 'POST', body: { a: 1 } });
    assert.deepEqual(holder.asked, []);
  });

  for (const [sentence, answer] of [
    ['is not there', null],
    ['holds the lease no longer', refusesAsStandby],
  ] as const) {
    test(`a change waits while the holder ${sentence}, until this daemon has taken over, and is done once`, async () => {
      if (answer === null) await holder.close();
      else holder.answer = answer;
      const got = ask('POST', '/rules', { a: 1 });
      while (waited < 1000) await new Promise(resolve => setImmediate(resolve));
      [stands, begins] = [false, true];
      while (waited < 2000) await new Promise(resolve => setImmediate(resolve));
      begins = false;

      assert.deepEqual((await got).json(), { own: 'POST', body: { a: 1 } });
      assert.ok(waited >= 2000 && waited < 20_000, String(waited));
    });
  }

  test('a change finds the next holder', async () => {
    const { answer } = holder;
    holder.answer = (request, response) => (holder.asked.length > 2 ? answer : refusesAsStandby)(request, response);

    assert.equal((await ask('POST', '/rules', {})).body, 'of the holder');
    assert.equal(holder.asked.length, 3);
  });

  test('where nobody takes over, the wait ends and the routes of this daemon say so', async () => {
    holder.answer = refusesAsStandby;

    assert.equal((await ask('POST', '/rules', {})).json().own, 'POST');
    assert.equal(waited, 20_000);
  });

  test('while the store is away nobody can take over: nothing waits', async () => {
    isAway = true;

    assert.equal((await ask('POST', '/rules', {})).json().own, 'POST');
    assert.equal(waited, 0);
  });

  test('a change that was asked for and got no answer is not sent again, and says so', async () => {
    holder.answer = hangsUp;

    const got = await ask('POST', '/rules', {});

    assert.equal(got.statusCode, 503);
    assert.match(got.body, /look whether/);
    assert.equal(holder.asked.length, 1);
  });

  test('an acknowledgement is sent again until somebody has it', async () => {
    const { answer } = holder;
    holder.answer = (request, response) => (holder.asked.length > 2 ? answer : hangsUp)(request, response);

    const answers = [await ask('POST', '/ack?alert=a', { by: 'wei' }), await ask('POST', '/alerts/a/ack', {})];

    assert.deepEqual(
      answers.map(got => got.statusCode),
      [201, 201],
    );
  });

  test('the page of a link waits as its form does; other pages fall back on this daemon at once', async () => {
    holder.answer = hangsUp;
    const page = ask('GET', '/ack?alert=a');
    while (waited < 1000) await new Promise(resolve => setImmediate(resolve));
    stands = false;
    assert.equal((await page).json().own, 'GET');

    [stands, waited] = [true, 0];
    assert.equal((await ask('GET', '/alerts')).json().own, 'GET');
    assert.deepEqual((await ask('POST', '/metrics/query', { a: 1 })).json(), { own: 'POST', body: { a: 1 } });
    assert.equal(waited, 0);
  });

  test('what begins to evaluate holds changes, and answers questions as it can', async () => {
    [stands, begins] = [false, true];
    assert.equal((await ask('POST', '/rules/replay', {})).json().own, 'POST');
    assert.equal(waited, 0);

    const change = ask('POST', '/rules', {});
    while (waited < 1000) await new Promise(resolve => setImmediate(resolve));
    begins = false;
    assert.equal((await change).json().own, 'POST');
    assert.deepEqual(holder.asked, []);
  });

  test('only so many wait at a time; the rest is told at once', { timeout: 180_000 }, async () => {
    holder.answer = refusesAsStandby;
    frozen = Promise.withResolvers();
    const waiting = Array.from({ length: 200 }, () => ask('POST', '/rules', {}));
    while (holder.asked.length < 200) await new Promise(resolve => setImmediate(resolve));

    assert.equal((await ask('POST', '/rules', { one: 'more' })).json().own, 'POST');

    assert.equal(holder.asked.filter(text => text.includes('more')).length, 1, 'asked once');
    stands = false;
    frozen.resolve();
    await Promise.all(waiting);
  });

  test('a body beyond the limit is refused as the routes do', async () => {
    const got = await ask('POST', '/rules', { text: 'x'.repeat(2000) });

    assert.equal(got.statusCode, 413);
    assert.deepEqual(holder.asked, []);
  });
});
