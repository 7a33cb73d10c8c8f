import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { StoreAwayError } from '../../../model/errors.ts';
import { type Api, line, NOW, openApi, point, problemOf } from './fixture.ts';

interface Taken {
  readonly accepted: number;
  readonly rejected: readonly { readonly line: number; readonly code: string; readonly reason: string }[];
  readonly rejected_total: number;
}

let api: Api;
/** What the stores do; a test may hold or fail them. */
let before_store: () => Promise<void> = async () => undefined;

before(async () => {
  api = await openApi({
    limits: { inFlightBytes: 1000 },
    through: sink => async (batch, options, signal) => {
      await before_store();
      return sink(batch, options, signal);
    },
  });
});
after(() => api.close());

const ndjson = (...records: readonly object[]): string => records.map(r => JSON.stringify(r)).join('\n');
const post = (body: string | Buffer, headers: Record<string, string> = {}, stream = 'logs') =>
  api.ask<Taken>('POST', `ingest/${stream}`, body, headers);
const count = async (word: string): Promise<number> =>
  (await api.get<{ total: { value: number } }>(`logs/search?q=${word}`)).total.value;

const BODIES: readonly (readonly [
  sentence: string,
  word: string,
  body: string | Buffer,
  headers: Record<string, string>,
])[] = [
  ['NDJSON', 'ndjson', ndjson(line('ndjson a', NOW), line('ndjson b', NOW)), {}],
  [
    'NDJSON with Windows line ends and an empty last line',
    'crlf',
    `${ndjson(line('crlf a', NOW), line('crlf b', NOW)).replace('\n', '\r\n')}\r\n`,
    {},
  ],
  [
    'a JSON array',
    'array',
    JSON.stringify([line('array a', NOW), line('array b', NOW)], null, 2),
    { 'content-type': 'application/json' },
  ],
  ['gzip', 'zipped', gzipSync(ndjson(line('zipped a', NOW), line('zipped b', NOW))), { 'content-encoding': 'gzip' }],
  [
    'a form’s content type, as curl sends',
    'curl',
    ndjson(line('curl a', NOW), line('curl b', NOW)),
    { 'content-type': 'application/x-www-form-urlencoded' },
  ],
];
for (const [sentence, word, body, headers] of BODIES) {
  test(`${sentence} is taken in, and the next search sees it`, async () => {
    const answer = await post(body, headers);

    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.body, { accepted: 2, rejected: [], rejected_total: 0 });
    assert.equal(await count(word), 2);
  });
}

test('every stream has its address', async () => {
  const STREAMS: readonly (readonly [stream: string, record: object])[] = [
    ['metrics', point('m', 1, NOW)],
    ['logs', line('stream', NOW)],
    ['jobs', { type: 'job_status', ts: NOW, job_name: 'j', job_id: 'b'.repeat(32), status: 'RUNNING' }],
    ['offsets', { type: 'offsets', ts: NOW, hop: 'j', topic: 't', partition: 0, end_offset: 1, position: 0 }],
    [
      'nifi',
      { componentType: 'ProcessGroup', componentId: 'x', componentName: 'n', timestampMillis: NOW, queuedCount: 0 },
    ],
    [
      'druid',
      {
        feed: 'metrics',
        timestamp: new Date(NOW).toISOString(),
        metric: 'ingest/kafka/lag',
        value: 1,
        dataSource: 'd',
        stream: 't',
      },
    ],
  ];
  for (const [stream, record] of STREAMS) {
    const answer = await post(ndjson(record), {}, stream);

    assert.deepEqual(answer.body, { accepted: 1, rejected: [], rejected_total: 0 }, `${stream}: ${answer.text}`);
  }
});

test('bad lines are named one by one and the good ones stay', async () => {
  const answer = await post([JSON.stringify(line('mixed', NOW)), '[1]', JSON.stringify(line('mixed', NOW))].join('\n'));
  const metrics = await post(
    ['{"ts":', ndjson(point('m', 1, NOW)), ndjson(point('m', 1, NOW + 3_600_000)), ndjson(point('m', 1, 1)), '7'].join(
      '\n',
    ),
    {},
    'metrics',
  );

  assert.equal(answer.status, 200);
  assert.equal(answer.body.accepted + answer.body.rejected_total, 3);
  assert.equal(await count('mixed'), 2);
  assert.equal(metrics.body.accepted, 1);
  assert.equal(metrics.body.rejected_total, 4);
  assert.deepEqual(
    metrics.body.rejected.map(r => [r.line, r.code]),
    [
      [1, 'not-json'],
      [3, 'ts-future'],
      [4, 'ts-expired'],
      [5, 'not-object'],
    ],
  );
  for (const { reason } of metrics.body.rejected) assert.notEqual(reason, '');
});

test('of many bad lines the first hundred are named and all are counted', async () => {
  const answer = await post(Array.from({ length: 250 }, () => '{').join('\n'), {}, 'metrics');

  assert.equal(answer.body.rejected.length, 100);
  assert.equal(answer.body.rejected_total, 250);
});

test('the same key counts once and gets the first answer, whatever body comes with it', async () => {
  const headers = { 'idempotency-key': 'batch-1' };

  const first = await post(ndjson(line('keyed', NOW)), headers);
  const again = await post(ndjson(line('keyed', NOW), line('keyed', NOW)), headers);

  assert.deepEqual(again.body, first.body);
  assert.equal(await count('keyed'), 1);
});

test('the same body without a key counts once within ten minutes', async () => {
  const body = ndjson(line('repeated', NOW));

  await post(body);
  await post(body);

  assert.equal(await count('repeated'), 1);
});

test('a record that names its own source position is stored once over any number of requests', async () => {
  const own = line('positioned', NOW, { source: { topic: 't', partition: 1, offset: 7 } });

  await post(ndjson(own), { 'idempotency-key': 'p1' });
  await post(ndjson(own), { 'idempotency-key': 'p2' });

  assert.equal(await count('positioned'), 1);
});

test('a body that unpacks to more than the limit is refused without being kept', async () => {
  const bomb = gzipSync(Buffer.alloc(33 * 1024 * 1024, 0x20));

  problemOf(await post(bomb, { 'content-encoding': 'gzip' }), 413, 'too-large');
  assert.ok(bomb.length < 100_000, 'it was small on the wire');
});

test('a body over the limit is refused', async () =>
  void problemOf(await post(Buffer.alloc(32 * 1024 * 1024 + 1, 0x20)), 413, 'too-large'));

test('a body that is not gzip though it says so is refused', async () =>
  void problemOf(await post('plain', { 'content-encoding': 'gzip' }), 400, 'bad-request'));

test('another encoding is refused by name', async () =>
  assert.match(problemOf(await post('x', { 'content-encoding': 'br' }), 415, 'bad-request').detail, /br/));

test('an unknown stream is refused with the names of those there are', async () => {
  const problem = problemOf(await post('{}', {}, 'traces'), 422, 'bad-request');

  assert.match(problem.errors?.[0]?.message ?? '', /metrics/);
});

test('an empty body is fine and holds nothing', async () =>
  assert.deepEqual((await post('')).body, { accepted: 0, rejected: [], rejected_total: 0 }));

test('under back-pressure the answer is 429 with the time to come back, and nothing was taken', async () => {
  const held = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  before_store = () => {
    entered.resolve();
    return held.promise;
  };

  const first = post(ndjson(line(`held ${'x'.repeat(600)}`, NOW)));
  await entered.promise;
  const second = await post(ndjson(line(`refused ${'x'.repeat(600)}`, NOW)));
  before_store = async () => undefined;
  held.resolve();

  problemOf(second, 429, 'overloaded');
  assert.ok(Number(second.headers['retry-after']) >= 1);
  assert.equal((await first).body.accepted, 1);
  assert.equal(await count('refused'), 0);
});

test('while the store is away the answer is 503, and the same key later is exact', async () => {
  const headers = { 'idempotency-key': 'away-1' };
  before_store = async () => {
    throw new StoreAwayError('the log store does not answer');
  };

  const away = await post(ndjson(line('survivor', NOW)), headers);
  before_store = async () => undefined;
  const later = await post(ndjson(line('survivor', NOW)), headers);

  problemOf(away, 503, 'store-away');
  assert.ok(Number(away.headers['retry-after']) >= 1);
  assert.equal(later.body.accepted, 1);
  assert.equal(await count('survivor'), 1);
});

test('without the lease the intake says so with 503', async () => {
  const open = api.push.peek();
  api.push.set(null);

  const answer = await post(ndjson(line('standby', NOW)));
  api.push.set(open);

  problemOf(answer, 503, 'standby');
  assert.ok(Number(answer.headers['retry-after']) >= 1);
});
