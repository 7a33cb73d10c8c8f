import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkZone, instant } from '../../../app/commands/instant.ts';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const HOUR = 3_600_000;

const GOOD: readonly (readonly [sentence: string, text: string, at: string | number])[] = [
  ['now', 'now', NOW],
  ['a while ago', '24h', NOW - 24 * HOUR],
  ['the same with a sign', '-90m', NOW - 1.5 * HOUR],
  ['epoch milliseconds', '1790000000000', 1_790_000_000_000],
  ['ISO 8601 in UTC', '2026-11-20T06:00:00Z', '2026-11-20T06:00:00Z'],
  ['ISO 8601 with an offset', '2026-11-20T14:00:00+05:30', '2026-11-20T08:30:00Z'],
  ['a reading of the zone’s clocks', '2026-11-20T14:00', '2026-11-20T06:00:00Z'],
  ['the same as people write it', '2026-11-20 14:00:30.5', '2026-11-20T06:00:30.500Z'],
  ['a day is its midnight in the zone', '2026-11-20', '2026-11-19T16:00:00Z'],
];
for (const [sentence, text, at] of GOOD) {
  test(`${sentence}: ${text}`, () => {
    const expected = typeof at === 'number' ? at : Date.parse(at);
    assert.equal(instant(text, '--from', { now: NOW, zone: 'Asia/Shanghai' }), expected);
  });
}

for (const text of ['', 'soon', '2026-13-01', '2026-11-20T25:00', '5 min']) {
  test(`"${text}" is no time: the message names the option`, () => {
    assert.throws(() => instant(text, '--to', { now: NOW, zone: 'UTC' }), /^UserError: --to .*24h for a day ago$/);
  });
}

test('a zone is one the runtime knows', () => {
  assert.equal(checkZone('Asia/Shanghai'), 'Asia/Shanghai');
  assert.throws(() => checkZone('Mars'), /--zone Mars: expected an IANA zone/);
});
