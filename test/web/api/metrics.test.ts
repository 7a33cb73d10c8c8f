import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Api, MINUTE, NOW, openApi, point, problemOf, SECOND } from './fixture.ts';

interface Series {
  readonly series: readonly { readonly labels: Record<string, string>; readonly points: readonly [number, number][] }[];
  readonly next: string | null;
}
interface Groups {
  readonly groups: readonly { readonly labels: Record<string, string>; readonly points: readonly [number, number][] }[];
  readonly partial: boolean;
  readonly watermark: number;
}

const T = NOW - 5 * MINUTE;
let api: Api;

/** A batched record of one task's and one operator's group. */
function flinkRecord(ts: number, subtask: string, busy: number): object {
  const vars = {
    job_name: 'etl',
    job_id: 'a'.repeat(32),
    task_name: 'Source',
    subtask_index: subtask,
    tm_id: 'tm-1',
    host: 'h1',
  };
  return {
    v: 1,
    ts,
    env: { app_id: 'application_1_0001', container_id: 'container_1', job_name: 'etl', host: 'h1' },
    vars: { host: 'h1', tm_id: 'tm-1' },
    groups: [
      {
        scope: 'taskmanager.job.task',
        vars,
        gauges: { busyTimeMsPerSecond: busy },
        counters: { numRecordsOut: busy * 10 },
        meters: {},
        histograms: {},
      },
      {
        scope: 'taskmanager.job.task.operator',
        vars: { ...vars, operator_name: 'Calc' },
        gauges: { pendingRecords: busy },
        counters: { numRecordsOut: busy * 10 + 1 },
        meters: {},
        histograms: {},
      },
    ],
  };
}

before(async () => {
  api = await openApi();
  await api.take(
    'metrics',
    flinkRecord(T, '0', 100),
    flinkRecord(T + MINUTE, '0', 400),
    flinkRecord(T + MINUTE, '1', 900),
  );
  await api.take(
    'metrics',
    ...[1, 2, 3, 4].map(i => point('queue', i * 10, T + i * MINUTE, { region: i % 2 === 0 ? 'east' : 'west' })),
  );
});
after(() => api.close());

const query = (body: object): Promise<Groups> =>
  api.ask<Groups>('POST', 'metrics/query', body).then(answer => {
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  });

test('stored points are read with both ends of the range', async () => {
  const answer = await api.get<Series>(`metrics/query?metric=queue&from=${T + MINUTE}&to=${T + 3 * MINUTE}`);

  assert.deepEqual(answer, {
    series: [
      { labels: { region: 'east' }, points: [[T + 2 * MINUTE, 20]] },
      {
        labels: { region: 'west' },
        points: [
          [T + MINUTE, 10],
          [T + 3 * MINUTE, 30],
        ],
      },
    ],
    next: null,
  });
});

test('matchers may be repeated and take every operator', async () => {
  const of = async (...matchers: string[]) =>
    (
      await api.get<Series>(
        `metrics/query?metric=queue&${matchers.map(m => `matcher=${encodeURIComponent(m)}`).join('&')}`,
      )
    ).series.map(s => s.labels['region']);

  assert.deepEqual(await of('region=east'), ['east']);
  assert.deepEqual(await of('region!=east'), ['west']);
  assert.deepEqual(await of('region=~e.*', 'region!~w.*'), ['east']);
});

test('a bare Flink name that is in one scope reads that metric', async () => {
  const { series } = await api.get<Series>(`metrics/query?metric=pendingRecords&from=${T}&to=${NOW}`);

  assert.deepEqual(
    series.map(s => [s.labels['__name__'], s.labels['operator'], s.labels['subtask'], s.points.length]),
    [
      [undefined, 'Calc', '0', 2],
      [undefined, 'Calc', '1', 1],
    ],
  );
});

test('a bare Flink name of several scopes gives each scope’s series with its full name', async () => {
  const { series } = await api.get<Series>(`metrics/query?metric=numRecordsOut&matcher=subtask%3D1`);
  const { groups } = await query({ metric: 'numRecordsOut', op: 'MAX', window: '10m', at: NOW, group_by: ['subtask'] });

  assert.deepEqual(
    series.map(s => [s.labels['__name__'], s.points[0]?.[1]]),
    [
      ['flink.operator.numRecordsOut', 9001],
      ['flink.task.numRecordsOut', 9000],
    ],
  );
  assert.deepEqual(
    groups.map(g => [g.labels, g.points]),
    [
      [{ __name__: 'flink.operator.numRecordsOut', subtask: '0' }, [[NOW, 4001]]],
      [{ __name__: 'flink.operator.numRecordsOut', subtask: '1' }, [[NOW, 9001]]],
      [{ __name__: 'flink.task.numRecordsOut', subtask: '0' }, [[NOW, 4000]]],
      [{ __name__: 'flink.task.numRecordsOut', subtask: '1' }, [[NOW, 9000]]],
    ],
  );
});

test('a full name and an alias read the same series, the alias in its own unit', async () => {
  const full = await query({ metric: 'flink.task.busyTimeMsPerSecond', op: 'MAX', window: '10m', at: NOW });
  const alias = await query({ metric: 'busy_ratio', op: 'MAX', window: '10m', at: NOW });

  assert.deepEqual(full.groups, [{ labels: {}, points: [[NOW, 900]] }]);
  assert.deepEqual(alias.groups, [{ labels: {}, points: [[NOW, 0.9]] }]);
});

test('series pages continue at the cursor', async () => {
  const first = await api.get<Series>('metrics/query?metric=queue&limit=1');
  const second = await api.get<Series>(
    `metrics/query?metric=queue&limit=1&cursor=${encodeURIComponent(first.next ?? '')}`,
  );

  assert.deepEqual(
    [...first.series, ...second.series].map(s => s.labels['region']),
    ['east', 'west'],
  );
  assert.equal(second.next, null);
});

const at = T + 4 * MINUTE;
const OPS: readonly (readonly [op: string, value: number])[] = [
  ['MAX', 40],
  ['MIN', 10],
  ['AVG', 25],
  ['SUM', 100],
  ['LAST', 40],
  ['COUNT', 4],
  ['P50', 25],
  ['P75', 32.5],
  ['P90', 37],
  ['P95', 38.5],
  ['P99', 39.7],
];
for (const [op, value] of OPS) {
  test(`${op} runs over all points of the window`, async () => {
    const { groups } = await query({ metric: 'queue', op, window: '4m', at });

    assert.deepEqual(groups[0]?.labels, {});
    assert.equal(groups[0]?.points[0]?.[0], at);
    assert.ok(Math.abs((groups[0]?.points[0]?.[1] ?? Number.NaN) - value) < 1e-9, `got ${groups[0]?.points[0]?.[1]}`);
  });
}

test('a window leaves its beginning out and takes its end in', async () => {
  const { groups } = await query({ metric: 'queue', op: 'COUNT', window: '3m', at });

  assert.deepEqual(groups[0]?.points, [[at, 3]]);
});

test('group_by keeps labels apart, "*" every label, matchers filter first', async () => {
  const by = await query({ metric: 'queue', op: 'SUM', window: '5m', at, group_by: ['region'] });
  const all = await query({ metric: 'queue', op: 'SUM', window: '5m', at, group_by: '*' });
  const matched = await query({
    metric: 'queue',
    op: 'SUM',
    window: '5m',
    at,
    matchers: { region: { op: '!=', value: 'east' } },
  });

  const expected = [
    { labels: { region: 'east' }, points: [[at, 60]] },
    { labels: { region: 'west' }, points: [[at, 40]] },
  ];
  const sorted = ({ groups }: Groups) =>
    [...groups].sort((a, b) => (String(a.labels['region']) < String(b.labels['region']) ? -1 : 1));
  assert.deepEqual(sorted(by), expected);
  assert.deepEqual(sorted(all), expected);
  assert.deepEqual(matched.groups, [{ labels: {}, points: [[at, 40]] }]);
});

test('an offset reads the past and stamps the present', async () => {
  const { groups } = await query({ metric: 'queue', op: 'LAST', window: '30s', at, offset: '2m' });

  assert.deepEqual(groups, [{ labels: {}, points: [[at, 20]] }]);
});

test('from, to and step give one value an instant; ISO times are taken', async () => {
  const { groups, partial, watermark } = await query({
    metric: 'queue',
    op: 'LAST',
    window: '1m',
    from: new Date(T + MINUTE).toISOString(),
    to: T + 3 * MINUTE,
    step: '1m',
  });

  assert.deepEqual(groups[0]?.points, [
    [T + MINUTE, 10],
    [T + 2 * MINUTE, 20],
    [T + 3 * MINUTE, 30],
  ]);
  assert.equal(partial, false);
  assert.equal(watermark, NOW);
});

test('lag and lag_records follow from pushed offsets in the very next query', async () => {
  const row = (partition: number, end: number, position: number) => ({
    type: 'offsets',
    ts: NOW - SECOND,
    hop: 'etl',
    topic: 'dw',
    partition,
    end_offset: end,
    position,
  });
  await api.take('offsets', row(0, 100, 60), row(1, 50, 50));

  const records = await api.get<Series>('metrics/query?metric=lag_records&matcher=topic=dw');
  const lag = await query({ metric: 'lag', op: 'LAST', window: '1m', group_by: ['job', 'topic'] });

  assert.deepEqual(
    records.series.map(s => [s.labels['partition'], s.points]),
    [
      ['0', [[NOW - SECOND, 40]]],
      ['1', [[NOW - SECOND, 0]]],
    ],
  );
  assert.deepEqual(lag.groups, [{ labels: { job: 'etl', topic: 'dw' }, points: [[NOW, 40]] }]);
});

test('the catalog names unit and meaning of every alias, and what is stored', async () => {
  const { items, next } = await api.get<{
    items: { name: string; kind: string; unit: string; meaning: { en: string; zh: string }; series: number }[];
    next: null;
  }>('metrics/catalog');

  const busy = items.find(i => i.name === 'busy_ratio');
  assert.equal(next, null);
  assert.equal(busy?.kind, 'alias');
  assert.equal(busy?.series, 2);
  for (const item of items.filter(i => i.kind === 'alias')) {
    assert.notEqual(item.meaning.en, '', item.name);
    assert.notEqual(item.meaning.zh, '', item.name);
  }
  assert.equal(items.find(i => i.name === 'queue')?.series, 2);
});

test('labels of a metric and the values of one label', async () => {
  const names = await api.get<{ items: string[] }>('metrics/labels?metric=queue');
  const values = await api.get<{ items: string[] }>('metrics/labels?metric=queue&label=region');

  assert.deepEqual(names.items, ['region']);
  assert.deepEqual(values.items, ['east', 'west']);
});

const valid = { metric: 'queue', op: 'MAX' };
const REFUSED: readonly (readonly [sentence: string, body: unknown, place: string])[] = [
  ['an unknown field', { ...valid, windw: '1m' }, ''],
  ['an unknown op', { ...valid, op: 'MEDIAN' }, 'op'],
  ['no metric', { op: 'MAX' }, 'metric'],
  ['a window that is no duration', { ...valid, window: 'long' }, 'window'],
  ['a window of nothing', { ...valid, window: '0s' }, 'window'],
  ['an instant and a range', { ...valid, at: 1, from: 0, to: 1, step: '1s' }, 'at'],
  ['a range without a step', { ...valid, from: 0, to: 1 }, 'at'],
  ['a range of too many steps', { ...valid, from: 0, to: NOW, step: '1s' }, 'step'],
  [
    'a matcher that is no regular expression',
    { ...valid, matchers: { region: { op: '=~', value: '(' } } },
    'matchers.region',
  ],
  ['a matcher of an unknown operator', { ...valid, matchers: { region: { op: '>', value: '1' } } }, 'matchers.region'],
];
for (const [sentence, body, place] of REFUSED) {
  test(`a query with ${sentence} is refused`, async () => {
    const problem = problemOf(await api.ask('POST', 'metrics/query', body), 422, 'bad-request');

    assert.equal(problem.errors?.[0]?.path, place);
  });
}

test('a matcher in the address that is none is refused', async () => {
  const problem = problemOf(await api.ask('GET', 'metrics/query?metric=queue&matcher=region'), 422, 'bad-request');

  assert.equal(problem.errors?.[0]?.path, 'matcher');
});
