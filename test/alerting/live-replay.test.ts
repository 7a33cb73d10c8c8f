/**
 * Live evaluation and a replay of the same data agree to the letter, whatever the rule and whatever happens to the daemon meanwhile:
 * restarts at any tick, downtime, a clock set back, clock changes, the leap day.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createEngine, type EngineDeps } from '../../alerting/engine.ts';
import type { RuleDocumentInput } from '../../alerting/evaluate/document.ts';
import { replayRule } from '../../alerting/evaluate/replay.ts';
import { createResolver } from '../../alerting/evaluate/resolve.ts';
import { compileRule } from '../../alerting/evaluate/rule.ts';
import { type MemoryLine, MemoryLogs } from '../../alerting/testing/memory-logs.ts';
import { ManualClock } from '../../model/clock.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { MemoryMetricStore } from '../../store/memory-metrics.ts';
import { openSqliteStateStore } from '../../store/sqlite/state-store.ts';

const MINUTE = 60_000;
const MINUTES = 75;
const DELAY = 30_000;

/** Instants around which clocks change, a day is inserted, or nothing special happens. */
const STARTS = ['2026-03-03T10:00:00Z', '2026-03-08T06:30:00Z', '2026-11-01T05:15:00Z', '2028-02-28T23:30:00Z'].map(
  Date.parse,
);

const duration = (...texts: string[]) => fc.constantFrom(...texts);

const document: fc.Arbitrary<RuleDocumentInput> = fc.record({
  name: fc.constant('r'),
  schedule: fc.constantFrom('* * * * *', '*/2 * * * *', '*/5 * * * *', '30 * * * * *', '*/7 1,2 * * *'),
  zone: fc.constantFrom('UTC', 'America/New_York', 'Asia/Shanghai'),
  window: duration('1m', '3m', '10m'),
  for: duration('0s', '2m', '5m'),
  keep_firing_for: duration('0s', '3m'),
  repeat_interval: duration('0s', '1m', '7m'),
  group_by: fc.constantFrom<RuleDocumentInput['group_by'][]>(['topic'], [], '*', ['topic', 'p']),
  metrics: fc.constantFrom<RuleDocumentInput['metrics'][]>(
    [{ metric: 'lag' }, { metric: 'lag', offset: '5m' }],
    [
      { metric: 'lag', op: 'MAX' },
      { metric: 'lag', op: 'COUNT' },
    ],
    [
      { metric: 'lag', op: 'LAST', across: 'sum' },
      { metric: 'lag', op: 'AVG', matchers: { topic: 'a' } },
    ],
    [
      { metric: 'lag', op: 'SPIKE' },
      { metric: 'lag', op: 'P90', window: '15m' },
    ],
    [
      { metric: 'lag', baseline: { weeks: 1 } },
      { metric: 'lag', op: 'MIN' },
    ],
  ),
  condition: fc.constantFrom(
    '{0} > 10',
    '{0} > 5 and {1} > 5',
    '{0} > 15 or {1} < 3',
    'pct({0},{1}) > 0.5',
    'not exists({0}) or {0} > 12',
  ),
  recovery: fc.constantFrom(null, '{0} < 3'),
  no_data: fc.record({
    policy: fc.constantFrom('keep', 'ok', 'alert'),
    after: fc.integer({ min: 1, max: 4 }),
    notify: fc.boolean(),
  }),
  zero_baseline: fc.constantFrom('unknown', 'grow'),
  flapping: fc.constantFrom(null, { window: 10, changes: 3 }),
});

const logDocument = document.map(
  (rule): RuleDocumentInput => ({
    ...rule,
    group_by: ['job'],
    metrics: [{ log: '*' }, { log: 'level:ERROR', op: 'NEW', since: '30m' }],
  }),
);

/** A value a minute for each of a few series; null is a gap. */
const values = fc.array(
  fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 20 }) }, { weight: 1, arbitrary: fc.constant(null) }),
  {
    minLength: MINUTES,
    maxLength: MINUTES,
  },
);
const mishap = fc.record({
  minute: fc.integer({ min: 1, max: MINUTES - 1 }),
  kind: fc.constantFrom<'restart' | 'down' | 'back'>('restart', 'down', 'back'),
  minutes: fc.integer({ min: 1, max: 20 }),
});

interface World {
  readonly start: number;
  readonly metrics: MemoryMetricStore;
  readonly logs: MemoryLogs;
}

async function worldOf(start: number, series: readonly (readonly (number | null)[])[]): Promise<World> {
  const metrics = new MemoryMetricStore();
  const lines: MemoryLine[] = [];
  for (const [i, points] of series.entries()) {
    const labels = { topic: i % 2 === 0 ? 'a' : 'b', p: String(i) };
    const groups = points.flatMap((value, m): MetricGroup[] => {
      const ts = start + m * MINUTE + i * 7000;
      if (value === null) return [];
      lines.push({
        ts,
        job: labels.topic,
        level: value > 15 ? 'ERROR' : 'INFO',
        exception: value > 12 ? `E${value}` : '',
      });
      return [{ ts, labels, attrs: {}, values: [['lag', value]], arrivedAt: ts }];
    });
    await metrics.append(groups);
  }
  return { start, metrics, logs: new MemoryLogs(lines) };
}

async function live(
  document: RuleDocumentInput,
  { start, metrics, logs }: World,
  mishaps: readonly { minute: number; kind: string; minutes: number }[],
) {
  const clock = new ManualClock(start - 1);
  let setBack = 0;
  const time = clock.now.bind(clock);
  clock.now = () => time() - setBack;
  const state = openSqliteStateStore({ path: ':memory:', clock });
  const logger = { warn: () => undefined, error: () => undefined };
  const deps: EngineDeps = {
    state,
    reader: metrics,
    logs,
    watermark: () => Number.POSITIVE_INFINITY,
    clock,
    telemetry: createTelemetry(),
    logger,
    config: { delayMs: DELAY, maxWaitMs: MINUTE, metaReceivers: [] },
  };
  const open = async () => {
    const engine = createEngine(deps);
    await engine.start();
    await engine.load([{ rule: compileRule('r', document), savedAt: start - 1 }]);
    return engine;
  };
  let engine = await open();
  let waiting = mishaps;
  const end = start + MINUTES * MINUTE + DELAY;
  while (clock.now() < end) {
    await clock.advance(Math.min(20_000, end - clock.now()));
    await engine.tick();
    const minute = Math.floor((clock.now() - start) / MINUTE);
    const due = waiting.filter(item => item.minute <= minute);
    waiting = waiting.filter(item => item.minute > minute);
    for (const { kind, minutes } of due) {
      if (kind === 'back') setBack += minutes * 1000;
      if (kind === 'down') await clock.advance(Math.min(minutes * MINUTE, end - clock.now()));
      if (kind === 'back') continue;
      await engine.stop();
      engine = await open();
    }
  }
  await engine.tick();
  const history = await engine.history('r', 0, Number.MAX_SAFE_INTEGER);
  await engine.stop();
  await state.close();
  return history;
}

async function agrees(
  rule: RuleDocumentInput,
  world: World,
  mishaps: readonly { minute: number; kind: string; minutes: number }[],
) {
  const lived = await live(rule, world, mishaps);
  const replayed = await replayRule({
    rule: compileRule('r', rule),
    from: world.start,
    to: world.start + MINUTES * MINUTE,
    asOf: 'ideal',
    delayMs: DELAY,
    readers: { metrics: world.metrics, logs: world.logs },
    resolve: createResolver(['lag']),
  });
  assert.deepEqual(lived, replayed);
}

for (const [sentence, documents] of [
  ['metrics', document],
  ['logs', logDocument],
] as const) {
  test(`live evaluation of rules over ${sentence} equals their replay, through restarts, downtime and clocks set back`, async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.constantFrom(...STARTS),
        fc.array(values, { minLength: 1, maxLength: 3 }),
        fc.array(mishap, { maxLength: 3 }),
        async (rule, start, series, mishaps) => agrees(rule, await worldOf(start, series), mishaps),
      ),
      { numRuns: 15 },
    );
  });
}
