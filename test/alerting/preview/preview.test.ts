import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleDocumentInput } from '../../../alerting/evaluate/document.ts';
import { createResolver } from '../../../alerting/evaluate/resolve.ts';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import { formulaTree } from '../../../alerting/preview/formula-tree.ts';
import { previewRule } from '../../../alerting/preview/preview.ts';
import type { MetricGroup } from '../../../model/sample.ts';
import { MemoryMetricStore } from '../../../store/memory-metrics.ts';
import { MINUTE, rule, START, series } from '../evaluate/scenario.ts';

async function preview(document: RuleDocumentInput, samples: readonly MetricGroup[], minutes: number) {
  const metrics = new MemoryMetricStore();
  await metrics.append(samples);
  const readers = { metrics, logs: null };
  const now = START + minutes * MINUTE + 30_000;
  return previewRule({
    rule: compileRule('preview', document),
    now,
    delayMs: 30_000,
    readers,
    resolve: createResolver([]),
  });
}

test('a preview shows values now, the stretches it would have fired, and what it would have told', async () => {
  const document = rule({ group_by: ['topic'], for: '1m', annotations: [{ name: 'lag', formula: '[0]' }] });
  const seen = await preview(
    document,
    [...series({ topic: 'a' }, '1 20 20 20 1 20'), ...series({ topic: 'b' }, '1 1 1 1 1 2')],
    5,
  );

  assert.equal(seen.t, START + 5 * MINUTE);
  assert.equal(seen.from, seen.to - 86_400_000);
  assert.equal(seen.ticks, 1441);
  assert.deepEqual(
    seen.groups.map(({ labels, values, result, state, formula, annotations }) => [
      labels['topic'],
      values,
      result,
      state,
      formula,
      annotations,
    ]),
    [
      ['a', [20], true, 'pending', '{0} 20 > 10', [{ name: 'lag', value: '20' }]],
      ['b', [2], false, 'inactive', '{0} 2 > 10', [{ name: 'lag', value: '2' }]],
    ],
  );
  assert.deepEqual(
    seen.bands.map(({ state, from, to }) => [state, (from - START) / MINUTE, (to - START) / MINUTE]),
    [
      ['pending', 1, 2],
      ['firing', 2, 4],
      ['pending', 5, 5],
    ],
  );
  assert.deepEqual([seen.notifications_total, seen.notifications_by_kind], [2, { firing: 1, resolved: 1 }]);
  assert.equal(seen.truncated, false);
});

test('a rule of many groups and ticks is looked at for as long as is affordable, and says so', async () => {
  const samples = Array.from({ length: 3000 }, (_, i) => series({ topic: `t${i}` }, '20')).flat();
  const seen = await preview(rule({ group_by: ['topic'], window: '1h', schedule: '* * * * *' }), samples, 30);
  assert.equal(seen.truncated, true);
  assert.equal(seen.ticks, Math.floor(2_000_000 / 3000));
  assert.deepEqual([seen.groups.length, seen.groups_total], [500, 3000]);
});

test('a formula as a tree: every part with its value, or why it has none', () => {
  const compiled = compileRule(
    'id',
    rule({ metrics: [{ name: 'a', metric: 'x' }, { metric: 'y' }], condition: 'a > 10 and not ({1} / 0 < 2)' }),
  );
  const [level] = compiled.levels;
  assert.ok(level);
  assert.deepEqual(formulaTree(level.condition, compiled.metricNames, [20, 5], { zeroBaseline: 'unknown' }), {
    text: 'a > 10 and not {1} / 0 < 2',
    value: null,
    reason: 'zero-baseline',
    of: [
      {
        text: 'a > 10',
        value: true,
        of: [
          { text: 'a', value: 20 },
          { text: '10', value: 10 },
        ],
      },
      {
        text: 'not {1} / 0 < 2',
        value: null,
        reason: 'zero-baseline',
        of: [
          {
            text: '{1} / 0 < 2',
            value: null,
            reason: 'zero-baseline',
            of: [
              {
                text: '{1} / 0',
                value: null,
                reason: 'zero-baseline',
                of: [
                  { text: '{1}', value: 5 },
                  { text: '0', value: 0 },
                ],
              },
              { text: '2', value: 2 },
            ],
          },
        ],
      },
    ],
  });
});
