import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTime, headline, period, phrase, statusWords } from '../../reporters/words.ts';
import { AT, sampleMessage } from './samples.ts';

const TIMES: readonly [string, string, string][] = [
  ['a zone without daylight saving', 'Asia/Shanghai', '2026-11-21 18:05:00 GMT+8'],
  ['UTC says UTC', 'UTC', '2026-11-21 10:05:00 UTC'],
  ['a half-hour zone', 'Asia/Kolkata', '2026-11-21 15:35:00 GMT+5:30'],
  ['an unknown zone falls back to UTC', 'Mars/Base', '2026-11-21 10:05:00 UTC'],
];
for (const [sentence, zone, expected] of TIMES) {
  test(`a time carries its zone: ${sentence}`, () => assert.equal(formatTime(AT, zone), expected));
}

const LASTED: readonly [number, string][] = [
  [0, '0s'],
  [59_000, '59s'],
  [61_000, '1m1s'],
  [3_600_000, '1h'],
  [7_500_000, '2h5m'],
  [90_000_000, '1d1h'],
];
for (const [ms, expected] of LASTED) {
  test(`${ms} ms reads ${expected}`, () => {
    const text = period({ startsAt: 0, endsAt: ms }, sampleMessage({ zone: 'UTC' }));
    assert.ok(text.endsWith(` (${expected})`), text);
  });
}

test('the headline is one line in both languages', () => {
  assert.equal(headline(sampleMessage({ title: 'a\r\nBcc: b' }), 'both'), '[告警 Alert][严重 Critical] a Bcc: b');
  assert.equal(headline(sampleMessage({ status: 'resolved', title: 'a' }), 'both'), '[恢复 Resolved] a');
});

test('a channel speaks both languages, or one of them', () => {
  assert.deepEqual(
    (['both', 'zh', 'en'] as const).map(lang => statusWords('firing', lang)),
    ['告警 Firing', '告警', 'Firing'],
  );
  assert.deepEqual(
    (['both', 'zh', 'en'] as const).map(lang => phrase('owner', lang)),
    ['负责人 Owner', '负责人', 'Owner'],
  );
});
