import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { RuleDocumentInput } from '../../../alerting/evaluate/document.ts';
import { type LogWindow, readLogWindows } from '../../../alerting/evaluate/log-windows.ts';
import type { RuleHistory } from '../../../alerting/evaluate/record.ts';
import { replayRule } from '../../../alerting/evaluate/replay.ts';
import { createResolver } from '../../../alerting/evaluate/resolve.ts';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import { type MemoryLine as Line, MemoryLogs } from '../../../alerting/testing/memory-logs.ts';
import { labelsKey } from '../../../model/labels.ts';
import { MemoryMetricStore } from '../../../store/memory-metrics.ts';
import { MINUTE, rule, START, states, told } from './scenario.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

async function replay(document: RuleDocumentInput, lines: readonly Line[], minutes: number): Promise<RuleHistory> {
  const readers = { metrics: new MemoryMetricStore(), logs: new MemoryLogs(lines) };
  const to = START + (minutes - 1) * MINUTE;
  const options = { from: START, to, asOf: 'ideal' as const, delayMs: 0, readers, resolve: createResolver([]) };
  return replayRule({ ...options, rule: compileRule('id', document) });
}

/** `per[i]` lines within minute i, the first at its beginning and the last at its end. */
function lines(per: readonly number[], line: Omit<Line, 'ts'> = {}): Line[] {
  return per.flatMap((n, i) =>
    Array.from({ length: n }, (_, k) => ({ ...line, ts: START + (i - 1) * MINUTE + 1 + (k % 2) * (MINUTE - 1) })),
  );
}

const valuesOf = (history: RuleHistory): unknown[] => history.ticks.map(tick => tick.groups[0]?.values[0]);

describe('rules over logs', () => {
  test('count the lines of each window, the end of it included and its beginning not', async () => {
    const document = rule({
      metrics: [{ name: 'errors', log: 'level:ERROR job:dw_*', op: 'COUNT' }],
      condition: 'errors > 2',
    });
    const history = await replay(
      document,
      [
        ...lines([1, 3, 0, 4], { level: 'ERROR', job: 'dw_a' }),
        ...lines([9, 9, 9, 9], { level: 'INFO', job: 'dw_a' }),
        ...lines([9, 9, 9, 9], { level: 'ERROR', job: 'ods_a' }),
      ],
      4,
    );
    assert.deepEqual(valuesOf(history), [1, 3, 0, 4]);
    assert.deepEqual(told(history), ['1 firing', '2 resolved', '3 firing']);
  });

  test('are grouped by what lines have, under the names people use', async () => {
    const document = rule({ metrics: [{ log: '*' }], group_by: ['job', 'app_id'], condition: '{0} > 1' });
    const history = await replay(
      document,
      [...lines([2], { job: 'a', app: 'x' }), ...lines([1], { job: 'b', app: 'x' })],
      1,
    );
    assert.deepEqual(
      history.ticks[0]?.groups.map(({ labels, values, state }) => [labels, values, state]),
      [
        [{ job: 'a', app_id: 'x' }, [2], 'firing'],
        [{ job: 'b', app_id: 'x' }, [1], 'inactive'],
      ],
    );
  });

  test('matchers of rule and row narrow the lines', async () => {
    const all = [
      ...lines([2], { job: 'a', host: 'h1' }),
      ...lines([3], { job: 'b', host: 'h1' }),
      ...lines([4], { job: 'a', host: 'h2' }),
    ];
    const narrowed = rule({
      matchers: { job: 'a' },
      metrics: [{ log: '*', matchers: { host: { op: '!=', value: 'h2' }, level: '' } }],
    });
    assert.deepEqual(valuesOf(await replay(narrowed, all, 1)), [2]);
  });

  test('RATE is lines a second', async () => {
    const document = rule({ metrics: [{ log: '*', op: 'RATE' }] });
    assert.deepEqual(valuesOf(await replay(document, lines([30, 0]), 2)), [0.5, 0]);
  });

  test('a flatline: a job that used to write falls silent', async () => {
    const document = rule({ metrics: [{ log: '*' }], group_by: ['job'], condition: '{0} < 1', for: '1m' });
    const history = await replay(
      document,
      [...lines([2, 2, 0, 0, 0, 1], { job: 'a' }), ...lines([1, 1, 1, 1, 1, 1], { job: 'b' })],
      6,
    );
    assert.equal(states(history, { job: 'a' }), 'iipffi');
    assert.equal(states(history, { job: 'b' }), 'iiiiii');
  });

  test('a spike is the ratio to the window before; out of nothing only where the rule asks for growth', async () => {
    const metrics = [{ log: '*', op: 'SPIKE' }];
    const history = await replay(rule({ metrics, condition: '{0} >= 3' }), lines([0, 2, 6, 6, 0, 5]), 6);
    assert.deepEqual(valuesOf(history), [null, null, 3, 1, 0, null]);
    assert.deepEqual(told(history), ['2 firing', '3 resolved']);
    const grown = await replay(rule({ metrics, condition: '{0} >= 3', zero_baseline: 'grow' }), lines([0, 2, 6]), 3);
    assert.deepEqual(told(grown), ['1 firing']);
  });

  test('a new exception is one not seen for `since` before the window', async () => {
    const document = rule({
      metrics: [{ log: 'level:ERROR', op: 'NEW', since: '1d' }],
      group_by: ['exception'],
      condition: '{0} > 0',
    });
    const seen = (exception: string, at: number) => ({ ts: at, exception, level: 'ERROR' });
    const history = await replay(
      document,
      [
        seen('Old', START - 2 * HOUR),
        seen('Older', START - DAY - 5 * MINUTE),
        seen('Quiet', START - HOUR),
        seen('Old', START + MINUTE),
        seen('Older', START + MINUTE),
        seen('Fresh', START + MINUTE),
        seen('Fresh', START + 3 * MINUTE),
        { ts: START + MINUTE, level: 'ERROR' },
        { ts: START + MINUTE, level: 'INFO', exception: 'Handled' },
      ],
      5,
    );
    assert.deepEqual(told(history), ['1 firing Fresh', '1 firing Older', '2 resolved Fresh', '2 resolved Older']);
  });

  test('rows over logs and metrics of one rule meet in their groups', async () => {
    const metrics = new MemoryMetricStore();
    const point = (job: string, value: number) => ({
      ts: START,
      labels: { job },
      attrs: {},
      values: [['lag', value] as const],
      arrivedAt: START,
    });
    await metrics.append([point('a', 5), point('b', 50)]);
    const logs = new MemoryLogs([...lines([3], { job: 'a' }), ...lines([3], { job: 'b' })]);
    const document = rule({
      metrics: [{ metric: 'lag' }, { log: '*' }],
      group_by: ['job'],
      condition: '{0} > 10 and {1} > 2',
    });
    const options = {
      from: START,
      to: START,
      asOf: 'ideal' as const,
      delayMs: 0,
      readers: { metrics, logs },
      resolve: createResolver([]),
    };
    const history = await replayRule({ ...options, rule: compileRule('id', document) });
    assert.deepEqual(told(history), ['0 firing b']);
  });
});

describe('windows over lines', () => {
  const window = (op: LogWindow['op'], windowMs: number): LogWindow => ({
    query: { kind: 'all' },
    groupBy: ['job'],
    op,
    windowMs,
    sinceMs: HOUR,
  });

  test('asked together or one by one, the answer is the same', async () => {
    const line = fc.record({
      ts: fc.integer({ min: START - 2 * HOUR, max: START + 2 * HOUR }),
      job: fc.constantFrom('a', 'b'),
      exception: fc.constantFrom('', 'X', 'Y', 'Z'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 60 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 12 }),
        fc.constantFrom<LogWindow['op']>('COUNT', 'RATE', 'NEW'),
        fc.constantFrom(MINUTE, 7 * MINUTE, HOUR),
        async (all, minutes, op, windowMs) => {
          const logs = new MemoryLogs(all);
          const at = minutes.sort((a, b) => a - b).map(minute => START + minute * MINUTE);
          const together = await readLogWindows(window(op, windowMs), at, logs);
          const apart = await Promise.all(at.map(t => readLogWindows(window(op, windowMs), [t], logs)));
          const flat = (groups: typeof together) =>
            groups.flatMap(({ labels, points }) => points.map(([t, n]) => `${t} ${labelsKey(labels)} ${n}`)).sort();
          assert.deepEqual(flat(together), flat(apart.flat()));
        },
      ),
      {
        numRuns: 150,
        // What is looked at before the window is no whole number of windows.
        examples: [[[{ ts: START - 7 * MINUTE + 1, job: 'a', exception: 'Z' }], [0, 119], 'NEW', 7 * MINUTE]],
      },
    );
  });

  test('common classes are found in the last hour: only what is still unknown costs a longer look', async () => {
    const logs = new MemoryLogs([
      { ts: START - 30 * MINUTE, exception: 'Common', job: 'a' },
      { ts: START, exception: 'Common', job: 'a' },
    ]);
    assert.deepEqual(await readLogWindows(window('NEW', MINUTE), [START], logs), []);
    assert.equal(logs.asked.length, 2);
    logs.lines.length = 0;
    await readLogWindows(window('NEW', MINUTE), [START], logs);
    assert.equal(logs.asked.length, 3);
  });
});
