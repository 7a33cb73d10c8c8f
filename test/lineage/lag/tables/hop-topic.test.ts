/** What a consumer's reports leave out is remembered: bounds must not take a missing report for a quiet one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OffsetTables } from '../../../../lineage/lag/offsets.ts';
import type { HopTopic } from '../../../../lineage/lag/tables/hop-topic.ts';
import { addRow } from '../../../../lineage/lag/tables/offset-intake.ts';
import { positionsDocs, restoreDoc } from '../../../../lineage/lag/tables/table-snapshot.ts';

const SECOND = 1000;

/** A consumer that reported at these seconds. */
function reported(...seconds: readonly number[]): HopTopic {
  const tables = new OffsetTables();
  for (const at of seconds)
    addRow(tables, { type: 'offsets', ts: at * SECOND, hop: 'job', topic: 't', partition: 0, position: at });
  const [consumer] = tables.consumersOf('job', 't');
  assert.ok(consumer);
  return consumer;
}

describe('reports every 30 s', () => {
  const cases: readonly (readonly [string, readonly number[], readonly object[], readonly object[]])[] = [
    ['that come in time leave no gap', [0, 30, 60, 95, 125], [], []],
    ['of which one is missing leave a gap, but the job is not silent', [0, 30, 60, 120], [[60, 120]], []],
    ['that stay away make the job silent 2.5 intervals after the last', [0, 30, 60, 180], [[60, 180]], [[135, 180]]],
  ];
  for (const [sentence, seconds, gaps, silences] of cases) {
    test(sentence, () => {
      const consumer = reported(...seconds);
      const inSeconds = (spans: HopTopic['gaps']): readonly object[] =>
        spans.map(([from, to]) => [from / SECOND, to / SECOND]);
      assert.deepEqual(inSeconds(consumer.gaps), gaps);
      assert.deepEqual(inSeconds(consumer.silences), silences);
    });
  }

  test('leave gaps that outlive a restart of the daemon', () => {
    const consumer = reported(0, 30, 60, 120);
    const tables = new OffsetTables();
    for (const { body } of positionsDocs(consumer)) assert.ok(restoreDoc(tables, body));
    assert.deepEqual(tables.consumersOf('job', 't')[0]?.gaps, consumer.gaps);
  });
});
