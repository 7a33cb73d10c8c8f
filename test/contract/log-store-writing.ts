import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { NO_JOB_NAMES } from '../../model/job-names.ts';
import type { LogRecord } from '../../model/log-record.ts';
import { jobNames, type MakeLogStore, MINUTE, messages, page, put, row, T0 } from './log-store-lines.ts';
import { storeTest } from './store-test.ts';

/** The part of the LogStore suite about what is stored, and that it is stored once. */
export function logWritingContract(make: MakeLogStore): void {
  const testStore = storeTest(make);

  describe('writing', () => {
    testStore('a row stored again, alone, in a batch or at the same time, changes nothing', async store => {
      const rows = [0, 1, 2].map(i => row(i, { message: `first ${i}`, ts: T0 + i }));
      await put(store, [...rows, ...rows.slice(0, 1)]);

      await Promise.all([
        put(store, rows),
        put(store, rows.slice(1)),
        put(store, [row(3, { message: 'new', ts: T0 + 3 }), ...rows]),
      ]);
      await put(store, [row(1, { message: 'changed meanwhile', ts: T0 + 9, level: 'ERROR' }, { recordTs: T0 })]);

      assert.deepEqual(await messages(store, ''), ['new', 'first 2', 'first 1', 'first 0']);
      assert.deepEqual((await page(store, 'first')).total, { value: 3, relation: 'eq' });
      assert.equal((await store.stats()).lines, 4);
      const buckets = await store.histogram({ query: { kind: 'all' }, intervalMs: MINUTE }, NO_JOB_NAMES);
      assert.deepEqual(buckets, [{ t: T0, counts: { INFO: 4 } }]);
    });

    testStore(
      'offsets filled in later and rows of another epoch, topic or partition are rows of their own',
      async store => {
        await put(store, [row(7, { message: 'seven' })]);
        await put(store, [row(3, { message: 'three' }), row(7, { message: 'again' })]);
        await put(store, [
          row(7, { message: 'epoch' }, { epoch: 'e2' }),
          row(7, { message: 'topic' }, { topic: 'b' }),
          row(7, { message: 'part' }, { partition: 1 }),
        ]);

        assert.deepEqual((await messages(store, '')).sort(), ['epoch', 'part', 'seven', 'three', 'topic']);
      },
    );

    testStore('every field comes back as it was', async store => {
      const record: Partial<LogRecord> = {
        ts: T0 + 123,
        tsOriginal: 17,
        level: 'FATAL',
        logger: 'a.b.C',
        thread: 'Sink: x (2/4)#1',
        message: '订单\t"quoted"\nsecond line \u{1f600}',
        exception: { class: 'a.B', message: 'no', stack: 'a.B: no\n\tat x', root: 'a.C' },
        jobId: 'aa11',
        host: 'h9',
        role: 'client',
      };
      await put(store, [row(0, record), row(1, { message: 'plain', ts: T0 })]);

      const [full, plain] = (await page(store, '')).items;
      assert.ok(full && plain);
      const { id, ...fields } = full;
      assert.deepEqual(fields, {
        ...record,
        jobName: 'dwd_order',
        appId: 'application_1_0001',
        containerId: 'container_1_0001_01_000002',
      });
      assert.equal('exception' in plain || 'tsOriginal' in plain, false);
      assert.deepEqual(await store.get(id, NO_JOB_NAMES), full);
      assert.equal((await store.get(id, jobNames({ aa11: 'named' })))?.jobName, 'named');
      assert.equal(await store.get('no-such-id', NO_JOB_NAMES), null);
    });

    testStore('a message beyond 32 KB and tokens beyond 255 characters are kept and found', async store => {
      const long = 'x'.repeat(300);
      const message = `${'word '.repeat(9000)}${long} end_of_it`;
      await put(store, [row(0, { message })]);

      assert.deepEqual(await messages(store, 'end_of_it'), [message]);
      assert.deepEqual(await messages(store, long), [message]);
      assert.deepEqual(await messages(store, `${long.slice(0, 280)}*`), [message]);
      assert.deepEqual(await messages(store, long.slice(0, 280)), []);
    });

    testStore('a row that can never be stored is named, and the others are stored', async store => {
      const refused = await store.append(
        [row(0, { message: 'a' }), row(1, { message: 'b', ts: 1e19 }, { recordTs: T0 }), row(2, { message: 'c' })],
        { visible: true },
      );

      assert.deepEqual(
        refused.map(r => r.index),
        [1],
      );
      assert.ok((refused[0]?.reason ?? '').length > 0);
      assert.deepEqual((await messages(store, '')).sort(), ['a', 'c']);
    });
  });
}
