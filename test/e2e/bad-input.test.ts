/** What does not belong in a stream: it is refused by name or kept as a dead letter, and everything beside it goes on. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startElasticsearch, type TestElasticsearch } from '../servers/elasticsearch.ts';
import { type Daemon, scratchDir, startDaemon, writeConfig } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { type Broker, createTopics, startBroker, TOPICS } from './broker.ts';
import { parameters } from './captured-run/answers.ts';

const STORES = ['elasticsearch', 'sqlite'] as const;
type StoreName = (typeof STORES)[number];
const YEAR = 365 * 86_400_000;

interface Rejection {
  readonly line: number;
  readonly code: string;
}
interface Answer {
  readonly accepted: number;
  readonly rejected: readonly Rejection[];
  readonly rejected_total: number;
}
interface Letter {
  readonly code: string;
  readonly topic: string;
  readonly utf8?: string;
  readonly base64?: string;
}

const dir = scratchDir();
let broker: Broker;
let elasticsearch: TestElasticsearch;
let daemons: Readonly<Record<StoreName, Daemon>>;

before(
  async () => {
    [broker, elasticsearch] = await Promise.all([startBroker(), startElasticsearch()]);
    await createTopics(broker.admin, { [`${TOPICS.logs}.dlq`]: 1 });
    const start = (store: StoreName, more: object): Promise<Daemon> =>
      startDaemon(
        writeConfig(dir, store, {
          http: { port: 0 },
          data_dir: store,
          kafka: { brokers: broker.server.brokers, group: store },
          ...more,
        }),
      );
    const es = { node: elasticsearch.node, refresh_interval: '1s' };
    const [first, second] = await Promise.all([start('elasticsearch', { elasticsearch: es }), start('sqlite', {})]);
    daemons = { elasticsearch: first, sqlite: second };
    for (const daemon of [first, second]) await until('ready', async () => (await daemon.readiness()).ready);
  },
  { timeout: 200_000 },
);
after(async () => {
  await Promise.all(Object.values(daemons ?? {}).map(daemon => daemon.stop()));
  await Promise.all([broker?.close(), elasticsearch?.kill()]);
});

function line(message: string, more: object = {}): string {
  return JSON.stringify({ ts: Date.now(), level: 'INFO', logger: 'x.Y', message, job_name: 'bad_input', ...more });
}

function metric(value: unknown, more: object = {}): string {
  return JSON.stringify({ ts: Date.now(), name: 'bad_input', vars: { job_name: 'bad_input' }, value, ...more });
}

/** NDJSON of texts and bytes. */
function body(records: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(records.flatMap(record => [Buffer.from(record), Buffer.from('\n')]));
}

const manyKeys = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key-${i}`, `value ${i}`]));
const twoMegabytes = 'x'.repeat(2 * 1024 * 1024);

/** A log record of each bad kind with the code it is refused by. */
const BAD_LINES: readonly (readonly [sentence: string, record: string | Buffer, code: string])[] = [
  ['broken JSON', '{"message": "cut off', 'not-json'],
  ['a line of 2 MB', line(twoMegabytes), 'too-large'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'not-utf8'],
  ['an empty line', '', 'empty'],
  ['a level that is an object', line('x', { level: { name: 'INFO' } }), 'bad-field'],
  ['an object that is no log event', '{"hello": "world"}', 'unknown-shape'],
];

const BAD_METRICS: typeof BAD_LINES = [
  ['text that is no JSON', 'hello', 'not-json'],
  ['a list', '[1, 2]', 'not-object'],
  ['a record of 2 MB', metric(twoMegabytes), 'too-large'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'not-utf8'],
  ['an empty line', '', 'empty'],
  ['a value of the wrong type', metric({ high: 1 }), 'bad-field'],
  ['a time of the wrong type', metric(1, { ts: 'yesterday' }), 'bad-field'],
  ['a time a year ahead', metric(1, { ts: Date.now() + YEAR }), 'ts-future'],
  ['a time a year ago', metric(1, { ts: Date.now() - YEAR }), 'ts-expired'],
];

async function messages(daemon: Daemon, q: string): Promise<string[]> {
  const { items } = await daemon.get<{ items: { message: string }[] }>(`/api/v1/logs/search?${parameters({ q })}`);
  return items.map(item => item.message).sort();
}

for (const store of STORES) {
  describe(`over HTTP into ${store}`, () => {
    for (const [stream, bad, good] of [
      ['logs', BAD_LINES, line],
      ['metrics', BAD_METRICS, (text: string) => metric(1, { name: text.replace(' ', '_') })],
    ] as const) {
      test(`${stream}: each bad line is refused by name, the lines around it are taken`, async () => {
        const records = bad.flatMap(([, record], i) => [record, good(`http ${i}`)]);

        const { status, body: answer } = await daemons[store].post<Answer>(`/api/v1/ingest/${stream}`, body(records));

        assert.equal(status, 200);
        assert.equal(answer.accepted, bad.length);
        assert.equal(answer.rejected_total, bad.length);
        assert.deepEqual(
          answer.rejected.map(({ line: at, code }) => [at, code]),
          bad.map(([, , code], i) => [2 * i + 1, code]),
        );
      });
    }

    test('the good lines can be searched at once', async () => {
      const { body: answer } = await daemons[store].post<Answer>(
        '/api/v1/ingest/logs',
        body([line('visible at once')]),
      );

      assert.equal(answer.accepted, 1);
      assert.deepEqual(await messages(daemons[store], '"visible at once"'), ['visible at once']);
    });

    test('an MDC of 10,000 keys is cut, not refused', async () => {
      const records = [line('with a large context', { mdc: { ...manyKeys, 'flink-job-id': 'a1b2' } })];

      const { body: answer } = await daemons[store].post<Answer>('/api/v1/ingest/logs', body(records));

      assert.deepEqual(answer, { accepted: 1, rejected: [], rejected_total: 0 });
      const path = `/api/v1/logs/search?${parameters({ q: '"with a large context"' })}`;
      const { items } = await daemons[store].get<{ items: { job_id: string }[] }>(path);
      assert.deepEqual(
        items.map(item => item.job_id),
        ['a1b2'],
      );
      assert.ok(((await daemons[store].metric('tidewatch_log_fields_cut_total{field="mdc"}')) ?? 0) > 0);
    });

    test('a line from another year keeps its own time beside that of its receipt', async () => {
      const [past, future] = [Date.now() - 20 * YEAR, Date.now() + 20 * YEAR];

      await daemons[store].post(
        '/api/v1/ingest/logs',
        body([line('time travel', { ts: past }), line('time travel', { ts: future })]),
      );

      const path = `/api/v1/logs/search?${parameters({ q: '"time travel"' })}`;
      const { items } = await daemons[store].get<{ items: { ts: number; ts_original: number }[] }>(path);
      assert.deepEqual(
        items.map(item => item.ts_original).sort((a, b) => a - b),
        [past, future],
      );
      assert.ok(items.every(item => Math.abs(item.ts - Date.now()) < 60_000));
    });

    test('the same key twice, and ten times at once, counts once and gets the first answer', async () => {
      const records = body([line(`keyed on ${store}`), '{broken']);
      const send = (key: string) =>
        daemons[store].post<Answer>('/api/v1/ingest/logs', records, { 'idempotency-key': key });

      const first = await send('key-1');
      const again = await send('key-1');
      const atOnce = await Promise.all(Array.from({ length: 10 }, () => send('key-2')));

      assert.deepEqual(again.body, first.body);
      assert.deepEqual(first.body.accepted, 1);
      for (const { status, body: answer } of atOnce)
        assert.deepEqual({ status, answer }, { status: 200, answer: first.body });
      assert.equal((await messages(daemons[store], `"keyed on ${store}"`)).length, 2, 'one line for each key');
    });

    test('the same body without a key counts once', async () => {
      const records = body([line('sent again')]);

      const answers = [];
      for (let i = 0; i < 3; i++) answers.push(await daemons[store].post<Answer>('/api/v1/ingest/logs', records));

      assert.deepEqual(
        answers.map(answer => answer.body.accepted),
        [1, 1, 1],
      );
      assert.deepEqual(await messages(daemons[store], '"sent again"'), ['sent again']);
    });
  });
}

test('over Kafka: bad records become dead letters with their bytes and reason, good ones are stored', {
  timeout: 400_000,
}, async () => {
  const alternating = (bad: typeof BAD_LINES, good: (text: string) => string) =>
    bad.flatMap(([, value], i) => [value, good(`kafka ${i}`)]).map(value => ({ ts: Date.now(), value }));
  await broker.send(TOPICS.logs, alternating(BAD_LINES, line));
  await broker.send(
    TOPICS.metrics,
    alternating(BAD_METRICS, text => metric(1, { name: text.replace(' ', '_') })),
  );

  for (const store of STORES) {
    const daemon = daemons[store];
    await until('the good lines', async () => (await messages(daemon, '"kafka"')).length === BAD_LINES.length);
    const stored = async (name: string): Promise<boolean> => {
      const query = parameters({ metric: name, matcher: 'job=bad_input' });
      return (await daemon.get<{ series: object[] }>(`/api/v1/metrics/query?${query}`)).series.length > 0;
    };
    for (const i of BAD_METRICS.keys()) await until(`the good metric ${i}`, () => stored(`kafka_${i}`));

    const isOfTopic = (letter: Letter): boolean => letter.topic === TOPICS.metrics;
    await until('the letters of the metrics', () => letters(store).filter(isOfTopic).length >= BAD_METRICS.length);
    const kept = letters(store).filter(isOfTopic);
    assert.deepEqual(
      kept.map(({ code }) => code),
      BAD_METRICS.map(([, , code]) => code),
    );
    const value = kept[3];
    assert.deepEqual(Buffer.from(value?.base64 ?? '', 'base64'), BAD_METRICS[3]?.[1], 'the bytes as they came');
    const { dead_letters } = await daemon.get<{ dead_letters: { total: number; kept: number } }>('/api/v1/status');
    assert.equal(dead_letters.total, dead_letters.kept, 'none is lost');
  }
  const written = async (): Promise<number> => {
    const ends = await broker.admin.fetchTopicOffsets(`${TOPICS.logs}.dlq`);
    return ends.reduce((sum, { offset }) => sum + Number(offset), 0);
  };
  await until(
    'the letters of the log in their own topic',
    async () => (await written()) >= STORES.length * BAD_LINES.length,
  );
  for (const store of STORES) assert.ok(!letters(store).some(({ topic }) => topic === TOPICS.logs), 'none beside it');
});

/** Letters that are written out: there may be none yet, and the last line may be half written. */
function letters(store: StoreName): Letter[] {
  const file = join(dir, store, 'dead-letters.ndjson');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map(json => JSON.parse(json) as Letter);
}
