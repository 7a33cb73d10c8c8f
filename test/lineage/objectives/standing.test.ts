import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { beatsOf } from '../../../lineage/objectives/beats.ts';
import { CountedTime } from '../../../lineage/objectives/calendar.ts';
import { MINUTE_MS, MinuteLedger, type Verdict } from '../../../lineage/objectives/minute-ledger.ts';
import { type Standing, standingOf } from '../../../lineage/objectives/standing.ts';
import type { ReportObjective } from '../../../model/objective.ts';

const NOW = Date.parse('2026-11-21T18:00:00Z');
const OBJECTIVE: ReportObjective = { ageMs: 60_000, target: 0.99 };
const HOUR = 60;
const DAY = 24 * HOUR;

/** A ledger that ends at NOW: so many minutes of each, oldest first. */
function ledgerOf(...runs: readonly (readonly [verdict: Verdict, minutes: number, hop?: string])[]): MinuteLedger {
  const ledger = new MinuteLedger();
  let minute = NOW / MINUTE_MS - runs.reduce((sum, [, minutes]) => sum + minutes, 0);
  for (const [verdict, minutes, hop = null] of runs) {
    ledger.extend({ from: minute, to: minute + minutes, verdict, hop });
    minute += minutes;
  }
  return ledger;
}

function stand(ledger: MinuteLedger, objective: ReportObjective = OBJECTIVE, at = NOW): Standing {
  return standingOf(objective, new CountedTime(objective.calendar ?? null), ledger, at);
}

/** 14.399999 and 14.4 are one rate. */
function rounded(rates: Standing['burn_rate']): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(rates).map(([window, rate]) => [window, rate === null ? null : Math.round(rate * 1000) / 1000]),
  );
}

describe('the standing of a report', () => {
  test('99 % of 30 days leave 25,920 s', () => {
    const { budget, minutes, attainment, state } = stand(ledgerOf(['good', 30 * DAY]));

    assert.deepEqual(budget, { total_ms: 25_920_000, used_ms: 0, left_ms: 25_920_000, left_ratio: 1 });
    assert.deepEqual(minutes, { good: 43_200, bad: 0, unknown: 0, unwatched: 0 });
    assert.equal(attainment, 1);
    assert.equal(state, 'good');
  });

  test('unknown and unwatched minutes count as bad and are listed apart', () => {
    const { budget, minutes, attainment } = stand(
      ledgerOf(['good', 900], ['bad', 50], ['unknown', 30], ['unwatched', 20]),
    );

    assert.deepEqual(minutes, { good: 900, bad: 50, unknown: 50, unwatched: 20 });
    assert.equal(attainment, 0.9);
    assert.equal(budget.used_ms, 100 * MINUTE_MS);
    assert.ok(Math.abs(budget.left_ratio - (1 - 100 / 432)) < 1e-9);
  });

  test('an overspent budget is below zero and gone now', () => {
    const { budget, exhausted_in_ms } = stand(ledgerOf(['bad', 864]));

    assert.equal(budget.left_ms, -25_920_000);
    assert.ok(Math.abs(budget.left_ratio + 1) < 1e-9);
    assert.equal(exhausted_in_ms, 0);
  });

  test('before the first minute nothing is known and nothing is spent', () => {
    const standing = stand(new MinuteLedger());

    assert.equal(standing.attainment, null);
    assert.equal(standing.state, null);
    assert.equal(standing.since, null);
    assert.equal(standing.judged_since, null);
    assert.equal(standing.exhausted_in_ms, null);
    assert.deepEqual(rounded(standing.burn_rate), { '5m': 0, '1h': 0, '2h': 0, '1d': 0, '3d': 0 });
  });

  test('hops are listed by what they cost', () => {
    const { culprits } = stand(
      ledgerOf(['bad', 10, 'etl'], ['good', 100], ['unknown', 20, 'nifi'], ['bad', 15, 'etl'], ['bad', 1]),
    );

    assert.deepEqual(
      culprits.map(({ hop, bad_minutes, unknown_minutes, budget_ratio }) => [
        hop,
        bad_minutes,
        unknown_minutes,
        Math.round(budget_ratio * 432),
      ]),
      [
        ['etl', 25, 0, 25],
        ['nifi', 0, 20, 20],
      ],
    );
  });

  test('minutes outside the calendar cost nothing, and the budget is that of the counted time', () => {
    // Saturday 18:00 UTC; only working days count.
    const calendar = { zone: 'UTC', days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' };
    const objective = { ageMs: 60_000, target: 0.9, period: '7d', calendar };
    // All of Saturday is bad, and the last two hours of Friday's work.
    const ledger = ledgerOf(['good', 6 * DAY], ['bad', 27 * HOUR]);

    const { minutes, budget, burn_rate } = stand(ledger, objective);

    assert.deepEqual(minutes, { good: 38 * HOUR, bad: 2 * HOUR, unknown: 0, unwatched: 0 });
    assert.equal(budget.total_ms, 4 * HOUR * MINUTE_MS);
    assert.ok(Math.abs(budget.left_ratio - 0.5) < 1e-9);
    assert.deepEqual(rounded(burn_rate), { '5m': null, '1h': null, '2h': null, '1d': null, '3d': 1.25 });
  });

  test('a month begins anew, with a budget for all of it', () => {
    const objective = { ageMs: 60_000, target: 0.99, period: 'month' };
    const { minutes, budget, from, to } = stand(ledgerOf(['bad', 10 * DAY], ['good', 20 * DAY + 18 * HOUR]), objective);

    assert.equal(from, Date.parse('2026-11-01T00:00Z'));
    assert.equal(to, Date.parse('2026-12-01T00:00Z'));
    assert.equal(minutes.bad, 0);
    assert.equal(budget.total_ms, 25_920_000);
  });

  test('a target of 1 leaves no budget, but finite figures', () => {
    const { budget, burn_rate, exhausted_in_ms } = stand(ledgerOf(['good', 100], ['bad', 2]), { ageMs: 1, target: 1 });

    assert.equal(budget.total_ms, MINUTE_MS);
    assert.equal(budget.left_ratio, -1);
    assert.equal(exhausted_in_ms, 0);
    for (const rate of Object.values(burn_rate)) assert.ok(Number.isFinite(rate));
  });
});

describe('burn rates', () => {
  const CASES: readonly (readonly [sentence: string, ledger: MinuteLedger, expected: Record<string, number>])[] = [
    ['all good', ledgerOf(['good', 5 * DAY]), { '5m': 0, '1h': 0, '2h': 0, '1d': 0, '3d': 0 }],
    [
      'ten bad minutes after days of good ones: a page over 1 h and 5 min',
      ledgerOf(['good', 5 * DAY], ['bad', 10]),
      { '5m': 100, '1h': 16.667, '2h': 8.333, '1d': 0.694, '3d': 0.231 },
    ],
    [
      'over for ten minutes: the short window lets the page end',
      ledgerOf(['good', 5 * DAY], ['bad', 10], ['good', 10]),
      { '5m': 0, '1h': 16.667, '2h': 8.333, '1d': 0.694, '3d': 0.231 },
    ],
    [
      'a new report’s first bad minute is no bad hour',
      ledgerOf(['bad', 1]),
      { '5m': 20, '1h': 1.667, '2h': 0.833, '1d': 0.069, '3d': 0.023 },
    ],
    [
      'unknown minutes burn',
      ledgerOf(['good', DAY], ['unknown', 60]),
      { '5m': 100, '1h': 100, '2h': 50, '1d': 4.167, '3d': 1.389 },
    ],
    [
      'nobody is paged because the daemon was down',
      ledgerOf(['good', DAY], ['unwatched', 60]),
      { '5m': 0, '1h': 0, '2h': 0, '1d': 0, '3d': 0 },
    ],
  ];
  for (const [sentence, ledger, expected] of CASES) {
    test(sentence, () => assert.deepEqual(rounded(stand(ledger).burn_rate), expected));
  }

  test('at the speed of the last hour the rest lasts as long', () => {
    // 6 of 60 minutes: 10 times too fast; 426 of 432 minutes are left.
    assert.equal(stand(ledgerOf(['good', DAY], ['bad', 6])).exhausted_in_ms, 4260 * MINUTE_MS);
    assert.equal(stand(ledgerOf(['bad', 6], ['good', DAY])).exhausted_in_ms, null);
  });
});

describe('a standing at any time', () => {
  test('never holds a NaN or an infinity; what is used and left make the budget', () => {
    const runs = fc.array(
      fc.tuple(
        fc.constantFrom<Verdict>('good', 'bad', 'unknown', 'unwatched'),
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom('a', 'b'),
      ),
    );
    const objectives = fc.record({
      ageMs: fc.constant(60_000),
      target: fc.constantFrom(0.5, 0.9, 0.999, 1),
      period: fc.constantFrom('1d', '30d', 'week', 'month', 'quarter'),
      calendar: fc.constantFrom(
        { zone: 'Asia/Shanghai', days: [1, 2, 3], from: '22:30', to: '05:15' },
        { zone: 'UTC', days: [0, 1, 2, 3, 4, 5, 6], from: '00:00', to: '24:00' },
      ),
    });
    fc.assert(
      fc.property(runs, objectives, fc.integer({ min: -3 * DAY, max: 3 * DAY }), (minutes, objective, shift) => {
        const standing = stand(ledgerOf(...minutes), objective, NOW + shift * MINUTE_MS);

        assert.doesNotMatch(
          JSON.stringify(standing, (_, v) => (typeof v === 'number' && !Number.isFinite(v) ? 'BAD' : v)),
          /BAD/,
        );
        const { total_ms, used_ms, left_ms } = standing.budget;
        assert.ok(Math.abs(total_ms - used_ms - left_ms) <= 1);
        const { good, bad, unknown } = standing.minutes;
        assert.equal(used_ms, (bad + unknown) * MINUTE_MS);
        assert.equal(standing.attainment, good + bad + unknown === 0 ? null : good / (good + bad + unknown));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a heartbeat bar', () => {
  test('has a letter for each stretch, the worst of its minutes, and none before the first', () => {
    const ledger = ledgerOf(
      ['good', 20],
      ['bad', 1, 'etl'],
      ['good', 19],
      ['unknown', 2],
      ['good', 8],
      ['unwatched', 10],
    );
    const tracked = { report: 'r', owner: '', objective: OBJECTIVE, counted: new CountedTime(null), ledger };

    assert.deepEqual(beatsOf(tracked, NOW - 1, 8, 10 * MINUTE_MS), {
      from: NOW - 80 * MINUTE_MS,
      step_ms: 10 * MINUTE_MS,
      states: '--ggbgux',
    });
  });
});
