import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { UserError } from '../../model/errors.ts';
import { LOG_TOTAL_BOUND } from '../../store/log-store.ts';
import { allPages, DAY, type MakeLogStore, messages, page, put, row, T0, textOf } from './log-store-lines.ts';
import { storeTest } from './store-test.ts';

/** The part of the LogStore suite about order, pages and totals. */
export function logPagingContract(make: MakeLogStore): void {
  const testStore = storeTest(make);

  describe('order and paging', () => {
    testStore(
      'newest first by time, topic, partition and offset, whatever the order of arrival and the day',
      async store => {
        const at = (ts: number, topic: string, partition: number, offset: number) =>
          row(
            offset,
            { ts, message: `${ts - T0} ${topic} ${partition} ${offset}` },
            { topic, partition, recordTs: T0 },
          );
        const oldestFirst = [
          at(T0, 'a', 0, 9),
          at(T0, 'a', 0, 10),
          at(T0, 'a', 2, 1),
          at(T0, 'a', 10, 0),
          at(T0, 'b', 0, 0),
          at(T0 + 1, 'a', 0, 8),
          at(T0 + 300, 'a', 0, 2),
        ];
        const nextDay = row(50, { ts: T0 + DAY, message: 'next day' });
        // the event is older than anything, its record is the newest
        const late = row(51, { ts: T0 - 5, message: 'late' }, { recordTs: T0 + DAY });
        for (const one of [
          ...oldestFirst.filter((_, i) => i % 2 === 1),
          late,
          ...oldestFirst.filter((_, i) => i % 2 === 0),
          nextDay,
        ])
          await put(store, [one]);

        const expected = ['next day', ...oldestFirst.map(r => r.record.message).reverse(), 'late'];
        assert.deepEqual(await messages(store, ''), expected);
        assert.deepEqual(textOf(await allPages(store, '', 2)), expected);
        assert.deepEqual(
          await messages(store, 'a'),
          expected.filter(m => m.includes('a') && !m.includes('day') && m !== 'late'),
        );
      },
    );

    testStore('pages join to the whole, without a page too many', async store => {
      await put(
        store,
        Array.from({ length: 30 }, (_, i) => row(i, { ts: T0 + Math.floor(i / 7), message: `line ${i}` })),
      );

      const whole = await messages(store, 'line');
      assert.equal(whole.length, 30);
      for (const limit of [1, 4, 10, 30, 31]) {
        let pages = 0;
        const items = await allPages(store, 'line', limit, async () => void pages++);
        assert.deepEqual(textOf(items), whole);
        assert.equal(pages, Math.ceil(30 / limit));
      }
    });

    testStore('pages stay put while lines arrive', async store => {
      const lines = Array.from({ length: 20 }, (_, i) => row(i, { ts: T0 + i * 10, message: `line ${i}` }));
      await put(store, lines);
      const whole = await messages(store, 'line');

      let offset = 100;
      const items = await allPages(store, 'line', 3, async found => {
        const last = found.items.at(-1)?.ts ?? T0;
        // newer than everything, at the very place of the cursor, and just before it
        await put(store, [
          row(offset++, { ts: T0 + DAY, message: 'line new' }),
          row(offset++, { ts: last, message: 'line beside' }),
          row(offset++, { ts: last + 1, message: 'line before' }),
        ]);
      });
      assert.deepEqual(
        textOf(items).filter(m => m !== 'line beside'),
        whole,
      );
      assert.equal(new Set(items.map(item => item.id)).size, items.length);
    });

    testStore('a cursor of somebody else is refused', async store => {
      for (const cursor of ['', 'x', 'bnVsbA', Buffer.from('[1]').toString('base64url')]) {
        await assert.rejects(
          page(store, '', { cursor }),
          error => error instanceof UserError && error.code === 'bad-cursor',
        );
      }
    });

    testStore('a total is exact up to its bound and says when there are more', async store => {
      const line = (i: number) => row(i, { message: 'many', ts: T0 + i });
      await put(
        store,
        Array.from({ length: LOG_TOTAL_BOUND }, (_, i) => line(i)),
      );
      assert.deepEqual((await page(store, 'many', { limit: 1 })).total, { value: LOG_TOTAL_BOUND, relation: 'eq' });

      await put(store, [line(LOG_TOTAL_BOUND)]);
      for (const q of ['', 'many', 'job:dwd_order']) {
        assert.deepEqual((await page(store, q, { limit: 1 })).total, { value: LOG_TOTAL_BOUND, relation: 'gte' });
      }
    });
  });
}
