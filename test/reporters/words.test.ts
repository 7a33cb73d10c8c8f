import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Digest } from '../../alerting/notify/digest-message.ts';
import { outline } from '../../reporters/outline.ts';
import { formatTime, headline, period, phrase, statusWords } from '../../reporters/words.ts';
import { AT, sampleAlert, sampleDigest, sampleMessage } from './samples.ts';

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
  assert.equal(
    headline(sampleMessage({ status: 'resolved', title: 'a', alerts: [], omitted: 2 }), 'both'),
    '[恢复 Resolved] a',
  );
});

test('the headline of one alert that is over says how long it lasted', () => {
  const over = sampleMessage({
    status: 'resolved',
    title: 'a',
    alerts: [sampleAlert({ status: 'resolved', endsAt: AT })],
  });

  assert.deepEqual(
    (['both', 'zh', 'en'] as const).map(lang => headline(over, lang)),
    ['[恢复 Resolved] a · 持续 lasted 10m', '[恢复] a · 持续 10m', '[Resolved] a · lasted 10m'],
  );
});

test('what goes on has lasted until it was told, not until its tick', () => {
  const young = sampleAlert({ startsAt: AT });

  assert.match(period(young, sampleMessage({ toldAt: AT + 40_000 })), /\(40s\)$/);
  assert.match(period({ ...young, endsAt: AT + 5_000 }, sampleMessage({ toldAt: AT + 40_000 })), /\(5s\)$/);
});

const TITLES: readonly [sentence: string, digest: Partial<Digest>, title: string][] = [
  ['minutes that were late', {}, 'Freshness digest · dw: 1/2 late, 45 min'],
  ['a good day', { lateReports: 0, lateMinutes: 0 }, 'Freshness digest · dw: nothing late'],
  [
    'a blind day',
    { lateReports: 0, lateMinutes: 0, unknownMinutes: 9 },
    'Freshness digest · dw: nothing late, unknown 9 min',
  ],
  [
    'nothing promised, sent late',
    { judged: 0, owner: '', sentLate: true },
    'Freshness digest: nothing promised (sent late)',
  ],
];
for (const [sentence, digest, title] of TITLES) {
  test(`the title of a digest tells of ${sentence}`, () =>
    assert.equal(
      headline(sampleMessage({ status: 'info', digest: sampleDigest(digest) }), 'en'),
      `[Notice][Critical] ${title}`,
    ));
}

test('chat channels are told a digest in their language, by report', () => {
  const message = sampleMessage({ digest: sampleDigest(), omitted: 1 });
  const told = (['zh', 'en'] as const).map(lang => outline(message, lang));
  const [zh, en] = told.map(({ rows }) => rows[0]);

  assert.deepEqual([zh?.status, en?.status, en?.title, en?.ended], ['正常', 'fresh', 'GMV', true]);
  assert.deepEqual(
    en?.lines.map(({ label, text }) => `${label}: ${text}`),
    [
      ': 3 min behind',
      'Attained: 97.000 %',
      'Target: 99.000 %',
      'Budget left: -200 %',
      'Late, min: 45',
      'Unknown, min: 0',
      'Minutes by hop: etl 45',
    ],
  );
  assert.equal(zh?.lines[0]?.text, '落后 3 分钟');
  assert.match(told[1]?.facts ?? '', /^2026-11-20 18:05:00 GMT\+8 – 2026-11-21 18:05:00 GMT\+8/);
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
