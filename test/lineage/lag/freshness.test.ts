import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OffsetRow, OffsetsRow } from '../../../model/offset-row.ts';
import { ask, flow, hop, row } from './hand-made-flow.ts';

const STRAIGHT = [hop('etl', ['ods'], 'dw'), hop('agg', ['dw'], null)];

describe('composition along a straight path', () => {
  test('two constant lags add up, and residences sum to the age', () => {
    const rows = [...flow('etl', 'ods', 0, 300, () => 20), ...flow('agg', 'dw', 0, 300, () => 40)];

    const answer = ask(STRAIGHT, rows, 'agg', 300);

    assert.equal(answer.age_ms, 60_000);
    assert.equal(answer.lag_sum_ms, 60_000);
    assert.deepEqual(answer.residence_ms, { agg: 40_000, etl: 20_000 });
    assert.equal(answer.blame, 'agg');
    assert.deepEqual(answer.per_source, { ods: { age_ms: 60_000, complete_up_to: answer.complete_up_to } });
    assert.deepEqual(answer.stale, []);
  });

  test('after an upstream stall ends, the age is what the data went through, not the sum of the lags now', () => {
    // etl stood still from 200 to 500 and has just caught up; agg reads what etl wrote before, 60 s back.
    const etl = flow('etl', 'ods', 0, 510, t => (t > 200 && t <= 500 ? t - 200 : 0));
    const agg: OffsetsRow[] = [];
    for (let t = 0; t <= 510; t += 10) {
      const written = t <= 200 ? t : t <= 500 ? 200 : 510;
      agg.push(row(t, 'agg', 'dw', written, t <= 500 ? Math.min(written, 200) : 200));
    }

    const answer = ask(STRAIGHT, [...etl, ...agg], 'agg', 510);

    assert.equal(answer.age_ms, 310_000, 'the sink still shows what arrived by second 200');
    assert.equal(answer.lag_sum_ms, 10_000, 'while today every hop looks level');
    assert.equal(answer.blame, 'etl');
  });

  test('between samples positions are interpolated, not times', () => {
    const rows = [row(0, 'agg', 'dw', 0, 0), row(100, 'agg', 'dw', 100, 0), row(110, 'agg', 'dw', 110, 100)];

    assert.equal(ask([hop('agg', ['dw'], null)], rows, 'agg', 105).age_ms, 55_000);
  });

  test('the bounds come from the samples around: neither interpolated nor extrapolated', () => {
    const rows = [row(0, 'agg', 'dw', 0, 0), row(10, 'agg', 'dw', 100, 0), row(20, 'agg', 'dw', 200, 50)];
    const hops = [hop('agg', ['dw'], null)];

    const sampled = ask(hops, rows, 'agg', 20);
    const later = ask(hops, rows, 'agg', 25);

    assert.deepEqual([sampled.age_low_ms, sampled.age_ms, sampled.age_high_ms], [10_000, 15_000, 20_000]);
    assert.deepEqual([later.age_low_ms, later.age_high_ms], [0, 25_000]);
    assert.equal(later.complete_up_to, 0);
  });

  test('a consumer level with its topic is current however long the topic is silent', () => {
    const rows = flow('agg', 'dw', 0, 100, () => 0);
    for (let t = 110; t <= 4000; t += 10) rows.push(row(t, 'agg', 'dw', 100, 100));

    const answer = ask([hop('agg', ['dw'], null)], rows, 'agg', 4000);

    assert.deepEqual([answer.age_ms, answer.age_low_ms, answer.age_high_ms], [0, 0, 0]);
    assert.equal(answer.blame, null);
  });

  test('the oldest partition counts, and one without records holds nothing back', () => {
    const rows: OffsetsRow[] = [];
    for (let t = 0; t <= 300; t += 10) {
      rows.push(
        row(t, 'agg', 'dw', t, t),
        row(t, 'agg', 'dw', t, Math.max(0, t - 70), 1),
        row(t, 'agg', 'dw', 5, 5, 2),
      );
    }

    const answer = ask([hop('agg', ['dw'], null)], rows, 'agg', 300);

    assert.equal(answer.age_ms, 70_000);
    assert.ok(answer.rules.includes('silent-partition'));
  });
});

describe('branches, joins and tables beside the path', () => {
  const rows = [
    ...flow('join', 'left', 0, 300, () => 10),
    ...flow('join', 'right', 0, 300, () => 90),
    ...flow('join', 'dim', 0, 300, () => 250),
  ];

  test('a join is as old as its oldest input, and each source is shown', () => {
    const answer = ask([hop('join', ['left', 'right'], null)], rows, 'join', 300);

    assert.equal(answer.age_ms, 90_000);
    assert.equal(answer.per_source['left']?.age_ms, 10_000);
    assert.equal(answer.per_source['right']?.age_ms, 90_000);
  });

  test('a lookup table is not part of the age', () => {
    const answer = ask([hop('join', ['left', 'dim'], null, { lookups: ['dim'] })], rows, 'join', 300);

    assert.equal(answer.age_ms, 10_000);
    assert.deepEqual(Object.keys(answer.per_source), ['left']);
    assert.ok(answer.rules.includes('lookup'));
  });

  test('an optional input is shown but holds nothing back, even when nothing is known of it', () => {
    const hops = [hop('join', ['left', 'right'], null, { optionalInputs: ['right'] })];

    const known = ask(hops, rows, 'join', 300);
    const unknown = ask(
      hops,
      rows.filter(one => one.topic !== 'right'),
      'join',
      300,
    );

    assert.equal(known.age_ms, 10_000);
    assert.equal(known.per_source['right']?.age_ms, 90_000);
    assert.equal(unknown.age_ms, 10_000);
  });

  test('of two writers of one topic the slower counts', () => {
    const hops = [hop('a', ['left'], 'dw'), hop('b', ['right'], 'dw'), hop('agg', ['dw'], null)];
    const writers = [
      ...flow('a', 'left', 0, 300, () => 10),
      ...flow('b', 'right', 0, 300, () => 90),
      ...flow('agg', 'dw', 0, 300, () => 0),
    ];

    const answer = ask(hops, writers, 'agg', 300);

    assert.equal(answer.age_ms, 90_000);
    assert.deepEqual(answer.residence_ms, { agg: 0, b: 90_000 });
  });

  test('a path that runs in a circle is cut and says so', () => {
    const hops = [hop('a', ['x', 'y'], 'z'), hop('b', ['z'], 'y')];
    const circle = [
      ...flow('a', 'x', 0, 300, () => 30),
      ...flow('a', 'y', 0, 300, () => 0),
      ...flow('b', 'z', 0, 300, () => 0),
    ];

    const answer = ask(hops, circle, 'z', 300);

    assert.equal(answer.age_ms, 30_000);
    assert.ok(answer.rules.includes('cycle'));
  });
});

describe('silence', () => {
  const alive = flow('etl', 'ods', 0, 300, () => 20);
  const hops = [hop('etl', ['ods'], 'dw')];

  /** etl reports nothing after 300; its input goes on, its output as told. */
  function silent(output: (second: number) => number): OffsetRow[] {
    const rows: OffsetRow[] = [...alive];
    for (let t = 0; t <= 600; t += 10) rows.push(row(t, '', 'ods', t), row(t, '', 'dw', output(t)));
    return rows;
  }

  test('a dead reporter whose output stands still is frozen', () => {
    const answer = ask(
      hops,
      silent(t => Math.min(t, 300)),
      'dw',
      600,
    );

    assert.equal(answer.age_ms, 320_000);
    assert.deepEqual(answer.stale, ['etl']);
    assert.ok(answer.rules.includes('dead-reporter'));
  });

  test('a dead reporter whose output grows keeps its lag, and the bounds say how sure that is', () => {
    const answer = ask(
      hops,
      silent(t => t),
      'dw',
      600,
    );

    assert.equal(answer.age_ms, 20_000);
    assert.deepEqual([answer.age_low_ms, answer.age_high_ms], [0, 320_000]);
    assert.deepEqual(answer.stale, ['etl']);
  });

  test('a hop that never reported is unknown, never 0', () => {
    const answer = ask(
      STRAIGHT,
      flow('agg', 'dw', 0, 300, () => 0),
      'agg',
      300,
    );

    assert.deepEqual(
      [answer.age_ms, answer.age_low_ms, answer.age_high_ms, answer.complete_up_to, answer.lag_sum_ms, answer.blame],
      [null, null, null, null, null, null],
    );
    assert.deepEqual(answer.stale, ['etl']);
    assert.equal(answer.status['etl'], 'UNKNOWN');
  });
});

describe('time to catch up', () => {
  test('a hop that drains has a range around the truth', () => {
    // 1 record/s arrives, 3 records/s are read from second 300 on: 200 behind at 300, level at 400.
    const rows = flow('agg', 'dw', 0, 360, t => (t < 100 ? 0 : t <= 300 ? t - 100 : 200 - 2 * (t - 300)));

    const { eta_ms: eta } = ask([hop('agg', ['dw'], null)], rows, 'agg', 360);

    assert.ok(eta !== null && eta.low <= 40_000 && eta.high >= 40_000 && eta.high <= 80_000, JSON.stringify(eta));
  });

  test('there is no number during a stall, nor when nothing is behind', () => {
    const stalled = flow('agg', 'dw', 0, 300, t => Math.max(0, t - 100));

    assert.equal(ask([hop('agg', ['dw'], null)], stalled, 'agg', 300).eta_ms, null);
    assert.equal(
      ask(
        [hop('agg', ['dw'], null)],
        flow('agg', 'dw', 0, 300, () => 0),
        'agg',
        300,
      ).eta_ms,
      null,
    );
  });
});
