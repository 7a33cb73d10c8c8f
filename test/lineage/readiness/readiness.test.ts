import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FreshnessAnswer } from '../../../lineage/lag/answer.ts';
import { judgeReadiness, type Readiness, type ReadinessFacts } from '../../../lineage/readiness/readiness.ts';
import { answer } from '../objectives/answer-fixture.ts';

const NOW = Date.parse('2026-11-20T11:05:00Z');
const END = Date.parse('2026-11-20T11:00:00Z');
const MINUTE = 60_000;

function judge(
  fields: Partial<FreshnessAnswer>,
  facts: Partial<ReadinessFacts> = {},
  expectedRows?: number,
): Readiness {
  return judgeReadiness({
    question: {
      target: 'GMV',
      completeTo: END,
      periodMs: 60 * MINUTE,
      ...(expectedRows !== undefined && { expectedRows }),
    },
    answer: answer({ ts: NOW, ...fields }),
    earlier: { at: NOW - 5 * MINUTE, completeUpTo: null },
    committing: [],
    rows: null,
    ...facts,
  });
}

const LATE = { age_ms: 8 * MINUTE, age_high_ms: 9 * MINUTE, blame: 'etl' };
const COMPLETE = { age_ms: MINUTE, age_high_ms: 5 * MINUTE };
const rows = (low: number, actual: number, high: number) => ({ actual, low, high, hop: 'etl' });

type Case = readonly [sentence: string, answer: Readiness, expected: Omit<Readiness, 'complete_up_to'>];
const ready = { ready: true, blocking: [], rows: null };
const blocked = (hop: string | null, reason: Readiness['blocking'][number]['reason'], eta_ms: number | null) => ({
  ready: false,
  blocking: [{ hop, reason, eta_ms }],
  rows: null,
});

const CASES: readonly Case[] = [
  ['complete up to the very end of the period', judge(COMPLETE), ready],
  [
    'the point estimate is past the end, the safe bound is not',
    judge({ age_ms: MINUTE, age_high_ms: 5 * MINUTE + 1, blame: 'etl' }),
    blocked('etl', 'behind', 1),
  ],
  ['behind, with no history: data comes as time goes', judge(LATE), blocked('etl', 'behind', 4 * MINUTE)],
  [
    'behind and catching up twice as fast',
    judge(LATE, { earlier: { at: NOW - 5 * MINUTE, completeUpTo: NOW - 19 * MINUTE } }),
    blocked('etl', 'behind', 2 * MINUTE),
  ],
  [
    'behind and standing still: no time is told',
    judge(LATE, { earlier: { at: NOW - 5 * MINUTE, completeUpTo: NOW - 9 * MINUTE } }),
    blocked('etl', 'behind', null),
  ],
  [
    'the hop to blame stalls: no time is told',
    judge({ ...LATE, status: { etl: 'STALL' } }),
    blocked('etl', 'behind', null),
  ],
  [
    'a hop that has stopped reporting is stale, once, with no time',
    judge({ ...LATE, stale: ['etl'] }),
    blocked('etl', 'stale', null),
  ],
  [
    'a stale hop blocks also when the bound is past the end',
    judge({ ...COMPLETE, stale: ['nifi'] }),
    blocked('nifi', 'stale', null),
  ],
  ['nothing is known', judge({ age_ms: null, age_low_ms: null, age_high_ms: null }), blocked(null, 'unknown', null)],
  [
    'nothing is known because a hop is silent: that hop blocks',
    judge({ age_ms: null, age_low_ms: null, age_high_ms: null, stale: ['druid'] }),
    blocked('druid', 'stale', null),
  ],
  [
    'a checkpoint after the end has committed it',
    judge(COMPLETE, { committing: [{ hop: 'etl', barrier: END, nextAt: NOW + 1 }] }),
    ready,
  ],
  [
    'the last checkpoint is from before the end: the next one decides',
    judge(COMPLETE, { committing: [{ hop: 'etl', barrier: END - 1, nextAt: NOW + 30_000 }] }),
    blocked('etl', 'checkpoint', 30_000),
  ],
  [
    'the next checkpoint is overdue',
    judge(COMPLETE, { committing: [{ hop: 'etl', barrier: END - 1, nextAt: NOW - 30_000 }] }),
    blocked('etl', 'checkpoint', 0),
  ],
  [
    'no checkpoint was ever told',
    judge(COMPLETE, { committing: [{ hop: 'etl', barrier: null, nextAt: null }] }),
    blocked('etl', 'checkpoint', null),
  ],
  [
    'as many rows as declared',
    judge(COMPLETE, { rows: rows(100, 100, 100) }, 100),
    { ...ready, rows: { expected: 100, actual: 100, verdict: 'ok' } },
  ],
  [
    'rows of a flowing stream, known within bounds',
    judge(COMPLETE, { rows: rows(90, 98, 104) }, 100),
    { ...ready, rows: { expected: 100, actual: 98, verdict: 'ok' } },
  ],
  [
    'rows are missing',
    judge(COMPLETE, { rows: rows(99, 99, 99) }, 100),
    { ...blocked('etl', 'rows-short', null), rows: { expected: 100, actual: 99, verdict: 'short' } },
  ],
  [
    'rows are there twice',
    judge(COMPLETE, { rows: rows(101, 120, 120) }, 100),
    { ...blocked('etl', 'rows-duplicate', null), rows: { expected: 100, actual: 120, verdict: 'duplicate' } },
  ],
  ['rows are declared and nobody counted them', judge(COMPLETE, {}, 100), blocked(null, 'rows-unknown', null)],
  [
    'rows are not judged before the data is there',
    judge(LATE, { rows: rows(1, 1, 1) }, 100),
    blocked('etl', 'behind', 4 * MINUTE),
  ],
  ['no rows were declared, so none are judged', judge(COMPLETE, { rows: rows(1, 1, 1) }), ready],
];

describe('a period is ready', () => {
  for (const [sentence, result, expected] of CASES) {
    test(sentence, () => {
      const { complete_up_to: _, ...decision } = result;
      assert.deepEqual(decision, expected);
    });
  }

  test('a period that has not ended says when it will be there: never before its end', () => {
    const result = judgeReadiness({
      question: { target: 'GMV', completeTo: NOW + 10 * MINUTE, periodMs: 1 },
      answer: answer({ ts: NOW, age_ms: 20 * MINUTE, blame: 'etl' }),
      // Thirty times as fast as time.
      earlier: { at: NOW - MINUTE, completeUpTo: NOW - 50 * MINUTE },
      committing: [],
      rows: null,
    });

    assert.deepEqual(result.blocking, [{ hop: null, reason: 'period-open', eta_ms: 10 * MINUTE }]);
  });
});
