import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CountedTime } from '../../../lineage/objectives/calendar.ts';
import { periodAt } from '../../../lineage/objectives/period.ts';
import { lengthOf } from '../../../lineage/objectives/spans.ts';
import type { ObjectiveCalendar } from '../../../model/objective.ts';
import { zoneOffset } from '../../../model/zone.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);
const spansOf = (calendar: ObjectiveCalendar | null, from: string, to: string): readonly string[] =>
  new CountedTime(calendar)
    .within({ from: at(from), to: at(to) })
    .map(span => `${new Date(span.from).toISOString().slice(0, 16)}/${new Date(span.to).toISOString().slice(0, 16)}`);

const WORK = { zone: 'Asia/Shanghai', days: [1, 2, 3, 4, 5], from: '08:00', to: '20:00' };
const NIGHT = { zone: 'Europe/Berlin', days: [6], from: '22:00', to: '06:00' };

describe('which minutes count', () => {
  test('without a calendar all of them', () => {
    assert.deepEqual(spansOf(null, '2026-11-20T00:10Z', '2026-11-22T00:00Z'), ['2026-11-20T00:10/2026-11-22T00:00']);
  });

  test('working hours in local time, no weekend', () => {
    // Friday the 20th to Monday the 23rd.
    assert.deepEqual(spansOf(WORK, '2026-11-20T00:00Z', '2026-11-23T02:00Z'), [
      '2026-11-20T00:00/2026-11-20T12:00',
      '2026-11-23T00:00/2026-11-23T02:00',
    ]);
  });

  test('a span over midnight belongs to the day it begins on, also when only its end is asked for', () => {
    assert.deepEqual(spansOf(NIGHT, '2026-11-22T03:00Z', '2026-11-30T00:00Z'), [
      '2026-11-22T03:00/2026-11-22T05:00',
      '2026-11-28T21:00/2026-11-29T05:00',
    ]);
  });

  test('the night in which clocks go back is an hour longer, the one in which they go forward an hour shorter', () => {
    const hours = (from: string, to: string): number =>
      lengthOf(new CountedTime(NIGHT).within({ from: at(from), to: at(to) })) / HOUR;

    assert.equal(hours('2026-10-24T12:00Z', '2026-10-25T12:00Z'), 9);
    assert.equal(hours('2026-03-28T12:00Z', '2026-03-29T12:00Z'), 7);
  });

  test('nothing counts in a span of no length', () => {
    assert.deepEqual(spansOf(WORK, '2026-11-20T03:00Z', '2026-11-20T03:00Z'), []);
  });

  test('a minute counts exactly when local time and weekday say so', () => {
    const zones = ['UTC', 'Asia/Shanghai', 'Asia/Kolkata', 'America/New_York'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 24 }),
        fc.integer({ min: at('2026-05-01T00:00Z'), max: at('2026-09-01T00:00Z') }),
        (zone, days, fromHour, toHour, instant) => {
          const two = (n: number): string => `${String(n).padStart(2, '0')}:00`;
          const counted = new CountedTime({ zone, days, from: two(fromHour), to: two(toHour) });
          const local = instant + zoneOffset(zone, instant);
          const hour = (local % DAY) / HOUR;
          const weekday = new Date(local).getUTCDay();
          const yesterday = (weekday + 6) % 7;
          const expected =
            toHour > fromHour
              ? days.includes(weekday) && hour >= fromHour && hour < toHour
              : (days.includes(weekday) && hour >= fromHour) || (days.includes(yesterday) && hour < toHour);

          assert.equal(counted.within({ from: instant, to: instant + 1 }).length === 1, expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});

const PERIODS: readonly (readonly [
  sentence: string,
  period: string | undefined,
  zone: string,
  from: string,
  to: string,
])[] = [
  ['without a period the last 30 days', undefined, 'UTC', '2026-10-22T18:00Z', '2026-11-21T18:00Z'],
  ['the last week, rolling', '7d', 'UTC', '2026-11-14T18:00Z', '2026-11-21T18:00Z'],
  ['this week begins on Monday', 'week', 'UTC', '2026-11-16T00:00Z', '2026-11-23T00:00Z'],
  ['it is Sunday in Shanghai already', 'week', 'Asia/Shanghai', '2026-11-15T16:00Z', '2026-11-22T16:00Z'],
  ['this month', 'month', 'Asia/Shanghai', '2026-10-31T16:00Z', '2026-11-30T16:00Z'],
  ['a month in which clocks change', 'month', 'America/New_York', '2026-11-01T04:00Z', '2026-12-01T05:00Z'],
  ['this quarter', 'quarter', 'UTC', '2026-10-01T00:00Z', '2027-01-01T00:00Z'],
];

describe('the period at 2026-11-21T18:00Z', () => {
  for (const [sentence, period, zone, from, to] of PERIODS) {
    test(sentence, () => {
      const calendar = { zone, days: [0, 1, 2, 3, 4, 5, 6], from: '00:00', to: '24:00' };
      const objective = { ageMs: 1, target: 0.99, calendar, ...(period !== undefined && { period }) };

      assert.deepEqual(periodAt(objective, at('2026-11-21T18:00Z')), { from: at(from), to: at(to) });
    });
  }
});
