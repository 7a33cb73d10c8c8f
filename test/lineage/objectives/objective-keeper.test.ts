import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CatchUp } from '../../../lineage/lag/catch-up.ts';
import type { Report } from '../../../lineage/lag/freshness-series.ts';
import type { ReportFreshness } from '../../../lineage/lag/report-answer.ts';
import { MinutesHeard } from '../../../lineage/lag/tables/minutes-heard.ts';
import { createObjectiveKeeper, type ObjectiveKeeper } from '../../../lineage/objectives/objective-keeper.ts';
import { ManualClock } from '../../../model/clock.ts';
import { StoreAwayError } from '../../../model/errors.ts';
import type { Json } from '../../../model/json.ts';
import { createTelemetry } from '../../../model/telemetry.ts';
import { MemoryMetricStore } from '../../../store/memory-metrics.ts';
import type { Doc } from '../../../store/state-store.ts';
import { reportAnswer } from './answer-fixture.ts';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const REPORT: Report = { name: 'GMV', owner: 'trade', reads: ['druid://p/gmv'], slo: { ageMs: MINUTE, target: 0.99 } };

/** Documents in memory; `isAway` makes it a store that does not answer. */
function memoryState() {
  const docs = new Map<string, Doc>();
  const state = {
    isAway: false,
    docs,
    async list<T>(): Promise<readonly Doc<T>[]> {
      return [...docs.values()] as unknown as readonly Doc<T>[];
    },
    async putMany(_kind: string, all: readonly { readonly id: string; readonly body: Json }[]): Promise<void> {
      if (state.isAway) throw new StoreAwayError('away');
      for (const { id, body } of all) docs.set(id, { id, body, version: '1', updatedAt: 0 });
    },
    async delete(_kind: string, id: string): Promise<void> {
      docs.delete(id);
    },
  };
  return state;
}

interface World {
  readonly clock: ManualClock;
  readonly keeper: ObjectiveKeeper;
  readonly state: ReturnType<typeof memoryState>;
  readonly metrics: MemoryMetricStore;
  readonly telemetry: ReturnType<typeof createTelemetry>;
  reports: readonly Report[];
  /** What the next looks see. */
  sees: Partial<ReportFreshness>;
  errors: number;
  /** Event time up to which rows have been taken in. */
  level: number;
  /** Of which minutes there were rows since the start. */
  readonly heard: MinutesHeard;
}

async function open(before?: World): Promise<World> {
  const clock = before?.clock ?? new ManualClock(NOW);
  const state = before?.state ?? memoryState();
  const metrics = before?.metrics ?? new MemoryMetricStore();
  const telemetry = createTelemetry();
  const heard = new MinutesHeard();
  const world: World = {
    clock,
    state,
    metrics,
    telemetry,
    reports: [REPORT],
    sees: { age_ms: 1000 },
    errors: 0,
    level: Number.POSITIVE_INFINITY,
    heard,
    keeper: createObjectiveKeeper({
      reports: () => world.reports,
      freshness: ts => world.reports.map(({ name }) => reportAnswer(name, { ts, ...world.sees })),
      catchUp: from => new CatchUp({ level: () => world.level, heard, from }),
      metricStore: metrics,
      state,
      clock,
      telemetry,
      onError: () => world.errors++,
    }),
  };
  await world.keeper.start();
  return world;
}

function runs(world: World, report = 'GMV'): readonly string[] {
  const all = world.keeper.tracked(report)?.ledger.runs ?? [];
  return all.map(({ from, to, verdict, hop }) => `${to - from} ${verdict}${hop === null ? '' : ` ${hop}`}`);
}

describe('minutes of reports', () => {
  test('the worst look of a minute is its verdict, with the hop of that look', async () => {
    const world = await open();
    await world.clock.advance(2 * MINUTE);
    world.sees = { age_ms: 90_000, blame: 'etl' };
    await world.clock.advance(10_000);
    world.sees = { age_ms: 1000 };
    await world.clock.advance(2 * MINUTE);

    assert.deepEqual(runs(world), ['2 good', '1 bad etl', '1 good']);
    await world.keeper.stop();
  });

  test('minutes of a downtime are judged once the rows of that time have been read', async () => {
    const first = await open();
    await first.clock.advance(5 * MINUTE);
    await first.keeper.stop();
    await first.clock.advance(7 * MINUTE);
    const second = await open(first);
    second.level = NOW + 5 * MINUTE;
    await second.clock.advance(10_000);
    assert.deepEqual(runs(second), ['5 good'], 'what is seen while the past is read has never been so');

    for (let t = NOW + 5 * MINUTE; t < NOW + 12 * MINUTE; t += 10_000) second.heard.note(t);
    second.level = Number.POSITIVE_INFINITY;
    await second.clock.advance(3 * MINUTE);

    assert.deepEqual(runs(second), ['15 good']);
    await second.keeper.stop();
  });

  test('a restart takes up the minutes, and those of the downtime were unwatched', async () => {
    const first = await open();
    await first.clock.advance(5 * MINUTE);
    await first.keeper.stop();
    await first.clock.advance(7 * MINUTE);
    const second = await open(first);
    await second.clock.advance(3 * MINUTE);

    const standing = second.keeper.standing('GMV');

    assert.deepEqual(runs(second), ['5 good', '7 unwatched', '3 good']);
    assert.deepEqual(standing?.minutes, { good: 8, bad: 0, unknown: 7, unwatched: 7 });
    await second.keeper.stop();
  });

  test('a kill loses no minute that was judged', async () => {
    const killed = await open();
    await killed.clock.advance(5 * MINUTE);
    const next = await open(killed);

    assert.deepEqual(runs(next), ['5 good']);
    await next.keeper.stop();
  });

  test('a store that is away delays the writing, is counted, and loses nothing', async () => {
    const world = await open();
    world.state.isAway = true;
    await world.clock.advance(3 * MINUTE);
    assert.ok(world.errors > 0);
    world.state.isAway = false;
    await world.clock.advance(2 * MINUTE);
    const next = await open(world);

    assert.deepEqual(runs(next), ['5 good']);
    const { values } = await world.telemetry.storeErrors.get();
    assert.deepEqual(
      values.map(({ labels }) => labels),
      [{ store: 'objective_minutes', reason: 'away' }],
    );
    await next.keeper.stop();
  });

  test('days beyond the period are dropped, here and in the store', async () => {
    const world = await open();
    world.reports = [{ ...REPORT, slo: { ageMs: MINUTE, target: 0.99, period: '3d' } }];
    await world.clock.advance(2 * MINUTE);
    for (let day = 0; day < 8; day++) await world.keeper.look(NOW + day * DAY + 5 * MINUTE);
    await world.keeper.look(NOW + 8 * DAY);

    const days = [...world.state.docs.keys()].map(id => Number(id.split('/')[0]) - Math.floor(NOW / DAY));
    assert.deepEqual(days, [4, 5, 6, 7]);
    const first = world.keeper.tracked('GMV')?.ledger.first ?? 0;
    assert.equal(first % 1440, 0);
    await world.keeper.stop();
  });

  test('a report that goes and comes back has its minutes; meanwhile nothing is told of it', async () => {
    const world = await open();
    await world.clock.advance(3 * MINUTE);
    world.reports = [];
    await world.clock.advance(2 * MINUTE);
    assert.equal(world.keeper.standing('GMV'), null);
    assert.deepEqual((await world.telemetry.sloBudgetLeft.get()).values, []);
    world.reports = [REPORT];
    await world.clock.advance(3 * MINUTE);
    assert.deepEqual(runs(world), ['4 good', '1 unwatched', '3 good']);
    await world.keeper.stop();
  });

  test('a report without an objective has no minutes', async () => {
    const world = await open();
    world.reports = [{ name: 'PV', owner: '', reads: [] }];
    await world.clock.advance(3 * MINUTE);

    assert.equal(world.keeper.standing('PV'), null);
    assert.equal(world.state.docs.size, 0);
    await world.keeper.stop();
  });

  test('budget and burn rates are series and gauges, once a minute', async () => {
    const world = await open();
    world.sees = { age_ms: 90_000, blame: 'etl' };
    await world.clock.advance(6 * MINUTE + 10_000);
    const at = NOW + 6 * MINUTE;
    const latest = async (name: string) =>
      (
        await world.metrics.window({
          names: [{ name }],
          matchers: [],
          groupBy: '*',
          op: 'LAST',
          windowMs: MINUTE,
          at: [at],
        })
      ).map(({ labels, points }) => [labels, Math.round((points[0]?.[1] ?? Number.NaN) * 1000) / 1000]);

    assert.deepEqual(await latest('slo_budget_left_ratio'), [
      [{ report: 'GMV' }, Math.round((1 - 6 / 432) * 1000) / 1000],
    ]);
    const rates = await latest('slo_burn_rate');
    assert.equal(rates.length, 5);
    assert.deepEqual(
      rates.find(([labels]) => JSON.stringify(labels).includes('5m')),
      [{ report: 'GMV', window: '5m' }, 100],
    );
    const { values } = await world.telemetry.sloBurnRate.get();
    assert.equal(Math.round(values.find(({ labels }) => labels.window === '1h')?.value ?? 0), 10);
    await world.keeper.stop();
  });
});
