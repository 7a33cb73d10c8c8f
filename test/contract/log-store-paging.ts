import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { UserError } from '../../model/errors.ts';
import { NO_JOB_NAMES } from '../../model/job-names.ts';
import { LOG_TOTAL_BOUND } from '../../store/log-store.ts';
import {
  allForward,
  allPages,
  DAY,
  type MakeLogStore,
  messages,
  page,
  put,
  row,
  T0,
  textOf,
} from './log-store-lines.ts';
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

    testStore(
      'forward is the same lines the other way round, page by page, from one day into the next',
      async store => {
        await put(
          store,
          Array.from({ length: 30 }, (_, i) =>
            row(i, { ts: T0 + Math.floor(i / 7) * DAY, message: `line ${i}`, level: i % 3 === 0 ? 'WARN' : 'INFO' }),
          ),
        );
        for (const q of ['', 'line', 'level:WARN', '-level:WARN']) {
          const whole = (await messages(store, q)).reverse();
          for (const limit of [1, 4, 30]) assert.deepEqual(textOf(await allForward(store, q, limit)), whole);
        }
        const range = { from: T0 + DAY, to: T0 + 2 * DAY };
        assert.deepEqual(
          textOf(await allForward(store, 'line', 3, range)),
          (await messages(store, 'line', range)).reverse(),
        );
      },
    );

    testStore(
      'thousands of lines of one millisecond come once each, in order, both ways, while more arrive',
      async store => {
        const at = (i: number, ts = T0 + 3) =>
          row(i, { ts, message: `line ${i}` }, { partition: i % 3, topic: i % 2 === 0 ? 'b' : 'a' });
        const count = 4500;
        await put(store, [at(count, T0 + 2), at(count + 1, T0 + 4)]);
        await put(
          store,
          Array.from({ length: count }, (_, i) => at(i)),
        );
        const whole = textOf(await allForward(store, 'line', 1000));
        const placeOf = (message: string) => Number(message.slice(5));
        const expected = Array.from({ length: count }, (_, i) => i).sort(
          (a, b) => (b % 2) - (a % 2) || (a % 3) - (b % 3) || a - b,
        );

        assert.deepEqual(whole.map(placeOf), [count, ...expected, count + 1]);
        assert.deepEqual(textOf(await allPages(store, 'line', 1000)), whole.toReversed());
        let more = 10_000;
        const meanwhile = await allForward(store, '', 1000, {}, async () => put(store, [at(more++)]));
        assert.deepEqual(
          textOf(meanwhile).filter(message => placeOf(message) < 10_000),
          whole,
        );
        assert.equal(new Set(meanwhile.map(item => item.id)).size, meanwhile.length);
      },
    );

    testStore('a cursor of somebody else is refused', async store => {
      for (const cursor of ['', 'x', 'bnVsbA', Buffer.from('[1]').toString('base64url')]) {
        await assert.rejects(
          page(store, '', { cursor }),
          error => error instanceof UserError && error.code === 'bad-cursor',
        );
        await assert.rejects(
          store.forward({ query: { kind: 'all' }, limit: 1, cursor }, NO_JOB_NAMES),
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
