import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compileSchedule, nextTicks } from '../../../alerting/evaluate/schedule.ts';
import { UserError } from '../../../model/errors.ts';

function next(pattern: string, zone: string, from: string, n: number): string[] {
  return nextTicks(pattern, zone, Date.parse(from), n).map(t => new Date(t).toISOString().replace(':00.000Z', 'Z'));
}

describe('ticks follow the calendar and the clock changes of the zone', () => {
  const cases: readonly [sentence: string, pattern: string, zone: string, from: string, expected: string[]][] = [
    [
      'every five minutes',
      '*/5 * * * *',
      'Asia/Shanghai',
      '2026-01-01T00:02:00Z',
      ['2026-01-01T00:05Z', '2026-01-01T00:10Z'],
    ],
    ['six fields begin with seconds', '30 0 12 * * *', 'UTC', '2026-01-01T00:00:00Z', ['2026-01-01T12:00:30.000Z']],
    [
      'local hours',
      '0 9 * * mon-fri',
      'Asia/Shanghai',
      '2026-01-02T02:00:00Z',
      ['2026-01-05T01:00Z', '2026-01-06T01:00Z'],
    ],
    [
      'the last day of the month',
      '0 0 L * *',
      'UTC',
      '2026-02-01T00:00:00Z',
      ['2026-02-28T00:00Z', '2026-03-31T00:00Z'],
    ],
    ['leap days', '0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    [
      'both day fields restricted means either',
      '0 0 13 * 5',
      'UTC',
      '2026-01-08T12:00:00Z',
      ['2026-01-09T00:00Z', '2026-01-13T00:00Z', '2026-01-16T00:00Z'],
    ],
    [
      'New York 02:30 in the gap runs once, right after it',
      '30 2 * * *',
      'America/New_York',
      '2026-03-08T05:00:00Z',
      ['2026-03-08T07:00Z', '2026-03-09T06:30Z'],
    ],
    [
      'two fixed times in the gap are one run',
      '0,30 2 * * *',
      'America/New_York',
      '2026-03-08T05:00:00Z',
      ['2026-03-08T07:00Z', '2026-03-09T06:00Z'],
    ],
    [
      'New York 01:30 in the fold runs once, the first time',
      '30 1 * * *',
      'America/New_York',
      '2026-11-01T04:59:00Z',
      ['2026-11-01T05:30Z', '2026-11-02T06:30Z'],
    ],
    [
      'wildcard hours run in both hours of the fold',
      '*/30 * * * *',
      'America/New_York',
      '2026-11-01T04:59:00Z',
      ['2026-11-01T05:00Z', '2026-11-01T05:30Z', '2026-11-01T06:00Z', '2026-11-01T06:30Z', '2026-11-01T07:00Z'],
    ],
    [
      'Sao Paulo midnight in the gap',
      '0 0 * * *',
      'America/Sao_Paulo',
      '2018-11-03T12:00:00Z',
      ['2018-11-04T03:00Z', '2018-11-05T02:00Z'],
    ],
    [
      'half an hour of fold on Lord Howe',
      '*/30 * * * *',
      'Australia/Lord_Howe',
      '2026-04-04T14:29:00Z',
      ['2026-04-04T14:30Z', '2026-04-04T15:00Z', '2026-04-04T15:30Z'],
    ],
    [
      'a day that Samoa left out',
      '0 12 * * *',
      'Pacific/Apia',
      '2011-12-29T00:00:00Z',
      ['2011-12-29T22:00Z', '2011-12-30T10:00Z', '2011-12-30T22:00Z'],
    ],
  ];
  for (const [sentence, pattern, zone, from, expected] of cases) {
    test(sentence, () => assert.deepEqual(next(pattern, zone, from, expected.length), expected));
  }
});

describe('a schedule that makes no sense is refused', () => {
  for (const [pattern, zone] of [
    ['0 0 31 2 *', 'UTC'],
    ['60 * * * *', 'UTC'],
    ['* * * *', 'UTC'],
    ['* * * * * * *', 'UTC'],
    ['@daily', 'UTC'],
    ['nonsense * * * *', 'UTC'],
    ['* * * * *', 'Mars/Base'],
  ] as const) {
    test(`${pattern} ${zone}`, () => {
      assert.throws(
        () => compileSchedule(pattern, zone),
        (error: unknown) => error instanceof UserError && error.code === 'bad-schedule',
      );
    });
  }
});

test('between answers (after, upTo], and the newest when there are too many', () => {
  const schedule = compileSchedule('* * * * *', 'UTC');
  assert.deepEqual(schedule.between(0, 180_000, 10), { ticks: [60_000, 120_000, 180_000], dropped: 0 });
  assert.deepEqual(schedule.between(0, 600_000, 3), { ticks: [480_000, 540_000, 600_000], dropped: 7 });
  assert.deepEqual(schedule.between(60_000, 60_000, 3), { ticks: [], dropped: 0 });
});

test('walking with next and asking for a range agree in any zone, clock changes included', () => {
  const zones = [
    'UTC',
    'Asia/Shanghai',
    'America/New_York',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Europe/London',
  ];
  const patterns = ['*/7 * * * *', '30 1,2 * * *', '0 */3 * * *', '15 2 * * 0', '0 0 1 * *'];
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.constantFrom(...patterns), fc.nat(365), (zone, pattern, day) => {
      const from = Date.UTC(2026, 0, 1) + day * 86_400_000;
      const to = from + 3 * 86_400_000;
      const schedule = compileSchedule(pattern, zone);
      const walked: number[] = [];
      for (let t = schedule.next(from); t !== null && t <= to; t = schedule.next(t)) walked.push(t);
      assert.deepEqual(schedule.between(from, to, 100_000).ticks, walked);
    }),
    { numRuns: 60 },
  );
});
