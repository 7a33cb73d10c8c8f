import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventLagsOf } from '../../../collector/derived/event-lags.ts';
import type { MetricGroup } from '../../../model/sample.ts';

function group(subtask: string, values: Readonly<Record<string, number>>, more: Record<string, string> = {}, ts = 10) {
  return {
    ts,
    labels: { job: 'etl', operator: 'Source: in', subtask, ...more },
    attrs: {},
    arrivedAt: ts,
    values: Object.entries(values).map(([name, value]) => [`flink.operator.${name}`, value] as const),
  } satisfies MetricGroup;
}

const lag = (subtask: string, ms: number, ts?: number) => group(subtask, { currentEmitEventTimeLag: ms }, {}, ts);
const reads = (subtask: string, topic: string, offset = 5) =>
  group(subtask, { 'KafkaSourceReader.currentOffset': offset }, { topic, partition: '0' });

const cases: { sentence: string; groups: readonly MetricGroup[]; rows: readonly (readonly [string, number])[] }[] = [
  {
    sentence: 'the topic is that of the positions beside it',
    groups: [reads('0', 'in'), lag('0', 700)],
    rows: [['in', 700]],
  },
  {
    sentence: 'the largest of the subtasks',
    groups: [reads('0', 'in'), lag('0', 700), lag('1', 900), reads('1', 'in')],
    rows: [['in', 900]],
  },
  { sentence: 'none without positions', groups: [lag('0', 700)], rows: [] },
  { sentence: 'none before the first record', groups: [reads('0', 'in', -1), lag('0', 700)], rows: [] },
  {
    sentence: 'none of a subtask that reads two topics',
    groups: [reads('0', 'a'), reads('0', 'b'), lag('0', 7)],
    rows: [],
  },
  { sentence: 'none of another report', groups: [reads('0', 'in'), lag('0', 700, 20)], rows: [] },
];
for (const { sentence, groups, rows } of cases) {
  test(`how old emitted events are: ${sentence}`, () => {
    assert.deepEqual(
      eventLagsOf(groups).map(({ topic, ms }) => [topic, ms]),
      rows,
    );
  });
}
