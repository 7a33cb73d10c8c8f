/** The suite every LogStore passes (port: store/log-store.ts). Nothing here knows which store it is. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { NO_JOB_NAMES } from '../../model/job-names.ts';
import type { LogRecord } from '../../model/log-record.ts';
import { logCountingContract } from './log-store-counting.ts';
import { logFollowingContract } from './log-store-following.ts';
import { DAY, jobNames, type MakeLogStore, MINUTE, messages, page, put, row, T0, textOf } from './log-store-lines.ts';
import { logPagingContract } from './log-store-paging.ts';
import { logSearchContract } from './log-store-search.ts';
import { logWritingContract } from './log-store-writing.ts';
import { storeTest } from './store-test.ts';

/** `make` opens an empty store; `done` closes it and removes what it left. */
export function logStoreContract(name: string, make: MakeLogStore): void {
  const testStore = storeTest(make);

  describe(name, () => {
    logSearchContract(make);
    logWritingContract(make);
    logPagingContract(make);
    logCountingContract(make);
    logFollowingContract(make);

    describe('lines around a line', () => {
      const line = (i: number, record: Partial<LogRecord> = {}) =>
        row(i, { ts: T0 + Math.floor(i / 2) * 1000, message: `l${i}`, ...record });
      const corpus = Array.from({ length: 12 }, (_, i) =>
        line(i, i % 3 === 0 ? { containerId: 'c2', jobId: 'aa11', jobName: 'session' } : {}),
      );
      const names = jobNames({ aa11: 'dwd_order' });

      testStore('of its container, its job or everything, oldest first, across days', async store => {
        await put(store, [
          ...corpus,
          line(12, { ts: T0 + DAY }),
          line(13, { ts: T0 - DAY, containerId: 'c2' }),
          line(14, { ts: T0 + DAY + 1, jobName: 'x' }),
        ]);
        const [middle] = (await page(store, 'l6')).items;
        assert.ok(middle);
        const around = async (scope: 'container' | 'job' | 'all', before: number, after: number, n = names) => {
          const found = await store.around({ id: middle.id, scope, before, after }, n);
          assert.equal(found?.line.message, 'l6');
          return `${textOf(found.before).join(' ')} | ${textOf(found.after).join(' ')}`;
        };

        assert.equal(await around('container', 5, 5), 'l13 l0 l3 | l9');
        assert.equal(await around('container', 1, 0), 'l3 | ');
        assert.equal(await around('all', 3, 3), 'l3 l4 l5 | l7 l8 l9');
        assert.equal(await around('job', 3, 9), 'l3 l4 l5 | l7 l8 l9 l10 l11 l12');
        assert.equal(await around('job', 9, 9, NO_JOB_NAMES), 'l0 l3 | l9');
        assert.equal(await store.around({ id: 'no-such-id', scope: 'all', before: 1, after: 1 }, names), null);
      });
    });

    describe('keeping', () => {
      const retention = (job: string) => (job === 'dwd_order' ? 30 : 7) * DAY;

      testStore('whole days past the retention of their jobs go, the rest stays', async store => {
        const on = (day: number, message: string, jobName: string) =>
          row(day, { ts: T0 - day * DAY, message, jobName }, { epoch: jobName });
        await put(store, [
          on(1, 'new', 'dws_stock'),
          on(6, 'six', 'dws_stock'),
          on(9, 'nine', 'dws_stock'),
          on(9, 'kept', 'dwd_order'),
          on(40, 'forty', 'dwd_order'),
          on(41, 'older', 'dws_stock'),
        ]);

        const { dropped } = await store.expire(T0, retention);
        assert.ok(dropped > 0);
        assert.deepEqual(await messages(store, ''), ['new', 'six', 'kept']);
        assert.deepEqual(await messages(store, 'nine OR kept OR forty'), ['kept']);
        const { lines, oldest } = await store.stats();
        assert.deepEqual([lines, oldest], [3, T0 - 9 * DAY]);
        assert.deepEqual(
          await store.histogram({ query: { kind: 'all' }, to: T0 - 2 * DAY, intervalMs: DAY }, NO_JOB_NAMES),
          [
            { t: Math.floor((T0 - 9 * DAY) / DAY) * DAY, counts: { INFO: 1 } },
            { t: Math.floor((T0 - 6 * DAY) / DAY) * DAY, counts: { INFO: 1 } },
          ],
        );
        assert.deepEqual(await store.expire(T0, retention), { dropped: 0 });
      });

      testStore('an empty store answers', async store => {
        await store.ping();
        await put(store, []);

        assert.deepEqual(await page(store, 'a OR job:b'), {
          items: [],
          total: { value: 0, relation: 'eq' },
          next: null,
        });
        assert.deepEqual(await store.histogram({ query: { kind: 'all' }, intervalMs: MINUTE }, NO_JOB_NAMES), []);
        assert.deepEqual(await store.facet({ query: { kind: 'all' }, field: 'job', limit: 5 }, NO_JOB_NAMES), []);
        assert.deepEqual(await store.expire(T0, retention), { dropped: 0 });
        const { lines, oldest } = await store.stats();
        assert.deepEqual([lines, oldest], [0, null]);
        await store.close();
        await store.close();
      });
    });
  });
}
