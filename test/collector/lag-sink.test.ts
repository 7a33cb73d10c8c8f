import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLagSink } from '../../collector/lag-sink.ts';
import { StoreAwayError } from '../../model/errors.ts';
import type { OffsetRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';

const row = (ts: number): OffsetRow => ({ type: 'offsets', ts, hop: 'j', topic: 't', partition: 0, position: ts });
const NOW = { visible: false };

/** A store whose first append waits for `go`, and a deriver whose points tell which batch they are of. */
function world(first: Promise<void>) {
  const events: string[] = [];
  let appends = 0;
  const sink = createLagSink(
    {
      derive(rows, arrivedAt): MetricGroup[] {
        events.push(`derived ${rows[0]?.ts}`);
        return [{ ts: 1, labels: {}, attrs: {}, values: [['lag', rows[0]?.ts ?? 0]], arrivedAt }];
      },
    },
    {
      async append(groups) {
        if (appends++ === 0) await first;
        events.push(`stored ${groups[0]?.values[0]?.[1]}`);
        return { written: 1, refused: 0 };
      },
    },
  );
  return { events, sink };
}

test('a batch that corrects an earlier one is stored after it, however long that takes', async () => {
  const go = Promise.withResolvers<void>();
  const { events, sink } = world(go.promise);

  const both = [sink.take([row(1)], 0, NOW), sink.take([row(2)], 0, NOW)];
  go.resolve();
  await Promise.all(both);

  assert.deepEqual(events, ['derived 1', 'stored 1', 'derived 2', 'stored 2']);
});

test('a batch that cannot be stored rejects and does not stop the next', async () => {
  const { events, sink } = world(Promise.reject(new StoreAwayError('away')));

  const [first, second] = [sink.take([row(1)], 0, NOW), sink.take([row(2)], 0, NOW)];

  await assert.rejects(first, StoreAwayError);
  await second;
  assert.deepEqual(events, ['derived 1', 'derived 2', 'stored 2']);
});
