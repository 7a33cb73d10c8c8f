import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleDocumentInput } from '../../../alerting/evaluate/document.ts';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import { replayRequest } from '../../../alerting/rule-replay.ts';
import { UserError } from '../../../model/errors.ts';
import { MemoryMetricStore } from '../../../store/memory-metrics.ts';
import { MINUTE, rule, START, series, told } from '../evaluate/scenario.ts';

async function silenced(document: RuleDocumentInput, values: string, silences: readonly object[]): Promise<string[]> {
  const request = {
    from: START,
    to: START + 9 * MINUTE,
    asOf: 'ideal' as const,
    samples: series({ topic: 'a' }, values),
    silences,
  };
  return told(
    await replayRequest(compileRule('id', document), request, { reader: new MemoryMetricStore(), delayMs: 0 }),
  );
}

/** From minute to minute; the end is outside. */
const during = (from: number, to: number, matchers: object = { topic: 'a' }) => ({
  matchers,
  starts_at: START + from * MINUTE,
  ends_at: START + to * MINUTE,
});

const cases: readonly [
  sentence: string,
  values: string,
  changes: Partial<RuleDocumentInput>,
  silences: readonly object[],
  expected: readonly string[],
][] = [
  ['no silence changes nothing', '1 20 20 1', {}, [], ['1 firing a', '3 resolved a']],
  [
    'a silence of another group neither',
    '1 20 20 1',
    {},
    [during(0, 9, { topic: 'b' })],
    ['1 firing a', '3 resolved a'],
  ],
  ['what begins and ends under a silence is not told', '1 20 20 1', {}, [during(0, 9)], []],
  ['what still fires when the silence ends is told then', '1 20 20 20 20 20', {}, [during(0, 4)], ['4 firing a']],
  [
    'an end during a silence is told where the beginning was',
    '20 20 20 1',
    {},
    [during(2, 9)],
    ['0 firing a', '3 resolved a'],
  ],
  [
    'a repeat that was due is told when the silence ends, as one',
    '20 20 20 20 20 20 20 20 20 20',
    { repeat_interval: '2m' },
    [during(1, 6)],
    ['0 firing a', '6 repeat a', '8 repeat a'],
  ],
  ['an alert told before is not told again when nothing was due', '20 20 20 20 20', {}, [during(1, 3)], ['0 firing a']],
  [
    'silences see the labels of the alert',
    '20 20 20 20 20',
    { labels: { team: 'dw' } },
    [during(0, 2, { team: 'dw', alertname: { op: '=~', value: 'r.*' } })],
    ['2 firing a'],
  ],
  [
    'a calendar silences its hours',
    '20 20 20 20 20',
    {},
    [{ matchers: { topic: 'a' }, calendar: { zone: 'UTC', from: '09:00', to: '10:02' } }],
    ['2 firing a'],
  ],
];

for (const [sentence, values, changes, silences, expected] of cases) {
  test(sentence, async () => {
    assert.deepEqual(
      await silenced(
        rule({ group_by: ['topic'], no_data: { policy: 'keep', after: 30 }, ...changes }),
        values,
        silences,
      ),
      expected,
    );
  });
}

test('a silence that cannot be read is refused with its place', async () => {
  await assert.rejects(
    silenced(rule(), '1', [during(0, 1), { matchers: {} }]),
    (error: unknown) =>
      error instanceof UserError && error.status === 422 && error.issues[0]?.path?.startsWith('silences.1') === true,
  );
});
