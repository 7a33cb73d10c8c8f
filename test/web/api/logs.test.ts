import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Api, line, MINUTE, NOW, openApi, problemOf } from './fixture.ts';

interface Item {
  readonly id: string;
  readonly ts: number;
  readonly message: string;
  readonly job_name: string;
}
interface Page {
  readonly items: readonly Item[];
  readonly total: { readonly value: number; readonly relation: string };
  readonly next: string | null;
}

const FROM = NOW - 10 * MINUTE;
let api: Api;

before(async () => {
  api = await openApi();
  await api.take(
    'logs',
    line('checkpoint 1 done', FROM),
    line('slow produce 慢写入', FROM + MINUTE, { level: 'WARN' }),
    line('task failed', FROM + 2 * MINUTE, {
      level: 'ERROR',
      container_id: 'container_1_0001_01_000002',
      exception: {
        class: 'java.lang.OutOfMemoryError',
        message: 'Java heap space',
        stack: 'java.lang.OutOfMemoryError: Java heap space\n\tat a.B.c(B.java:1)',
        root: '',
      },
    }),
    line('of another job', FROM + 3 * MINUTE, { job_name: 'agg', app_id: 'application_1_0002', host: 'h2' }),
    line('of a session', FROM + 4 * MINUTE, { job_name: 'session', mdc: { 'flink-job-id': 'f'.repeat(32) } }),
  );
});
after(() => api.close());

const messages = async (query: string): Promise<string[]> =>
  (await api.get<Page>(`logs/search?${query}`)).items.map(i => i.message);

test('a found line has every field of the contract', async () => {
  const page = await api.get<Page>('logs/search?q=OutOfMemoryError');

  assert.deepEqual(page.total, { value: 1, relation: 'eq' });
  assert.equal(page.next, null);
  const { id, ...rest } = page.items[0] ?? { id: '' };
  assert.notEqual(id, '');
  assert.deepEqual(rest, {
    ts: FROM + 2 * MINUTE,
    level: 'ERROR',
    logger: 'org.apache.flink.Test',
    thread: 'main',
    message: 'task failed',
    exception: {
      class: 'java.lang.OutOfMemoryError',
      message: 'Java heap space',
      stack: 'java.lang.OutOfMemoryError: Java heap space\n\tat a.B.c(B.java:1)',
    },
    job_name: 'etl',
    job_id: '',
    app_id: 'application_1_0001',
    container_id: 'container_1_0001_01_000002',
    host: 'h1',
    role: 'taskmanager',
  });
});

const iso = (t: number): string => new Date(t).toISOString();
const SEARCHES: readonly (readonly [sentence: string, query: string, found: readonly string[]])[] = [
  ['by job, newest first', 'job=etl', ['task failed', 'slow produce 慢写入', 'checkpoint 1 done']],
  ['by application', 'app=application_1_0002', ['of another job']],
  ['by container prefix', 'container=container_1_0001_01*&job=etl&level=ERROR', ['task failed']],
  ['by level, from a level up', 'level=>=WARN', ['task failed', 'slow produce 慢写入']],
  ['by host', 'host=h2', ['of another job']],
  ['by logger and words', 'logger=org.apache.flink.*&q=checkpoint', ['checkpoint 1 done']],
  ['by the search language', 'q=level:WARN AND 写入', ['slow produce 慢写入']],
  [
    'by a range of epoch milliseconds, the end left out',
    `from=${FROM + MINUTE}&to=${FROM + 2 * MINUTE}`,
    ['slow produce 慢写入'],
  ],
  ['by a range of ISO times', `from=${iso(FROM + MINUTE)}&to=${iso(FROM + 2 * MINUTE)}`, ['slow produce 慢写入']],
];
for (const [sentence, query, found] of SEARCHES) {
  test(`search ${sentence}`, async () => assert.deepEqual(await messages(encodeURI(query)), found));
}

test('a cursor continues where the page ended, to the end', async () => {
  const seen: string[] = [];
  let cursor = '';
  for (let pages = 0; pages < 10; pages++) {
    const page = await api.get<Page>(`logs/search?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    seen.push(...page.items.map(i => i.message));
    if (page.next === null) break;
    cursor = page.next;
  }

  assert.deepEqual(seen, ['of a session', 'of another job', 'task failed', 'slow produce 慢写入', 'checkpoint 1 done']);
});

test('a line of a session cluster has its job’s name once the id is known, and until then the session’s', async () => {
  assert.deepEqual(await messages('job=session'), ['of a session']);
  await api.take('jobs', { type: 'job', ts: NOW, job_name: 'clicks', job_id: 'f'.repeat(32) });

  const page = await api.get<Page>('logs/search?job=clicks');

  assert.deepEqual(
    page.items.map(i => [i.message, i.job_name]),
    [['of a session', 'clicks']],
  );
  assert.deepEqual(await messages('job=session'), []);
});

test('the histogram counts levels per interval', async () => {
  const { buckets } = await api.get<{ buckets: { t: number; counts: Record<string, number> }[] }>(
    `logs/histogram?interval=5m&from=${FROM}&to=${NOW}`,
  );

  assert.deepEqual(buckets, [{ t: FROM, counts: { ERROR: 1, INFO: 3, WARN: 1 } }]);
});

test('facets count the values of a field among the lines found', async () => {
  const { values } = await api.get<{ values: { value: string; count: number }[] }>('logs/facets?field=level&job=etl');

  assert.deepEqual(
    [...values].sort((a, b) => (a.value < b.value ? -1 : 1)),
    [
      { value: 'ERROR', count: 1 },
      { value: 'INFO', count: 1 },
      { value: 'WARN', count: 1 },
    ],
  );
});

test('without a field, facets are those of every field', async () => {
  const { facets } = await api.get<{ facets: Record<string, { value: string; count: number }[]> }>(
    'logs/facets?q=OutOfMemoryError&limit=1',
  );

  assert.deepEqual(facets, {
    job: [{ value: 'etl', count: 1 }],
    app: [{ value: 'application_1_0001', count: 1 }],
    container: [{ value: 'container_1_0001_01_000002', count: 1 }],
    level: [{ value: 'ERROR', count: 1 }],
    logger: [{ value: 'org.apache.flink.Test', count: 1 }],
    host: [{ value: 'h1', count: 1 }],
    exception: [{ value: 'java.lang.OutOfMemoryError', count: 1 }],
  });
  problemOf(await api.ask('GET', 'logs/facets?field=message'), 422, 'bad-request');
});

test('around gives the neighbours of a line, oldest first, within its container unless told otherwise', async () => {
  const [item] = (await api.get<Page>('logs/search?q=slow')).items;
  const ask = (more: string) =>
    api.get<{ before: Item[]; line: Item; after: Item[] }>(
      `logs/around?id=${encodeURIComponent(item?.id ?? '')}${more}`,
    );

  const inContainer = await ask('');
  const inJob = await ask('&scope=job&before=1&after=5');
  const inAll = await ask('&scope=all&after=2');

  assert.equal(inContainer.line.id, item?.id);
  assert.deepEqual(
    inContainer.before.map(i => i.message),
    ['checkpoint 1 done'],
  );
  assert.deepEqual(
    inJob.after.map(i => i.message),
    ['task failed'],
  );
  assert.deepEqual(
    inAll.after.map(i => i.message),
    ['task failed', 'of another job'],
  );
});

const REFUSED: readonly (readonly [sentence: string, url: string, status: number, code: string, place?: string])[] = [
  ['an unknown field', 'logs/search?jobb=etl', 422, 'bad-request', ''],
  ['a limit out of bounds', 'logs/search?limit=0', 422, 'bad-request', 'limit'],
  ['a time that is none', 'logs/search?from=yesterday', 422, 'bad-request', 'from'],
  ['a range that ends before it begins', 'logs/search?from=2&to=1', 422, 'bad-request', 'from'],
  ['an unknown level', 'logs/search?level=LOUD', 422, 'bad-query'],
  ['a cursor the server never gave', 'logs/search?cursor=zzz', 422, 'bad-cursor'],
  [
    'a histogram of too many buckets',
    'logs/histogram?interval=1s&from=0&to=1000000000',
    422,
    'bad-request',
    'interval',
  ],
  ['a facet of no field', 'logs/facets?field=message', 422, 'bad-request', 'field'],
  ['the surroundings of an unknown line', 'logs/around?id=nope', 404, 'not-found'],
];
for (const [sentence, url, status, code, place] of REFUSED) {
  test(`${sentence} is refused`, async () => {
    const problem = problemOf(await api.ask('GET', url), status, code);

    if (place !== undefined) assert.equal(problem.errors?.[0]?.path, place);
  });
}

test('a query that cannot be read says at which position', async () => {
  const problem = problemOf(await api.ask('GET', `logs/search?q=${encodeURIComponent('a AND (b')}`), 422, 'bad-query');

  assert.equal(typeof problem.errors?.[0]?.position, 'number');
});
