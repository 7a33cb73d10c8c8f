import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FreshnessAnswer } from '../../../lineage/lag/answer.ts';
import { type FreshnessLevel, freshnessLevel } from '../../../lineage/objectives/level.ts';
import { judge, type Look, worse } from '../../../lineage/objectives/verdict.ts';
import { badgeText, freshnessSentence, spokenDuration } from '../../../lineage/objectives/words.ts';
import { answer } from './answer-fixture.ts';

const LIMIT = 60_000;
const UNKNOWN = { age_ms: null, age_low_ms: null, age_high_ms: null };

type Case = readonly [
  sentence: string,
  answer: Partial<FreshnessAnswer>,
  verdict: Look['verdict'],
  hop: string | null,
  level: FreshnessLevel,
];
const CASES: readonly Case[] = [
  ['level', { age_ms: 1000, blame: 'etl' }, 'good', null, 'ok'],
  ['close to the limit', { age_ms: 50_000, age_high_ms: 59_000, blame: 'etl' }, 'good', null, 'warning'],
  ['at the limit', { age_ms: 60_000 }, 'good', null, 'warning'],
  [
    'the upper bound is over, the point is not',
    { age_ms: 50_000, age_high_ms: 60_001, blame: 'etl' },
    'bad',
    'etl',
    'critical',
  ],
  ['all of it is over', { age_ms: 600_000, blame: 'etl', stale: ['nifi'] }, 'bad', 'etl', 'critical'],
  [
    'no upper bound',
    { age_ms: 10, age_low_ms: 0, age_high_ms: null, stale: ['nifi'], blame: 'etl' },
    'unknown',
    'nifi',
    'unknown',
  ],
  [
    'no upper bound, but even the lower one is over',
    { age_ms: 90_000, age_low_ms: 70_000, age_high_ms: null, blame: 'etl' },
    'bad',
    'etl',
    'critical',
  ],
  ['nothing known', UNKNOWN, 'unknown', null, 'unknown'],
  ['nothing known because of a silent hop', { ...UNKNOWN, stale: ['druid'] }, 'unknown', 'druid', 'unknown'],
];

describe('a look is judged by the upper bound', () => {
  for (const [sentence, fields, verdict, hop, level] of CASES) {
    test(sentence, () => {
      assert.deepEqual(judge(answer(fields), LIMIT), { verdict, hop });
      assert.equal(freshnessLevel(answer(fields), LIMIT), level);
    });
  }

  test('of two looks the worse counts, of equals the earlier', () => {
    const [good, unknown, bad, later] = [
      { verdict: 'good', hop: null },
      { verdict: 'unknown', hop: 'a' },
      { verdict: 'bad', hop: 'b' },
      { verdict: 'bad', hop: 'c' },
    ] as const;

    assert.equal(worse(good, unknown), unknown);
    assert.equal(worse(bad, unknown), bad);
    assert.equal(worse(bad, later), bad);
    assert.equal(worse(good, bad), bad);
  });

  test('without an objective fixed steps of the age count', () => {
    const level = (ms: number | null): string => freshnessLevel(answer({ age_ms: ms }), null);

    assert.deepEqual(
      [level(300_000), level(300_001), level(1_800_001), level(null)],
      ['ok', 'warning', 'critical', 'unknown'],
    );
  });
});

const NOW = Date.parse('2026-11-20T02:45:00Z');
const LATE = { ts: NOW, age_ms: 170_000, age_low_ms: 120_000, age_high_ms: 180_000, blame: 'etl' };
const zh = { language: 'zh', zone: 'Asia/Shanghai' } as const;
const en = { language: 'en', zone: 'Asia/Shanghai' } as const;

describe('freshness in words', () => {
  test('late: up to when, how much, because of whom', () => {
    assert.equal(
      freshnessSentence(answer(LATE), { level: 'critical', ...en }),
      'complete up to 10:42, about 3 min behind (2 min to 3 min), because of etl',
    );
    assert.equal(
      freshnessSentence(answer(LATE), { level: 'critical', ...zh }),
      '数据完整至 10:42，约落后 3 分钟（2 分钟 至 3 分钟），原因：etl',
    );
  });

  test('fresh: nobody is to blame', () => {
    const fresh = answer({ ts: NOW, age_ms: 20_000, blame: 'etl' });

    assert.equal(freshnessSentence(fresh, { level: 'ok', ...en }), 'complete up to 10:44, about 20 s behind');
  });

  test('unknown: who is silent', () => {
    const silent = answer({ ts: NOW, ...UNKNOWN, stale: ['nifi'] });

    assert.equal(
      freshnessSentence(silent, { level: 'unknown', ...en }),
      'how far the data goes is not known, no report from nifi',
    );
    assert.equal(badgeText(silent, 'zh', 'UTC'), '数据完整到何时未知');
  });

  test('another day is named', () => {
    assert.equal(
      badgeText(answer({ ts: NOW, age_ms: 3 * 3_600_000 }), 'en', 'Asia/Shanghai'),
      'data as of 07:45 · 3 h behind',
    );
    assert.equal(
      badgeText(answer({ ts: NOW, age_ms: 12 * 3_600_000 }), 'zh', 'Asia/Shanghai'),
      '数据截至 11-19 22:45 · 落后 12 小时',
    );
  });

  const SPOKEN: readonly (readonly [ms: number, text: string])[] = [
    [0, '0 s'],
    [89_499, '89 s'],
    [89_500, '2 min'],
    [3_569_000, '59 min'],
    [3_570_000, '1 h'],
    [3_900_000, '1 h 5 min'],
    [86_370_000, '1 d'],
    [187_200_000, '2 d 4 h'],
  ];
  for (const [ms, text] of SPOKEN) test(`${ms} ms is ${text}`, () => assert.equal(spokenDuration(ms, 'en'), text));
});
