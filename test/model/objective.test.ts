import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ObjectiveDocument, ObjectiveRecord } from '../../model/objective.ts';

const READ: readonly (readonly [sentence: string, document: unknown, expected: unknown])[] = [
  ['an age limit alone: 99 % of rolling 30 days', { age_limit: '5m' }, { ageMs: 300_000, target: 0.99 }],
  ['the older spelling of the configuration', { age: '90s', target: 0.999 }, { ageMs: 90_000, target: 0.999 }],
  ['the spelling of records', { age_ms: 60_000, target: 1 }, { ageMs: 60_000, target: 1 }],
  ['a rolling period', { age_limit: '1m', period: '7d' }, { ageMs: 60_000, target: 0.99, period: '7d' }],
  ['a month', { age_limit: '1m', period: 'calendar month' }, { ageMs: 60_000, target: 0.99, period: 'month' }],
  [
    'working hours of a zone',
    { age_limit: '1m', calendar: { zone: 'Asia/Shanghai', days: [1, 2, 3, 4, 5], from: '08:00', to: '20:00' } },
    {
      ageMs: 60_000,
      target: 0.99,
      calendar: { zone: 'Asia/Shanghai', days: [1, 2, 3, 4, 5], from: '08:00', to: '20:00' },
    },
  ],
  [
    'a calendar that names only its zone counts every minute',
    { age_limit: '1m', calendar: { zone: 'Europe/Berlin' } },
    {
      ageMs: 60_000,
      target: 0.99,
      calendar: { zone: 'Europe/Berlin', days: [0, 1, 2, 3, 4, 5, 6], from: '00:00', to: '24:00' },
    },
  ],
  ['rules that are not wanted', { age_limit: '1m', alerts: false }, { ageMs: 60_000, target: 0.99, alerts: false }],
];

describe('an objective is read', () => {
  for (const [sentence, document, expected] of READ) {
    test(sentence, () => {
      assert.deepEqual(ObjectiveDocument.parse(document), expected);
      assert.deepEqual(ObjectiveRecord.parse(document), expected);
    });
  }
});

const REFUSED: readonly (readonly [sentence: string, document: unknown, path: string, message: RegExp])[] = [
  ['no age', { target: 0.9 }, 'age_limit', /one of age_limit, age and age_ms/],
  ['two ages', { age: '1m', age_ms: 60_000 }, 'age_limit', /one of age_limit/],
  ['an age that is none', { age_limit: 'soon' }, 'age_limit', /is not a duration/],
  ['an age of nothing', { age_limit: '0' }, 'age_limit', /is not a duration/],
  ['a target above 1', { age: '1m', target: 99 }, 'target', /1/],
  ['a period of hours', { age: '1m', period: '12h' }, 'period', /is not a period/],
  ['a period of a year', { age: '1m', period: '365d' }, 'period', /1d to 92d/],
  ['a zone nobody knows', { age: '1m', calendar: { zone: 'Mars/Olympus' } }, 'calendar.zone', /IANA zone/],
  ['a time that is none', { age: '1m', calendar: { from: '8' } }, 'calendar.from', /HH:MM/],
  ['a day that is none', { age: '1m', calendar: { days: [7] } }, 'calendar.days.0', /6/],
];

describe('an objective is refused, with the place', () => {
  for (const [sentence, document, path, message] of REFUSED) {
    test(sentence, () => {
      const { error } = ObjectiveDocument.safeParse(document);

      assert.deepEqual(
        error?.issues.map(issue => issue.path.join('.')),
        [path],
      );
      assert.match(error?.issues[0]?.message ?? '', message);
    });
  }

  test('a field nobody knows is a mistake in the configuration and ignored in a record', () => {
    const document = { age: '1m', agee: '2m' };

    assert.equal(ObjectiveDocument.safeParse(document).success, false);
    assert.deepEqual(ObjectiveRecord.parse(document), { ageMs: 60_000, target: 0.99 });
  });
});
