import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { replayFreshness } from '../../../lineage/lag/replay.ts';
import { UserError } from '../../../model/errors.ts';

async function* lines(records: readonly unknown[]): AsyncGenerator<string> {
  for (const record of records) yield typeof record === 'string' ? record : JSON.stringify(record);
}

async function replay(records: readonly unknown[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for await (const line of replayFreshness(lines(records))) answers.push(JSON.parse(line));
  return answers;
}

const GRAPH = {
  type: 'graph',
  hops: [
    { hop: 'etl', inputs: ['ods'], output: 'dw', window_ms: null, allowed_ooo_ms: 0, delivery: 'at_least_once' },
    { hop: 'agg', inputs: ['dw'], output: null, window_ms: null, allowed_ooo_ms: 0, delivery: 'at_least_once' },
  ],
};

function cycle(second: number, etl: number, agg: number): unknown[] {
  const ts = second * 1000;
  return [
    { type: 'offsets', ts, hop: 'etl', topic: 'ods', partition: 0, end_offset: second, position: etl },
    { type: 'offsets', ts, hop: 'agg', topic: 'dw', partition: 0, end_offset: etl, position: agg },
  ];
}

describe('freshness replay', () => {
  test('answers each query with exactly the fields of the contract', async () => {
    const rows = Array.from({ length: 31 }, (_, i) =>
      cycle(i * 10, Math.max(0, i * 10 - 20), Math.max(0, i * 10 - 60)),
    ).flat();

    const answers = await replay([GRAPH, ...rows, { type: 'query', ts: 300_000 }]);

    assert.deepEqual(answers, [
      {
        ts: 300_000,
        sink: 'agg',
        age_ms: 60_000,
        // Each position equals an end offset sampled: what came next may have come at once, or 10 s later.
        age_low_ms: 40_000,
        age_high_ms: 60_000,
        complete_up_to: 240_000,
        lag_sum_ms: 60_000,
        blame: 'agg',
        residence_ms: { agg: 40_000, etl: 20_000 },
        per_source: { ods: { age_ms: 60_000, complete_up_to: 240_000 } },
        stale: [],
        status: { agg: 'WARN', etl: 'WARN' },
        rules: [],
        eta_ms: null,
      },
    ]);
  });

  test('a query sees the rows before it and none after, also at the same instant', async () => {
    const query = { type: 'query', ts: 20_000, sink: 'dw' };

    const [before, after] = await replay([
      GRAPH,
      ...cycle(0, 0, 0),
      ...cycle(10, 10, 10),
      query,
      ...cycle(20, 15, 15),
      query,
    ]);

    assert.deepEqual(
      [before, after].map(answer => (answer as { age_high_ms: number }).age_high_ms),
      [10_000, 10_000],
    );
    assert.deepEqual(
      [before, after].map(answer => (answer as { age_ms: number }).age_ms),
      [0, 5_000],
    );
  });

  test('before any row everything is null and every hop is stale', async () => {
    const [answer] = await replay([GRAPH, { type: 'query', ts: 5 }]);

    assert.deepEqual(answer, {
      ...{ ts: 5, sink: 'agg', age_ms: null, age_low_ms: null, age_high_ms: null, complete_up_to: null },
      ...{ lag_sum_ms: null, blame: null, residence_ms: {}, per_source: {}, stale: ['agg', 'etl'] },
      ...{ status: { agg: 'UNKNOWN', etl: 'UNKNOWN' }, rules: [], eta_ms: null },
    });
  });

  const mistakes: { sentence: string; records: readonly unknown[]; says: RegExp }[] = [
    { sentence: 'a line that is not JSON', records: [GRAPH, '{'], says: /^line 2: not valid JSON/ },
    { sentence: 'a row without its fields', records: [GRAPH, { type: 'offsets', ts: 1 }], says: /^line 2: topic/ },
    { sentence: 'an unknown type', records: [{ type: 'nothing' }], says: /^line 1: type/ },
    { sentence: 'a query before the graph', records: [{ type: 'query', ts: 1 }], says: /^line 1: .*graph/ },
    { sentence: 'a sink nobody knows', records: [GRAPH, { type: 'query', ts: 1, sink: 'x' }], says: /^line 2: .*"x"/ },
    {
      sentence: 'a query that leaves open which of two sinks',
      records: [
        { type: 'graph', hops: [...GRAPH.hops, { ...GRAPH.hops[1], hop: 'other' }] },
        { type: 'query', ts: 1 },
      ],
      says: /^line 2: .*2 hops without output/,
    },
  ];
  for (const { sentence, records, says } of mistakes) {
    test(`names the line of ${sentence}`, async () => {
      await assert.rejects(replay(records), error => error instanceof UserError && says.test(error.message));
    });
  }

  test('told to skip, it names the lines and answers as if they were not there', async () => {
    const good = [GRAPH, ...cycle(0, 0, 0), ...cycle(10, 10, 4), { type: 'query', ts: 10_000 }];
    const bad = ['{', { type: 'offsets', ts: 1 }, { type: 'query', ts: 1, sink: 'x' }];
    const issues: number[] = [];
    const answers: unknown[] = [];
    const mixed = [bad[2], GRAPH, bad[0], ...good.slice(1, 4), bad[1], bad[2], ...good.slice(4)];

    for await (const line of replayFreshness(lines(mixed), issue => issues.push(issue.line)))
      answers.push(JSON.parse(line));

    assert.deepEqual(issues, [1, 3, 7, 8]);
    assert.deepEqual(answers, await replay(good));
  });

  test('unknown fields, nulls and blank lines are no mistakes', async () => {
    const row = {
      type: 'offsets',
      ts: 0,
      hop: 'agg',
      topic: 'dw',
      partition: 0,
      end_offset: 1,
      position: 1,
      committed: null,
      x: 1,
    };

    assert.equal((await replay([GRAPH, '', row, { type: 'query', ts: 0, sink: 'dw' }])).length, 1);
  });
});
