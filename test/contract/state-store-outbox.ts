import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { UserError, VersionConflictError } from '../../model/errors.ts';
import { commit, flush, ids, type MakeStateStore, row, T } from './state-rows.ts';
import { storeTest } from './store-test.ts';

/** The part of the StateStore suite about flushes and the outbox. */
export function outboxContract(make: MakeStateStore): void {
  const withStore = storeTest(make);

  describe('flushes and the outbox', () => {
    withStore('a flush consumes intents and writes rows together', async store => {
      await store.commitTick('r', null, commit({ intents: { i1: 1, i2: 2, i3: 3 } }));
      const version = await store.commitFlush('g', null, flush([row('o1')], ['i1', 'i3'], { next: 5 }));

      assert.deepEqual(ids(await store.openIntents()), ['i2']);
      assert.deepEqual(await store.outboxDue(T, 10), [row('o1')]);
      const groups = await store.loadGroups();
      assert.deepEqual(
        groups.map(g => [g.id, g.version, g.body]),
        [['g', version, { next: 5 }]],
      );
    });

    withStore('a flush with an old version conflicts and leaves nothing behind', async store => {
      await store.commitTick('r', null, commit({ intents: { i: 1 } }));
      const first = await store.commitFlush('g', null, flush([], [], 1));
      await store.commitFlush('g', first, flush([], [], 2));

      await assert.rejects(store.commitFlush('g', first, flush([row('late')], ['i'], 3)), VersionConflictError);
      await assert.rejects(store.commitFlush('g', null, flush([row('late')], ['i'], 3)), VersionConflictError);

      assert.deepEqual(ids(await store.openIntents()), ['i']);
      assert.deepEqual(await store.outboxDue(T, 10), []);
      assert.deepEqual(
        (await store.loadGroups()).map(g => g.body),
        [2],
      );
    });

    withStore('groups are written as if nobody read them meanwhile', async store => {
      let isOver = false;
      const reading = (async () => {
        while (!isOver) {
          await store.loadGroups();
          // An embedded store answers at once, and would let nobody else in.
          await nextTurn();
        }
      })();
      let version: string | null = null;
      try {
        for (let i = 0; i < 20; i++) version = await store.commitFlush('g', version, flush([row(`o${i}`)], [], i));
      } finally {
        isOver = true;
      }
      await reading;

      assert.equal((await store.outboxDue(T, 100)).length, 20);
      assert.deepEqual(
        (await store.loadGroups()).map(({ body }) => body),
        [19],
      );
    });

    withStore('a null state forgets the group, which may begin again', async store => {
      const first = await store.commitFlush('g', null, flush([], [], 1));
      await store.commitFlush('g', first, flush([], [], null));
      assert.deepEqual(await store.loadGroups(), []);

      await store.commitFlush('g', null, flush([], [], 2));
      assert.deepEqual(
        (await store.loadGroups()).map(g => g.body),
        [2],
      );
    });

    withStore('a row that exists is left as it is', async store => {
      await store.commitFlush('g', null, flush([row('o', { body: 'first' })]));
      await store.updateOutbox(row('o', { body: 'sent', status: 'delivered', attempts: 1 }));
      await store.commitFlush('h', null, flush([row('o', { body: 'second' })]));

      const { items } = await store.listOutbox({ limit: 10 });
      assert.deepEqual(items, [row('o', { body: 'sent', status: 'delivered', attempts: 1 })]);
    });

    withStore('due rows are open, due and oldest first', async store => {
      await store.commitFlush(
        'g',
        null,
        flush([
          row('young', { createdAt: T - 1 }),
          row('old', { createdAt: T - 9 }),
          row('later', { createdAt: T - 20, nextAttemptAt: T + 1 }),
          row('retry', { createdAt: T - 5, status: 'retrying', attempts: 2 }),
          row('gone', { createdAt: T - 7, status: 'suppressed' }),
        ]),
      );

      assert.deepEqual(ids(await store.outboxDue(T, 10)), ['old', 'retry', 'young']);
      assert.deepEqual(ids(await store.outboxDue(T, 2)), ['old', 'retry']);
      assert.deepEqual(ids(await store.outboxDue(T + 1, 1)), ['later']);
    });

    withStore('an update moves a row on', async store => {
      await store.commitFlush('g', null, flush([row('a'), row('b', { createdAt: T + 1 })]));
      await store.updateOutbox(
        row('a', { status: 'retrying', attempts: 1, nextAttemptAt: T + 60, body: { text: 'a', error: 'x' } }),
      );

      assert.deepEqual(ids(await store.outboxDue(T, 10)), ['b']);
      assert.deepEqual(await store.outboxDue(T + 60, 1), [
        row('a', { status: 'retrying', attempts: 1, nextAttemptAt: T + 60, body: { text: 'a', error: 'x' } }),
      ]);
    });

    withStore('a row that is finished is not opened again, and a delivery is never taken back', async store => {
      await store.commitFlush('g', null, flush([row('sent'), row('dead'), row('late')]));
      const [seen] = await store.outboxDue(T, 1);
      const now = async (): Promise<readonly string[]> =>
        (await store.listOutbox({ limit: 10 })).items
          .map(({ id, status, attempts }) => `${id} ${status} ${attempts}`)
          .sort();
      await store.updateOutbox(row('sent', { status: 'delivered', attempts: 2 }));
      await store.updateOutbox(row('dead', { status: 'dead', attempts: 9 }));
      await store.updateOutbox(row('late', { status: 'dead', attempts: 9 }));

      for (const status of ['pending', 'retrying', 'dead', 'suppressed'] as const)
        await store.updateOutbox(row('sent', { status, attempts: 1 }));
      await store.updateOutbox(row('dead', { status: 'retrying', attempts: 1 }));
      await store.updateOutbox(row('late', { status: 'delivered', attempts: 1 }));
      await store.updateOutbox(row('expired', { status: 'retrying' }));

      assert.equal(seen?.status, 'pending');
      assert.deepEqual(await now(), ['dead dead 9', 'late delivered 1', 'sent delivered 2']);
      assert.deepEqual(await store.outboxDue(T, 10), []);
    });

    withStore('the outbox is listed newest first, filtered, page by page', async store => {
      const rows = Array.from({ length: 7 }, (_, i) =>
        row(`o${i}`, { createdAt: T + i, channel: i % 2 ? 'mail' : 'im', status: i < 2 ? 'dead' : 'pending' }),
      );
      await store.commitFlush('g', null, flush(rows));

      assert.deepEqual(ids((await store.listOutbox({ limit: 10 })).items), ['o6', 'o5', 'o4', 'o3', 'o2', 'o1', 'o0']);
      assert.deepEqual(ids((await store.listOutbox({ channel: 'mail', limit: 10 })).items), ['o5', 'o3', 'o1']);
      assert.deepEqual(ids((await store.listOutbox({ status: 'dead', channel: 'im', limit: 10 })).items), ['o0']);
      const first = await store.listOutbox({ limit: 3 });
      await store.commitFlush('h', null, flush([row('newer', { createdAt: T + 100 })]));
      const second = await store.listOutbox({ limit: 3, cursor: first.next ?? '' });
      const third = await store.listOutbox({ limit: 3, cursor: second.next ?? '' });
      assert.deepEqual(
        [first, second, third].flatMap(p => ids(p.items)),
        ['o6', 'o5', 'o4', 'o3', 'o2', 'o1', 'o0'],
      );
      assert.equal(third.next, null);
      await assert.rejects(
        store.listOutbox({ limit: 3, cursor: 'nonsense' }),
        (e: unknown) => e instanceof UserError && e.code === 'bad-cursor',
      );
    });
  });
}
