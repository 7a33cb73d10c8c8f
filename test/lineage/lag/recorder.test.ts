import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Hop } from '../../../lineage/lag/hop-graph.ts';
import { HOP_STATUSES } from '../../../lineage/lag/hop-status.ts';
import { createLagDeriver } from '../../../lineage/lag/lag-deriver.ts';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import { createFreshnessRecorder, type FreshnessRecorderOptions } from '../../../lineage/lag/recorder.ts';
import { ManualClock } from '../../../model/clock.ts';
import { StoreAwayError } from '../../../model/errors.ts';
import type { Json } from '../../../model/json.ts';
import type { OffsetRow } from '../../../model/offset-row.ts';
import type { MetricGroup } from '../../../model/sample.ts';
import { createTelemetry } from '../../../model/telemetry.ts';

const BASE: Omit<Hop, 'hop' | 'inputs' | 'output'> = { windowMs: null, allowedOooMs: 0, delivery: 'at_least_once' };
const ODS = 'kafka://h:9092/ods';
const DW = 'kafka://h:9092/dw';
const DRUID = 'druid://c/sales';
const HOPS: readonly Hop[] = [
  { ...BASE, hop: 'nifi', inputs: [], output: ODS },
  { ...BASE, hop: 'etl', inputs: [ODS], output: DW },
  { ...BASE, hop: 'druid-sales', inputs: [DW], output: DRUID },
  { ...BASE, hop: 'audit', inputs: [DW], output: null },
];
const REPORTS = [
  { name: 'sales today', owner: 'bi', reads: [DRUID], slo: { ageMs: 300_000, target: 0.99 } },
  { name: 'all of it', owner: 'ops', reads: [DRUID, DW] },
  { name: 'nobody writes it', owner: 'ops', reads: ['mysql://h/db.t'] },
];

/** Five minutes of rows, one record per second; NiFi 5 s, etl 20 s and Druid 40 records behind, audit level. */
function rows(from: number, to: number): OffsetRow[] {
  const list: OffsetRow[] = [];
  for (let s = from; s <= to; s += 10) {
    const ts = s * 1000;
    const read = Math.max(0, s - 20);
    list.push(
      { type: 'queue_lag', ts, hop: 'nifi', ms: 5_000 },
      { type: 'offsets', ts, hop: 'etl', topic: 'ods', partition: 0, endOffset: s, position: read },
      { type: 'offsets', ts, hop: 'audit', topic: 'dw', partition: 0, endOffset: read, position: read },
      { type: 'lag', ts, hop: 'druid-sales', topic: 'dw', partition: 0, lagRecords: Math.min(40, read) },
    );
  }
  return list;
}

class FakeState {
  readonly docs = new Map<string, Json>();
  away = false;

  list<T>(): Promise<{ id: string; version: string; updatedAt: number; body: T }[]> {
    return Promise.resolve([...this.docs].map(([id, body]) => ({ id, version: '1', updatedAt: 0, body: body as T })));
  }

  putMany(_kind: string, docs: readonly { readonly id: string; readonly body: Json }[]): Promise<void> {
    if (this.away) return Promise.reject(new StoreAwayError('away'));
    // As a store does: what is read back is no object of ours.
    for (const { id, body } of docs) this.docs.set(id, JSON.parse(JSON.stringify(body)) as Json);
    return Promise.resolve();
  }

  delete(_kind: string, id: string): Promise<void> {
    this.docs.delete(id);
    return Promise.resolve();
  }
}

function setup(more: Partial<FreshnessRecorderOptions> = {}) {
  const clock = more.clock instanceof ManualClock ? more.clock : new ManualClock(300_000);
  const written: MetricGroup[] = [];
  const state = new FakeState();
  const tables = more.tables ?? new OffsetTables();
  const telemetry = createTelemetry();
  const graph = { hops: HOPS };
  const recorder = createFreshnessRecorder({
    graph: () => graph,
    reports: () => REPORTS,
    tables,
    metricStore: {
      append(groups) {
        written.push(...groups);
        return Promise.resolve({ written: groups.length, refused: 0 });
      },
      window: () => Promise.resolve([]),
    },
    state,
    clock,
    telemetry,
    ...more,
  });
  const deriver = createLagDeriver(tables);
  return { clock, written, state, tables, telemetry, recorder, feed: (list: OffsetRow[]) => deriver.derive(list, 0) };
}

function valuesOf(groups: readonly MetricGroup[], label: string, value: string): Record<string, number> {
  const own = groups.filter(group => group.labels[label] === value && Object.keys(group.labels).length === 1);
  return Object.fromEntries(own.flatMap(group => group.values));
}

describe('freshness is written back as series', () => {
  test('per hop, dataset, end of the graph and report; what is unknown has no point', async () => {
    const { recorder, feed, written } = setup();
    feed(rows(0, 300));

    await recorder.flush(300_000);

    const hops = written.filter(group => group.labels['job'] !== undefined);
    assert.deepEqual(
      hops.map(group => [group.labels, group.values[0]]),
      [
        [{ hop: 'nifi', job: 'nifi' }, ['lag_ms', 5_000]],
        [{ hop: `etl<-${ODS}`, job: 'etl', topic: 'ods' }, ['lag_ms', 20_000]],
        [{ hop: `druid-sales<-${DW}`, job: 'druid-sales', topic: 'dw' }, ['lag_ms', 40_000]],
        [{ hop: `audit<-${DW}`, job: 'audit', topic: 'dw' }, ['lag_ms', 0]],
      ],
    );
    const sales = { age_ms: 65_000, age_low_ms: 45_000, age_high_ms: 65_000, lag_sum_ms: 65_000 };
    assert.deepEqual(valuesOf(written, 'dataset', DRUID), sales);
    assert.equal(valuesOf(written, 'dataset', DW)['age_ms'], 25_000);
    assert.equal(valuesOf(written, 'dataset', 'audit')['age_ms'], 25_000);
    assert.deepEqual(valuesOf(written, 'report', 'sales today'), sales);
    assert.equal(valuesOf(written, 'report', 'all of it')['age_ms'], 65_000, 'the oldest of what it reads');
    assert.deepEqual(valuesOf(written, 'report', 'nobody writes it'), {});
    assert.ok(written.every(group => group.ts === 300_000));
  });

  test('residences of reports and ends of the graph, summing to their age', async () => {
    const { recorder, feed, written } = setup();
    feed(rows(0, 300));

    await recorder.flush(300_000);

    const residences = written.filter(group => group.values[0]?.[0] === 'residence_ms');
    assert.deepEqual(
      residences
        .filter(({ labels }) => labels['report'] === 'sales today')
        .map(({ labels, values }) => [labels['hop'], values[0]?.[1]]),
      [
        ['druid-sales', 40_000],
        ['etl', 20_000],
        ['nifi', 5_000],
      ],
    );
    assert.deepEqual(
      new Set(residences.map(({ labels }) => labels['dataset'] ?? labels['report'])),
      new Set(['audit', 'sales today', 'all of it']),
    );
  });

  test('rates, trend, status, completeness and time to catch up of each hop and topic', async () => {
    const { recorder, feed, written } = setup();
    feed(rows(0, 300));

    await recorder.flush(300_000);

    const [etl] = written.filter(({ labels }) => labels['hop'] === `etl<-${ODS}`);
    assert.deepEqual(Object.fromEntries(etl?.values ?? []), {
      lag_ms: 20_000,
      hop_arrival_per_second: 1,
      hop_processed_per_second: 1,
      hop_complete_ratio: 1,
      hop_status: HOP_STATUSES.indexOf('WARN'),
      hop_trend: 0,
      hop_lost_records: 0,
    });
  });

  test('how old what is looked up may be, apart from every age', async () => {
    const enrich: Hop = {
      ...BASE,
      hop: 'enrich',
      inputs: [DW],
      output: null,
      lookups: ['mysql://h/dim.shop', 'redis://h/dim.city'],
      lookupRefreshMs: { 'mysql://h/dim.shop': 600_000 },
    };
    const { recorder, written } = setup({ graph: () => ({ hops: [enrich] }) });

    await recorder.flush(300_000);

    const found = written.filter(({ values }) => values.some(([name]) => name === 'lookup_refresh_ms'));
    assert.deepEqual(
      found.map(({ labels, values }) => [labels, values]),
      [
        [
          { hop: 'enrich<-mysql://h/dim.shop', job: 'enrich', dataset: 'mysql://h/dim.shop' },
          [['lookup_refresh_ms', 600_000]],
        ],
      ],
    );
  });

  test('at every interval, until stopped', async () => {
    const { recorder, feed, written, clock } = setup({ intervalMs: 5_000 });
    feed(rows(0, 300));

    await recorder.start();
    await clock.advance(12_000);
    await recorder.stop();
    await clock.advance(60_000);

    assert.deepEqual([...new Set(written.map(group => group.ts))], [305_000, 310_000]);
  });

  test('after a downtime the series are those of a recorder that was never away, a point a minute', async () => {
    /** What was written of the report at the begin of each minute, from the third to the fifth. */
    const agesOf = (written: readonly MetricGroup[]): [number, number | undefined][] =>
      written
        .filter(
          ({ ts, labels }) =>
            ts % 60_000 === 0 && ts > 120_000 && ts < 300_000 && labels['report'] === 'sales today' && !labels['hop'],
        )
        .map(({ ts, values }) => [ts, values.find(([name]) => name === 'age_ms')?.[1]]);

    const always = setup({ clock: new ManualClock(0) });
    await always.recorder.start();
    for (let ts = 0; ts < 300_000; ts += 10_000) {
      always.feed(rows(ts / 1000, ts / 1000));
      await always.clock.advance(10_000);
    }
    await always.recorder.stop();

    let level = 120_000;
    const away = setup({ clock: new ManualClock(0), watermark: () => level });
    away.feed(rows(0, 110));
    await away.recorder.start();
    await away.clock.advance(300_000);
    // It has stood still until now; then everything is read at once.
    away.written.length = 0;
    away.feed(rows(120, 290));
    level = Number.POSITIVE_INFINITY;
    await away.clock.advance(5_000);
    await away.recorder.stop();

    assert.deepEqual(agesOf(away.written), agesOf(always.written));
    assert.deepEqual(
      agesOf(away.written).map(([ts]) => ts),
      [180_000, 240_000],
    );
  });

  test('a store that is away costs the points of that instant and is counted', async () => {
    let away = true;
    const kept: number[] = [];
    const { recorder, feed, clock, telemetry } = setup({
      metricStore: {
        append(groups) {
          if (away) return Promise.reject(new StoreAwayError('away'));
          kept.push(groups[0]!.ts);
          return Promise.resolve({ written: groups.length, refused: 0 });
        },
        window: () => Promise.resolve([]),
      },
    });
    feed(rows(0, 300));

    await recorder.start();
    await clock.advance(5_000);
    away = false;
    await clock.advance(5_000);
    await recorder.stop();

    assert.deepEqual(kept, [310_000]);
    const { values } = await telemetry.storeErrors.get();
    assert.deepEqual(
      values.map(({ labels, value }) => [labels.store, labels.reason, value]),
      [['freshness', 'away', 1]],
    );
  });
});

describe('questions are answered from the tables', () => {
  test('a report gets the contract answer and what it is', () => {
    const { recorder, feed } = setup();
    feed(rows(0, 300));

    const [, sales] = recorder.freshness().filter(report => report.report !== 'nobody writes it');

    assert.equal(sales?.sink, 'sales today');
    assert.equal(sales?.age_ms, 65_000);
    assert.equal(sales?.complete_up_to, 235_000);
    assert.deepEqual(sales?.residence_ms, { 'druid-sales': 40_000, etl: 20_000, nifi: 5_000 });
    assert.equal(sales?.blame, 'druid-sales');
    assert.deepEqual([sales?.owner, sales?.oldest, sales?.slo], ['bi', DRUID, { age_ms: 300_000, target: 0.99 }]);
  });

  test('a report over a dataset nobody writes is unknown', () => {
    const { recorder, feed } = setup();
    feed(rows(0, 300));

    const answer = recorder.freshnessOf('nobody writes it');

    assert.deepEqual([answer?.age_ms, answer?.complete_up_to, answer?.blame], [null, null, null]);
  });

  test('datasets and ends of the graph by their names, nothing else', () => {
    const { recorder, feed } = setup();
    feed(rows(0, 300));

    assert.equal(recorder.freshnessOf(DW)?.age_ms, 25_000);
    assert.equal(recorder.freshnessOf('audit')?.age_ms, 25_000);
    assert.equal(recorder.freshnessOf('no such thing'), null);
  });

  test('an instant of the past is answered from what was then', () => {
    const { recorder, feed } = setup();
    feed(rows(0, 300));

    assert.equal(recorder.freshnessOf(DRUID, 150_000)?.age_ms, 65_000);
  });
});

describe('tables outlive the process', () => {
  test('a restarted recorder answers as the one before', async () => {
    const first = setup();
    await first.recorder.start();
    first.feed(rows(0, 300));
    const before = first.recorder.freshnessOf(DRUID, 300_000);
    await first.recorder.stop();

    const second = setup({ state: first.state });
    await second.recorder.start();
    const after = second.recorder.freshnessOf(DRUID, 300_000);
    const corrected = second.feed(rows(310, 310));
    await second.recorder.stop();

    assert.ok(before?.age_ms === 65_000);
    assert.deepEqual(after, before);
    assert.ok(corrected.some(group => group.ts === 310_000 && group.values[0]?.[0] === 'lag'));
  });

  test('rows taken in before the tables are back are kept', async () => {
    const first = setup();
    await first.recorder.start();
    first.feed(rows(0, 200));
    await first.recorder.stop();

    const second = setup({ state: first.state });
    second.feed(rows(210, 300));
    await second.recorder.start();

    assert.equal(second.recorder.freshnessOf(DRUID, 300_000)?.age_ms, 65_000);
    assert.equal(second.recorder.freshnessOf(DRUID, 150_000)?.age_ms, 65_000);
    await second.recorder.stop();
  });

  test('only what changed is written again, and what could not be written is tried again', async () => {
    const { recorder, feed, state, clock } = setup({ persistMs: 30_000 });
    await recorder.start();
    feed(rows(0, 300));
    state.away = true;
    await clock.advance(30_000);
    assert.equal(state.docs.size, 0);
    state.away = false;
    await clock.advance(30_000);
    assert.equal(state.docs.size, 6, 'two topics, three consumers, one queue');
    state.docs.clear();
    feed([{ type: 'queue_lag', ts: 361_000, hop: 'nifi', ms: 1 }]);
    await clock.advance(30_000);

    assert.deepEqual([...state.docs.keys()], ['facts/nifi']);
    await recorder.stop();
  });

  test('what was silent for a day is dropped, here and in the store', async () => {
    const { recorder, feed, state, clock, tables } = setup({ persistMs: 60_000, intervalMs: 3_600_000 });
    await recorder.start();
    feed(rows(0, 300));
    await clock.advance(60_000);
    assert.ok(state.docs.size > 0 && tables.partitions > 0);

    await clock.advance(90_000_000);

    assert.deepEqual([[...state.docs.keys()], tables.partitions], [[], 0]);
    await recorder.stop();
  });

  test('a document that cannot be read is left out and counted', async () => {
    const { recorder, state, telemetry } = setup();
    state.docs.set('ends/x', { kind: 'ends', cluster: 7 });

    await recorder.start();
    await recorder.stop();

    const { values } = await telemetry.storeErrors.get();
    assert.deepEqual(
      values.map(({ labels, value }) => [labels.store, labels.reason, value]),
      [['lag_table', 'unreadable', 1]],
    );
  });
});
