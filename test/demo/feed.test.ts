import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createFeed } from '../../demo/feed.ts';
import { ManualClock, systemClock } from '../../model/clock.ts';

interface Request {
  readonly url: string;
  readonly key: string;
  readonly body: string;
}

describe('the feed', () => {
  let server: Server;
  let url: string;
  const requests: Request[] = [];
  let answers: { readonly status: number; readonly body?: object; readonly retryAfter?: string }[] = [];
  const taken: (typeof answers)[number] = { status: 200, body: { accepted: 1, rejected: [], rejected_total: 0 } };
  const signal = new AbortController().signal;

  before(async () => {
    server = createServer((request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        requests.push({
          url: request.url ?? '',
          key: String(request.headers['idempotency-key']),
          body: Buffer.concat(chunks).toString('utf8'),
        });
        const { status, body = {}, retryAfter } = answers.shift() ?? taken;
        response.writeHead(status, {
          'content-type': 'application/json',
          ...(retryAfter ? { 'retry-after': retryAfter } : {}),
        });
        response.end(JSON.stringify(body));
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => new Promise(resolve => void server.close(resolve)));
  beforeEach(() => {
    requests.length = 0;
    answers = [];
  });

  test('sends one line a record to the stream’s address, and nothing for no records', async () => {
    const feed = createFeed(url, systemClock);

    await feed.send('nifi', [], signal);
    await feed.send('metrics', [{ a: 1 }, { b: 2 }], signal);

    assert.deepEqual(
      requests.map(r => [r.url, r.body]),
      [['/api/v1/ingest/metrics', '{"a":1}\n{"b":2}']],
    );
    assert.equal(feed.refused.count, 0);
  });

  test('comes back with the same key when the daemon is busy or away, after the time it names', async () => {
    const clock = new ManualClock(0);
    const feed = createFeed(url, clock);
    answers = [{ status: 429, retryAfter: '7' }, { status: 503 }, taken];
    const sent = feed.send('logs', [{ a: 1 }], signal);
    const settled = { is: false };
    void sent.then(() => (settled.is = true));

    for (let s = 0; s < 200 && !settled.is; s++) await clock.advance(500);
    await sent;

    assert.equal(requests.length, 3);
    assert.equal(new Set(requests.map(r => r.key)).size, 1);
    assert.ok(clock.now() >= 7000, 'it waited as long as it was told');
  });

  test('counts what the daemon refuses, with the first reason', async () => {
    const feed = createFeed(url, systemClock);
    answers = [
      {
        status: 200,
        body: { accepted: 0, rejected: [{ line: 1, code: 'bad-field', reason: 'no ts' }], rejected_total: 3 },
      },
    ];

    await feed.send('logs', [{ a: 1 }], signal);
    await feed.send('logs', [{ a: 1 }], signal);

    assert.deepEqual(feed.refused, { count: 3, first: 'bad-field: no ts' });
  });

  test('gives up on an answer that waiting cannot mend, and when it is told to stop', async () => {
    const feed = createFeed(url, systemClock);
    answers = [{ status: 403 }];
    await assert.rejects(feed.send('logs', [{ a: 1 }], signal), /answered 403/);

    const stop = new AbortController();
    answers = Array.from({ length: 100 }, () => ({ status: 503, retryAfter: '60' }));
    const sent = feed.send('logs', [{ a: 1 }], stop.signal);
    stop.abort(new Error('stopping'));
    await assert.rejects(sent);
  });
});
