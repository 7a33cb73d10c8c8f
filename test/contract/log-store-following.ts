import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { JobNames } from '../../model/job-names.ts';
import { NO_JOB_NAMES } from '../../model/job-names.ts';
import { parseLogQuery } from '../../store/log-query-parse.ts';
import type { LogFollow, LogFollower, LogStore } from '../../store/log-store.ts';
import { DAY, jobNames, type MakeLogStore, MINUTE, messages, page, put, row, T0, textOf } from './log-store-lines.ts';
import { storeTest } from './store-test.ts';

async function following(
  store: LogStore,
  q: string,
  more: Partial<LogFollow> = {},
  names: JobNames = NO_JOB_NAMES,
): Promise<LogFollower> {
  const follower = await store.follow({ limit: 100, ...more, query: parseLogQuery(q) }, names);
  assert.ok(follower, 'it can be followed');
  return follower;
}

async function told(follower: LogFollower): Promise<string[]> {
  const { items, missed } = await follower.next();
  assert.deepEqual(missed, { value: 0, relation: 'eq' });
  return textOf(items);
}

/** The part of the LogStore suite about following lines by the order of their arrival. */
export function logFollowingContract(make: MakeLogStore): void {
  const testStore = storeTest(make);

  describe('following', () => {
    testStore('every line is told once, when it arrives, however old it is and in which day', async store => {
      await put(store, [row(0, { message: 'before' })]);
      const follower = await following(store, '');
      assert.deepEqual(await told(follower), []);

      await put(store, [row(1, { message: 'now' })]);
      assert.deepEqual(await told(follower), ['now']);
      await put(store, [row(2, { message: 'a day late', ts: T0 - DAY })]);
      await put(store, [row(3, { message: 'five minutes late', ts: T0 - 5 * MINUTE })]);
      await put(store, [row(4, { message: 'ahead', ts: T0 + 9 * MINUTE }), row(2, { message: 'again', ts: T0 - DAY })]);
      assert.deepEqual(await told(follower), ['a day late', 'five minutes late', 'ahead']);
      assert.deepEqual(await told(follower), []);
    });

    testStore('only what is searched for is told, and only of the times asked for', async store => {
      const names = jobNames({ aa11: 'dwd_order' });
      const searches: readonly (readonly [string, Partial<LogFollow>, string[]])[] = [
        ['fail*', {}, ['failed 1', 'failed 2']],
        ['-failed', {}, ['fine']],
        ['level:>=ERROR job:dwd_order', {}, ['failed 2']],
        ['', { from: T0 }, ['failed 2', 'fine']],
        ['', { to: T0 }, ['failed 1']],
        ['-->', {}, []],
      ];
      const followers = await Promise.all(searches.map(([q, range]) => following(store, q, range, names)));
      await put(store, [row(0, { message: 'failed 1', ts: T0 - 1, level: 'ERROR', jobName: 'x' })]);
      await put(store, [
        row(1, { message: 'failed 2', level: 'ERROR', jobName: 'session', jobId: 'aa11' }),
        row(2, { message: 'fine', ts: T0 + 300 }),
      ]);

      for (const [i, [q, range, expected]] of searches.entries()) {
        const follower = followers[i];
        assert.ok(follower);
        assert.deepEqual(await told(follower), expected, `${q} ${JSON.stringify(range)}`);
      }
    });

    testStore('whoever was cut off goes on behind the last line seen, also in the middle of a look', async store => {
      const follower = await following(store, 'line');
      await follower.next();
      const lines = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, i) => {
          const offset = from + i;
          return row(offset, { message: `line ${offset}`, ts: T0 - offset * MINUTE }, { recordTs: T0 });
        });
      await put(store, lines(0, 3));
      await put(store, lines(3, 6));
      const { items: seen } = await follower.next();
      assert.equal(seen.length, 6);
      await put(store, lines(6, 8));
      await follower.next();
      await put(store, lines(8, 9));

      for (const [place, last] of seen.entries()) {
        const resumed = await following(store, 'line', { after: last.id });
        const rest = await told(resumed);
        assert.deepEqual(
          [...textOf(seen.slice(0, place + 1)), ...rest].sort(),
          Array.from({ length: 9 }, (_, i) => `line ${i}`),
          `behind line ${place}`,
        );
        assert.deepEqual(await told(resumed), []);
      }
      // Another search was not followed before: only the place of the line is known.
      const other = await following(store, 'line -"line 7"', { after: seen.at(-1)?.id ?? '' });
      assert.deepEqual((await told(other)).sort(), ['line 6', 'line 8']);
    });

    testStore('a mark stands for having seen what had arrived, with or without lines', async store => {
      const follower = await following(store, 'line');
      const { mark } = await follower.next();
      await put(store, [row(0, { message: 'line 0' })]);
      const next = await follower.next();
      await put(store, [row(1, { message: 'line 1', ts: T0 - DAY })]);

      assert.deepEqual((await told(await following(store, 'line', { after: mark }))).sort(), ['line 0', 'line 1']);
      assert.deepEqual(await told(await following(store, 'line', { after: next.mark })), ['line 1']);
    });

    testStore('a line that is not known cannot be gone on from', async store => {
      await put(store, [row(0, { message: 'a' })]);
      for (const after of ['no-such-id', 'x~y', '1.2', '@', ''])
        assert.equal(await store.follow({ query: { kind: 'all' }, limit: 1, after }, NO_JOB_NAMES), null, after);
    });

    testStore('what is left out of a flood is counted, and never told later', async store => {
      const follower = await following(store, 'flood', { limit: 10 });
      await follower.next();
      for (let batch = 0; batch < 3; batch++)
        await put(
          store,
          Array.from({ length: 50 }, (_, i) => {
            const offset = batch * 50 + i;
            return row(offset, { message: offset % 5 === 0 ? 'calm' : `flood ${offset}`, ts: T0 + offset });
          }),
        );

      const { items, missed } = await follower.next();
      assert.deepEqual(missed, { value: 110, relation: 'eq' });
      assert.deepEqual(
        textOf(items),
        [138, 139, 141, 142, 143, 144, 146, 147, 148, 149].map(i => `flood ${i}`),
      );
      await put(store, [row(999, { message: 'flood 999', ts: T0 - DAY })]);
      assert.deepEqual(await told(follower), ['flood 999']);
    });

    testStore('a line that retention takes is not told', async store => {
      const follower = await following(store, '');
      await follower.next();
      await put(store, [
        row(0, { message: 'gone', ts: T0 - 9 * DAY, jobName: 'x' }),
        row(1, { message: 'kept', ts: T0 - 9 * DAY, jobName: 'keep' }),
      ]);
      await store.expire(T0, job => (job === 'keep' ? 30 : 7) * DAY);

      assert.deepEqual(await messages(store, ''), ['kept']);
      assert.deepEqual(await told(follower), ['kept']);
      assert.equal((await page(store, 'gone')).total.value, 0);
    });
  });
}
