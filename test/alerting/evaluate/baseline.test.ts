import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { baselineInstants } from '../../../alerting/evaluate/baseline.ts';
import type { RuleDocumentInput } from '../../../alerting/evaluate/document.ts';
import { fillIn } from '../../../alerting/evaluate/render.ts';
import { replayRule } from '../../../alerting/evaluate/replay.ts';
import { createResolver } from '../../../alerting/evaluate/resolve.ts';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import { MemoryMetricStore } from '../../../store/memory-metrics.ts';
import { MINUTE, rule, START, series } from './scenario.ts';

const HOUR = 60 * MINUTE;
const WEEK = 7 * 24 * HOUR;
/** A tick in the middle of an hour. */
const T = START + 30 * MINUTE;

async function at(document: RuleDocumentInput, samples: ReturnType<typeof series>) {
  const metrics = new MemoryMetricStore();
  await metrics.append(samples);
  const options = { from: T, to: T, asOf: 'ideal' as const, delayMs: 0, resolve: createResolver([]) };
  const history = await replayRule({ ...options, readers: { metrics, logs: null }, rule: compileRule('id', document) });
  const [group] = history.ticks[0]?.groups ?? [];
  const hints = history.notifications[0]?.annotations?.map(({ value }) => value);
  return { result: group?.result, reason: group?.reason, values: group?.values, hints };
}

/** The hours of earlier weeks at which the metric was steady at these values, and now. */
function weeks(values: readonly number[], now: number) {
  const past = values.flatMap((value, i) =>
    series({}, Array.from({ length: 60 }, () => value).join(' '), 'lag', START - (i + 1) * WEEK + MINUTE),
  );
  return [...past, ...series({}, String(now), 'lag', T)];
}

const SCORED = rule({
  metrics: [{ name: 'lag', metric: 'lag', baseline: { weeks: 4 } }],
  condition: 'score(lag) > 3',
  annotations: [
    { name: 'score', formula: 'score({0})' },
    { name: 'median', formula: 'median({0})' },
    { name: 'mad', formula: 'mad({0})' },
  ],
});

describe('a score against the same hour of earlier weeks', () => {
  test('is the distance from the median in scaled MADs', async () => {
    const seen = await at(SCORED, weeks([100, 110, 90, 120], 200));
    assert.deepEqual(seen.values, [200]);
    assert.equal(seen.result, true);
    // Median of 100 110 90 120 is 105; the deviations are 5 5 15 15, their median 10.
    assert.deepEqual(seen.hints, [String((200 - 105) / (1.4826 * 10)), '105', '10']);
    assert.equal((await at(SCORED, weeks([100, 110, 90, 120], 120))).result, false);
  });

  test('bands are written with median and mad', async () => {
    const band = { ...SCORED, condition: 'lag < median(lag) - 3*mad(lag)' };
    assert.equal((await at(band, weeks([100, 110, 90, 120], 74))).result, true);
    assert.equal((await at(band, weeks([100, 110, 90, 120], 76))).result, false);
  });

  const unknown: readonly [sentence: string, samples: ReturnType<typeof series>, reason: string][] = [
    ['without history', weeks([], 5), 'missing-baseline'],
    [
      'with two values',
      [...series({}, '1', 'lag', T - WEEK), ...series({}, '1', 'lag', T - 2 * WEEK), ...series({}, '9', 'lag', T)],
      'missing-baseline',
    ],
    ['where it never varied', weeks([7, 7, 7, 7], 9), 'zero-baseline'],
  ];
  for (const [sentence, samples, reason] of unknown) {
    test(`${sentence} it is unknown, and nothing fires`, async () => {
      const seen = await at(SCORED, samples);
      assert.deepEqual([seen.result, seen.reason], [null, reason]);
    });
  }

  test('three values are enough, and growth out of steadiness fires where the rule asks for it', async () => {
    const three = [1, 2, 3].flatMap(i => series({}, String(i * 10), 'lag', T - i * WEEK));
    assert.equal((await at(SCORED, [...three, ...series({}, '999', 'lag', T)])).result, true);
    const grow = { ...SCORED, zero_baseline: 'grow' as const };
    assert.equal((await at(grow, weeks([7, 7, 7, 7], 9))).result, true);
    assert.equal((await at(grow, weeks([7, 7, 7, 7], 7))).result, false);
  });

  test('what was usual makes no group: one that reports no more is not unknown for weeks', async () => {
    const history = await at({ ...SCORED, group_by: ['topic'] }, weeks([1, 2, 3, 4], 5).slice(0, -1));
    assert.equal(history.values, undefined);
  });

  test('the condition with its numbers shows the metric, not the machinery', () => {
    const compiled = compileRule('id', SCORED);
    const [level] = compiled.levels;
    assert.ok(level);
    assert.equal(fillIn(level.condition, compiled.metricNames, [200, 105, 10]), 'score(lag 200) > 3');
  });
});

describe('the instants of a baseline', () => {
  const readings = (at: number, windowMs: number, zone: string, count = 1): string[] =>
    baselineInstants(at, count, windowMs, zone).map(t =>
      new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(t),
    );

  test('cover the hour in steps of the window', () => {
    const t = Date.UTC(2026, 2, 10, 10, 5);
    assert.deepEqual(readings(t, 20 * MINUTE, 'UTC'), ['2026-03-03 10:20', '2026-03-03 10:40', '2026-03-03 11:00']);
    assert.equal(baselineInstants(t, 4, 1000, 'UTC').length, 4 * 60);
    assert.deepEqual(readings(t, 3 * HOUR, 'UTC'), ['2026-03-03 11:00']);
  });

  test('are those of the hour just over for a tick at its end', () => {
    assert.deepEqual(readings(Date.UTC(2026, 2, 10, 10), 30 * MINUTE, 'UTC'), ['2026-03-03 09:30', '2026-03-03 10:00']);
  });

  test('keep to the local hour when the clocks have changed meanwhile', () => {
    // Berlin went from +1 to +2 on 29 March 2026.
    const t = Date.UTC(2026, 3, 1, 6, 30);
    assert.deepEqual(readings(t, HOUR, 'Europe/Berlin'), ['2026-03-25 09:00']);
    assert.equal(
      new Date(baselineInstants(t, 1, HOUR, 'Europe/Berlin')[0] ?? 0).toISOString(),
      '2026-03-25T08:00:00.000Z',
    );
  });
});
