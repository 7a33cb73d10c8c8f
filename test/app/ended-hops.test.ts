import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEndedHopSweep } from '../../app/ended-hops.ts';
import { OffsetTables } from '../../lineage/lag/offsets.ts';
import { addRow } from '../../lineage/lag/tables/offset-intake.ts';
import { ManualClock } from '../../model/clock.ts';

function world(...ended: readonly string[]) {
  const clock = new ManualClock(0);
  const tables = new OffsetTables();
  const read = (hop: string, ts: number): void =>
    addRow(tables, { type: 'offsets', ts, hop, topic: 't', partition: 0, position: ts });
  const hops = (): string[] => [...tables.consumers()].map(({ hop }) => hop).sort();
  const stop = startEndedHopSweep({ tables, hasEnded: hop => ended.includes(hop), clock });
  return { clock, read, hops, stop };
}

test('a job that is over goes once no more of its positions come; the others stay', async () => {
  const { clock, read, hops } = world('over');
  read('over', 1);
  read('runs', 1);
  await clock.advance(10_000);
  // Positions from before the end, read after the news of it.
  read('over', 2);
  await clock.advance(10_000);
  assert.deepEqual(hops(), ['over', 'runs']);

  await clock.advance(10_000);

  assert.deepEqual(hops(), ['runs']);
});

test('after it has stopped nothing is forgotten', async () => {
  const { clock, read, hops, stop } = world('over');
  read('over', 1);
  stop();

  await clock.advance(60_000);

  assert.deepEqual(hops(), ['over']);
});
