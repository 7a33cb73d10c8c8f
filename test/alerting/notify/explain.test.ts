import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Intent } from '../../../alerting/intent.ts';
import { explainAll } from '../../../alerting/notify/explain.ts';
import { ManualClock } from '../../../model/clock.ts';
import { intent as makeIntent, START } from './harness.ts';

const LINE = { ts: START, text: 'boom', url: 'http://tw.example/logs' };
const CHART = { title: 'lag', points: [], firingFrom: START, unit: '' };
const CAUSE = { zh: '慢', en: 'slow' };
const clock = new ManualClock(START);

function intents(count: number, over: Partial<Intent> = {}): Intent[] {
  return Array.from({ length: count }, (_, i) => makeIntent('a', { id: `i${i}`, ...over }));
}

test('what begins has a line, a cause and a chart, what ended a chart only', async () => {
  const sources = {
    logs: { explain: async () => LINE },
    charts: { chart: async () => CHART },
    causes: { cause: async () => CAUSE },
  };

  const { lines, charts, causes, failed } = await explainAll(
    [...intents(1), ...intents(1, { id: 'end', kind: 'resolved', endsAt: START })],
    sources,
    clock,
  );

  assert.deepEqual([[...lines.keys()], [...charts.keys()], [...causes]], [['i0'], ['i0', 'end'], [['i0', CAUSE]]]);
  assert.deepEqual(failed, { lines: 0, charts: 0, causes: 0 });
});

test('a storm asks for its first alerts only', async () => {
  let asked = 0;
  const count = async (): Promise<null> => {
    asked++;
    return null;
  };

  const { lines, charts } = await explainAll(
    intents(20_000),
    { logs: { explain: count }, charts: { chart: count }, causes: { cause: count } },
    clock,
  );

  assert.deepEqual([asked, lines.size, charts.size], [15, 0, 0]);
});

test('a store that fails or does not answer in two seconds is counted, and nobody waits longer', async () => {
  const sources = {
    logs: { explain: () => Promise.reject(new Error('away')) },
    charts: { chart: () => new Promise<null>(() => {}) },
    causes: { cause: () => Promise.reject(new Error('away')) },
  };

  const explaining = explainAll(intents(1), sources, clock);
  await clock.advance(2_000);

  const { lines, charts, failed } = await explaining;
  assert.deepEqual([lines.size, charts.size, failed], [0, 0, { lines: 1, charts: 1, causes: 1 }]);
});

test('a cause not to be seen yet at the tick is asked for as of now, unless the tick is long ago', async () => {
  const asked: number[] = [];
  const causes = {
    cause: async (_labels: unknown, at: number) => {
      asked.push(at);
      return at === START ? null : CAUSE;
    },
  };
  const quiet = { logs: { explain: async () => null }, charts: { chart: async () => null }, causes };

  const soon = await explainAll(intents(1), quiet, new ManualClock(START + 40_000));
  const late = await explainAll(intents(1), quiet, new ManualClock(START + 3_600_000));

  assert.deepEqual([[...soon.causes], [...late.causes]], [[['i0', CAUSE]], []]);
  assert.deepEqual(asked, [START, START + 40_000, START]);
});
