import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { indexGraph } from '../../../lineage/lag/freshness.ts';
import { freshnessAt, type HistoryParts } from '../../../lineage/lag/history.ts';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import { addRow } from '../../../lineage/lag/tables/offset-intake.ts';
import { createTableKeeper } from '../../../lineage/lag/tables/table-keeper.ts';
import type { Json } from '../../../model/json.ts';
import type { WindowQuery } from '../../../store/metric-store.ts';

const HOUR = 3_600_000;
const GRAPH = indexGraph({
  hops: [
    { hop: 'etl', inputs: ['ods'], output: 'dw', windowMs: null, allowedOooMs: 0, delivery: 'at_least_once' },
    { hop: 'agg', inputs: ['dw'], output: null, windowMs: null, allowedOooMs: 0, delivery: 'at_least_once' },
  ],
});
const REPORTS = [{ name: 'sales', owner: 'bi', reads: ['dw'] }];

/** A day of one record a second; etl stalls from hour 6 to 7 and is level again at once; it says nothing from hour 10 to 11. */
function day(): OffsetTables {
  const tables = new OffsetTables();
  for (let t = 10 * HOUR; t <= 34 * HOUR; t += 30_000) {
    const hour = t / HOUR - 10;
    const end = t / 1000;
    const written = hour >= 6 && hour < 7 ? 16 * 3600 : end;
    const isSilent = hour > 10 && hour < 11;
    const row = { type: 'offsets', ts: t, partition: 0 } as const;
    addRow(tables, {
      ...row,
      hop: isSilent ? '' : 'etl',
      topic: 'ods',
      endOffset: end,
      ...(!isSilent && { position: written }),
    });
    addRow(tables, { ...row, hop: 'agg', topic: 'dw', endOffset: written, position: written });
  }
  return tables;
}

/** Stored series of the last week: the report was 7 min old all the time. */
function stored(known: Readonly<Record<string, number>>, asked: WindowQuery[] = []): HistoryParts['metrics'] {
  return {
    window(query) {
      asked.push(query);
      const name = query.names[0]!.name;
      if (name === 'residence_ms' && known['residence_ms'] !== undefined) {
        return Promise.resolve([
          { labels: { hop: 'agg' }, points: [[query.at[0]!, 60_000]] },
          { labels: { hop: 'etl' }, points: [[query.at[0]!, known['residence_ms']]] },
        ]);
      }
      const value = known[name];
      return Promise.resolve(value === undefined ? [] : [{ labels: {}, points: [[query.at[0]!, value]] }]);
    },
  };
}

const NOTHING = stored({});

describe('what the age was, and why', () => {
  const tables = day();
  const parts: HistoryParts = { graph: GRAPH, tables, reports: REPORTS, metrics: NOTHING };

  test('within the tables the same composition answers, thinned samples and all', async () => {
    const answer = await freshnessAt(parts, 'agg', 16.5 * HOUR);

    assert.ok(answer !== null && Math.abs(answer.age_ms! - 0.5 * HOUR) < 60_000, `${answer?.age_ms}`);
    assert.equal(answer.blame, 'etl');
    assert.ok(answer.complete_up_to! <= 16 * HOUR, 'the safe bound holds');
    assert.ok(!answer.rules.includes('from-series'));
  });

  test('a report is as old as the oldest of what it reads', async () => {
    const answer = await freshnessAt(parts, 'sales', 16.5 * HOUR);

    assert.ok(answer !== null && 'report' in answer);
    assert.equal(answer.oldest, 'dw');
    assert.ok(Math.abs(answer.age_ms! - 0.5 * HOUR) < 60_000);
  });

  test('who was silent then is told, who was only thinned is not', async () => {
    const stale = async (hour: number): Promise<readonly string[]> =>
      (await freshnessAt(parts, 'agg', (10 + hour) * HOUR))!.stale;

    assert.deepEqual([await stale(10.5), await stale(9.5), await stale(3), await stale(12)], [['etl'], [], [], []]);
  });

  test('a restart changes no answer', async () => {
    const docs = new Map<string, Json>();
    const state = {
      list: () => Promise.resolve([...docs].map(([id, body]) => ({ id, body, version: '1' }))),
      putMany: (_kind: string, all: readonly { id: string; body: Json }[]) => {
        for (const { id, body } of all) docs.set(id, JSON.parse(JSON.stringify(body)));
        return Promise.resolve();
      },
      delete: () => Promise.resolve(),
    };
    await createTableKeeper(tables, state as never).persist(34 * HOUR, { all: true });
    const restored = new OffsetTables();
    assert.equal(await createTableKeeper(restored, state as never).restore(), 0);

    for (const hour of [1, 6.5, 7, 10.5, 20, 24]) {
      const at = (10 + hour) * HOUR;
      assert.deepEqual(
        await freshnessAt({ ...parts, tables: restored }, 'agg', at),
        await freshnessAt(parts, 'agg', at),
      );
    }
  });

  test('before the tables the recorded series answer, and say so', async () => {
    const asked: WindowQuery[] = [];
    const known = {
      age_ms: 420_000,
      age_low_ms: 400_000,
      age_high_ms: 450_000,
      lag_sum_ms: 100_000,
      residence_ms: 360_000,
    };
    const answer = await freshnessAt({ ...parts, metrics: stored(known, asked) }, 'sales', 2 * HOUR);

    assert.ok(answer !== null);
    const { age_ms, age_low_ms, age_high_ms, complete_up_to, lag_sum_ms, blame, residence_ms, rules } = answer;
    assert.deepEqual(
      { age_ms, age_low_ms, age_high_ms, complete_up_to, lag_sum_ms, blame, residence_ms, rules },
      {
        ...{ age_ms: 420_000, age_low_ms: 400_000, age_high_ms: 450_000, complete_up_to: 2 * HOUR - 450_000 },
        ...{ lag_sum_ms: 100_000, blame: 'etl', residence_ms: { agg: 60_000, etl: 360_000 }, rules: ['from-series'] },
      },
    );
    assert.ok(asked.every(query => query.matchers.some(({ label, value }) => label === 'report' && value === 'sales')));
  });

  test('where no series was recorded the assumption of the tables is told as such', async () => {
    const answer = await freshnessAt(parts, 'agg', 2 * HOUR);

    assert.ok(answer !== null);
    assert.ok(answer.rules.includes('before-table'));
    assert.equal(answer.complete_up_to, null);
  });

  test('nobody of that name', async () => {
    assert.equal(await freshnessAt(parts, 'nobody', 20 * HOUR), null);
  });
});

describe('the graph of then', () => {
  const tables = day();
  const metrics = NOTHING;
  /** Until hour 20 `etl` wrote to nobody. */
  const then = indexGraph({
    hops: [{ hop: 'etl', inputs: ['ods'], output: null, windowMs: null, allowedOooMs: 0, delivery: 'at_least_once' }],
  });
  const firstKnown = new Map([
    ['etl', 12 * HOUR],
    ['agg', 20 * HOUR],
  ]);
  const parts: HistoryParts = { graph: then, today: GRAPH, firstKnown, tables, reports: REPORTS, metrics };

  test('is the one an answer follows, and says from when on it is known', async () => {
    const answer = await freshnessAt(parts, 'etl', 16.5 * HOUR);
    assert.deepEqual(Object.keys(answer?.per_source ?? {}), ['ods']);
    assert.equal(answer?.known_from, 12 * HOUR);
    assert.ok(!answer?.rules.includes('graph-assumed'));
  });

  test('is assumed before any job was told of', async () => {
    const answer = await freshnessAt(parts, 'etl', 11 * HOUR);
    assert.equal(answer?.known_from, 12 * HOUR);
    assert.ok(answer?.rules.includes('graph-assumed'));
  });

  test('has no age for a dataset that nobody wrote then, though somebody does now', async () => {
    const answer = await freshnessAt(parts, 'dw', 16.5 * HOUR);
    assert.deepEqual([answer?.age_ms, answer?.rules, answer?.known_from], [null, ['not-written-then'], null]);
    assert.equal(await freshnessAt(parts, 'nobody', 16.5 * HOUR), null);
  });

  test('is that of today where nobody keeps another', async () => {
    const answer = await freshnessAt({ graph: GRAPH, tables, reports: REPORTS, metrics }, 'agg', 16.5 * HOUR);
    assert.equal(answer?.known_from, null);
  });
});
