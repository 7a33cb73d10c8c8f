import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Composition, indexGraph } from '../../../lineage/lag/freshness.ts';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import { addRow } from '../../../lineage/lag/tables/offset-intake.ts';
import { UploadDelays } from '../../../lineage/lag/tables/upload-delays.ts';
import { uploadDelays } from '../../../lineage/lag/upload-delay.ts';

const plain = { windowMs: null, allowedOooMs: 0, delivery: 'at_least_once' } as const;
const graph = indexGraph({
  hops: [
    { ...plain, hop: 'etl', inputs: ['in'], output: 'mid' },
    { ...plain, hop: 'agg', inputs: ['mid'], output: null },
  ],
});

/** Ten records a second every ten seconds; both jobs `behindMs` behind, of events that were `eventLag` old when emitted. */
function delaysOf(seconds: number, behindMs: number, eventLag: (second: number) => number): Map<string, number> {
  const tables = new OffsetTables();
  for (let second = 0; second <= seconds; second += 10) {
    const ts = second * 1000;
    for (const [hop, topic] of [
      ['etl', 'in'],
      ['agg', 'mid'],
    ] as const) {
      const position = Math.max(0, ts - behindMs) / 100;
      addRow(tables, { type: 'offsets', ts, hop, topic, partition: 0, endOffset: ts / 100, position });
      addRow(tables, { type: 'event_lag', ts, hop, topic, ms: eventLag(second) });
    }
  }
  return new Map(uploadDelays(graph, tables, new Composition(graph, tables), seconds * 1000));
}

test("the reader's own lag is no delay of the upload, and only topics that enter the pipeline have one", () => {
  assert.deepEqual(
    delaysOf(600, 4_000, () => 9_000),
    new Map([['in', 5_000]]),
  );
});

test('it is the 95th percentile', () => {
  assert.equal(delaysOf(600, 0, second => (second > 560 ? 60_000 : 2_000)).get('in'), 60_000, '4 of 61');
  assert.equal(delaysOf(600, 0, second => (second > 570 ? 60_000 : 2_000)).get('in'), 2_000, '3 of 61');
});

test('a reader far behind tells nothing: its lag is not known well enough', () => {
  assert.equal(delaysOf(600, 60_000, () => 65_000).size, 0);
});

test('a few reports make no percentile', () => {
  assert.equal(delaysOf(30, 0, () => 1_000).size, 0);
});

test('delays of the hour before count, whatever comes again or late', () => {
  const delays = new UploadDelays();
  const settle = (upTo: number): void => delays.settle(upTo, 1_000, () => 0);
  delays.told(1_000, 7);
  settle(1_000);
  delays.told(1_000, 7);
  delays.told(5_000, 3);
  delays.told(5_000, 4);
  settle(4_000);
  assert.deepEqual(delays.recent(6_000), [7], 'what lies after the last sample waits');
  settle(5_000);
  assert.deepEqual(delays.recent(6_000), [7, 4], 'the largest of one time');
  assert.deepEqual(delays.recent(3_604_000), [4]);
});

test('what is kept is bounded', () => {
  const delays = new UploadDelays();
  for (let ts = 1; ts <= 1_000; ts++) delays.told(ts, ts);
  delays.settle(1_000, 0, () => 0);
  assert.equal(delays.recent(1_000).length, 64);
  for (let ts = 1_001; ts <= 3_000; ts++) {
    delays.told(ts, ts);
    delays.settle(ts, 0, () => 0);
  }
  assert.equal(delays.recent(3_000).length, 180);
});
