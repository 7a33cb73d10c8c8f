import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OffsetRow, OffsetsRow } from '../../../model/offset-row.ts';
import { ask, flow, hop, row } from './hand-made-flow.ts';

const STRAIGHT = [hop('etl', ['ods'], 'dw'), hop('agg', ['dw'], null)];

describe('named rules', () => {
  test('a window gives out what lies before its last closed end', () => {
    const hops = [hop('agg', ['dw'], null, { windowMs: 60_000, allowedOooMs: 5_000 })];

    const answer = ask(
      hops,
      flow('agg', 'dw', 0, 300, () => 0),
      'agg',
      300,
    );

    // floor((300 - 5) / 60) * 60 = 240
    assert.equal(answer.age_ms, 60_000);
    assert.deepEqual(answer.residence_ms, { agg: 60_000 });
    assert.equal(answer.lag_sum_ms, 0, 'a window holds data without any lag');
    assert.ok(answer.rules.includes('window'));
  });

  test('a transactional sink shows what the last complete checkpoint took in', () => {
    const hops = [hop('agg', ['dw'], null, { delivery: 'exactly_once' })];
    const checkpoint: OffsetRow = { type: 'checkpoint', ts: 263_000, hop: 'agg', barrierTs: 260_000 };

    const answer = ask(hops, [...flow('agg', 'dw', 0, 300, () => 0), checkpoint], 'agg', 300);
    const without = ask(
      hops,
      flow('agg', 'dw', 0, 300, () => 0),
      'agg',
      300,
    );

    assert.equal(answer.age_ms, 40_000);
    assert.equal(answer.complete_up_to, 260_000);
    assert.ok(answer.rules.includes('commit-wait'));
    assert.equal(without.age_ms, 0);
    assert.equal(without.complete_up_to, null, 'nobody knows what is visible');
    assert.ok(without.rules.includes('checkpoint-unknown'));
  });

  test('a reader of a transactional writer waits for its commit once, not twice', () => {
    const hops = [hop('etl', ['ods'], 'dw', { delivery: 'exactly_once' }), hop('agg', ['dw'], null)];
    const rows: OffsetRow[] = [...flow('etl', 'ods', 0, 300, () => 0)];
    for (let c = 60; c <= 300; c += 60)
      rows.push({ type: 'checkpoint', ts: c * 1000, hop: 'etl', barrierTs: c * 1000 });
    // High watermarks grow with every write; agg can read up to the last commit only.
    for (let t = 0; t <= 300; t += 10) rows.push(row(t, 'agg', 'dw', t, Math.floor(t / 60) * 60));

    assert.equal(ask(hops, rows, 'agg', 290).age_ms, 50_000);
  });

  test('a rewind takes back nothing that was delivered', () => {
    const rows = flow('agg', 'dw', 0, 200, () => 0);
    rows.push(row(210, 'agg', 'dw', 210, 50), row(220, 'agg', 'dw', 220, 120));

    const answer = ask([hop('agg', ['dw'], null)], rows, 'agg', 220);

    assert.equal(answer.age_ms, 20_000);
    assert.ok(answer.rules.includes('rewind'));
    assert.equal(answer.status['agg'], 'REWIND');
  });

  test('a partition never read counts from its oldest record', () => {
    const rows = [...flow('agg', 'dw', 0, 300, () => 0)];
    for (let t = 0; t <= 300; t += 10) {
      rows.push({ ...row(t, '', 'dw', Math.max(40, t), undefined, 1), startOffset: 40 });
    }

    const answer = ask([hop('agg', ['dw'], null)], rows, 'agg', 300);

    assert.equal(answer.age_ms, 260_000);
    assert.ok(answer.rules.includes('never-read'));
  });

  test('a partition may have been read since the last report: it does not make the age certain', () => {
    const begins = [row(280, 'agg', 'dw', 280, 10), row(290, 'agg', 'dw', 290, 290)];
    const unread: OffsetsRow[] = [];
    for (let t = 0; t <= 290; t += 10)
      unread.push(row(t, '', 'dw', t), row(t, t < 280 ? '' : 'agg', 'dw', t, undefined, 1));
    const rows = [...unread, ...begins];

    const answer = ask([hop('agg', ['dw'], 'dm')], rows, 'dm', 295);
    const before = ask([hop('agg', ['dw'], 'dm')], rows, 'dm', 240);

    assert.equal(answer.age_ms, 295_000);
    assert.deepEqual([answer.age_low_ms, answer.age_high_ms], [0, 295_000]);
    assert.equal(before.age_low_ms, 230_000, 'of that time reports would have told by now');
  });

  test('NiFi counts with the age of its oldest queued item', () => {
    const hops = [hop('nifi', [], 'ods'), ...STRAIGHT];
    const rows: OffsetRow[] = [...flow('etl', 'ods', 0, 300, () => 20), ...flow('agg', 'dw', 0, 300, () => 40)];
    for (let t = 0; t <= 300; t += 10) rows.push({ type: 'queue_lag', ts: t * 1000, hop: 'nifi', ms: 15_000 });

    const answer = ask(hops, rows, 'agg', 300);

    assert.equal(answer.age_ms, 75_000);
    assert.equal(answer.lag_sum_ms, 75_000);
    assert.deepEqual(answer.residence_ms, { agg: 40_000, etl: 20_000, nifi: 15_000 });
    assert.ok(answer.rules.includes('queue-lag'));
  });

  for (const partition of [0, undefined]) {
    test(`Druid's lag is a position behind the end offset of its time, ${partition === 0 ? 'per partition' : 'of the topic'}`, () => {
      const rows: OffsetRow[] = [];
      for (let t = 0; t <= 300; t += 10) {
        // The lag comes before the end offset of its time: it must wait for it.
        const told = partition === undefined ? {} : { partition };
        rows.push({ type: 'lag', ts: t * 1000, hop: 'druid', topic: 'dw', lagRecords: Math.min(t, 30), ...told });
        rows.push(row(t, '', 'dw', t));
      }

      const answer = ask([hop('druid', ['dw'], 'druid://c/report')], rows, 'druid://c/report', 300);

      assert.ok(Math.abs(answer.age_ms! - 30_000) <= 1, `${answer.age_ms}`);
      assert.ok(answer.age_low_ms! <= 30_000 && answer.age_high_ms! >= 30_000);
      assert.ok(answer.rules.includes('lag-only'));
    });
  }
});

test('end offsets that name the supervisor and a cluster do not hide lags that come without one', () => {
  const rows: OffsetRow[] = [];
  for (let t = 0; t <= 300; t += 10) {
    rows.push({ type: 'lag', ts: t * 1000, hop: 'druid', topic: 'dw', lagRecords: Math.min(t, 30) });
    rows.push({
      type: 'offsets',
      ts: t * 1000,
      hop: 'druid',
      topic: 'dw',
      partition: 0,
      endOffset: t,
      cluster: 'data-1',
    });
  }

  const answer = ask([hop('druid', ['dw'], 'druid://c/report')], rows, 'druid://c/report', 300);

  assert.ok(Math.abs(answer.age_ms! - 30_000) <= 1, `${answer.age_ms}`);
});
