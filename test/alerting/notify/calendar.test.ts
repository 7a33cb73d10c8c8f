import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CalendarDocument, isWithin } from '../../../alerting/notify/calendar.ts';
import { SilenceDocument } from '../../../alerting/notify/silence.ts';

const NIGHT = { zone: 'Asia/Shanghai', from: '23:00', to: '07:00' };

const TABLE: readonly [string, object, string, boolean][] = [
  ['local time counts, not UTC', { zone: 'Asia/Shanghai', from: '09:00', to: '18:00' }, '2026-11-20T01:00:00Z', true],
  ['the end is outside', { zone: 'Asia/Shanghai', from: '09:00', to: '18:00' }, '2026-11-20T10:00:00Z', false],
  ['a span over midnight holds before it', NIGHT, '2026-11-20T15:30:00Z', true],
  ['and after it', NIGHT, '2026-11-20T22:59:00Z', true],
  ['but not by day', NIGHT, '2026-11-20T23:00:00Z', false],
  ['a night belongs to the day it begins on: Friday', { ...NIGHT, days: [5] }, '2026-11-20T20:00:00Z', true],
  ['and not to the day it ends on', { ...NIGHT, days: [6] }, '2026-11-20T20:00:00Z', false],
  ['equal times are the whole day', { from: '08:00', to: '08:00', days: [5] }, '2026-11-21T07:59:00Z', true],
  ['to the same time of the next day', { from: '08:00', to: '08:00', days: [5] }, '2026-11-21T08:00:00Z', false],
  ['24:00 is the end of the day', { from: '12:00', to: '24:00' }, '2026-11-20T23:59:00Z', true],
  [
    'clocks that were put forward: 03:00 follows 02:00',
    { zone: 'Europe/Berlin', from: '03:00', to: '04:00' },
    '2026-03-29T01:00:00Z',
    true,
  ],
  [
    'the hour that comes twice counts twice',
    { zone: 'Europe/Berlin', from: '02:00', to: '03:00' },
    '2026-10-25T01:30:00Z',
    true,
  ],
  ['before 1970 a day is a day', { from: '10:00', to: '11:00' }, '1969-12-31T10:30:00Z', true],
];
for (const [sentence, document, time, expected] of TABLE)
  test(sentence, () => assert.equal(isWithin(CalendarDocument.parse(document), Date.parse(time)), expected));

const REFUSED: readonly [string, object, string][] = [
  ['nothing that would end', { matchers: { a: 'b' } }, 'ends_at'],
  ['an end before the beginning', { matchers: { a: 'b' }, starts_at: 2, ends_at: 1 }, 'ends_at'],
  ['no matcher', { matchers: {}, ends_at: 1 }, 'matchers'],
  ['matchers that fit anything', { matchers: { topic: '' }, ends_at: 1 }, 'matchers'],
  ['a zone nobody knows', { matchers: { a: 'b' }, calendar: { ...NIGHT, zone: 'Mars/Base' } }, 'calendar.zone'],
  ['25 o’clock', { matchers: { a: 'b' }, calendar: { ...NIGHT, from: '25:00' } }, 'calendar.from'],
  ['a bad regular expression', { matchers: { a: { op: '=~', value: '(' } }, ends_at: 1 }, 'matchers.a.value'],
];
for (const [sentence, document, path] of REFUSED) {
  test(`a silence is refused for ${sentence}`, () => {
    const { error } = SilenceDocument.safeParse(document);
    assert.deepEqual([...new Set(error?.issues.map(issue => issue.path.join('.')))], [path]);
  });
}
