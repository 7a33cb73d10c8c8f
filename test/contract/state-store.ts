/**
 * What every StateStore promises. An adapter's test file calls `stateStoreContract` with a way to make a fresh, empty store;
 * nothing here knows which one it is.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { UserError, VersionConflictError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import { commit, DAY, flush, ids, type MakeStateStore, row, T } from './state-rows.ts';
import { outboxContract } from './state-store-outbox.ts';
import { ruleStateContract } from './state-store-rules.ts';
import { storeTest } from './store-test.ts';

/** Declares the suite for one adapter. */
export function stateStoreContract(name: string, make: MakeStateStore): void {
  const withStore = storeTest(make);

  describe(`StateStore contract: ${name}`, () => {
    describe('documents', () => {
      withStore('a document comes back as it was put', async store => {
        const body = { name: '规则', nested: { list: [1, null, true, 'x'] }, 'a.b': 'dotted', empty: {} };
        const version = await store.put('rule', 'r1', body, null);

        const doc = await store.get('rule', 'r1');

        assert.deepEqual(doc?.body, body);
        assert.equal(doc?.version, version);
        assert.equal(doc?.id, 'r1');
        assert.equal(typeof doc?.updatedAt, 'number');
      });

      withStore('what is not there is null, and kinds do not mix', async store => {
        await store.put('rule', 'same', { a: 1 }, null);

        assert.equal(await store.get('rule', 'other'), null);
        assert.equal(await store.get('channel', 'same'), null);
      });

      withStore('a body may be any JSON value', async store => {
        for (const [i, body] of ([null, 0, '', false, [], 'text'] satisfies Json[]).entries()) {
          await store.put('setting', `s${i}`, body, null);
          assert.deepEqual((await store.get('setting', `s${i}`))?.body, body);
        }
      });

      withStore('every change has a new version, also after a delete', async store => {
        const first = await store.put('rule', 'r', 1, null);
        const second = await store.put('rule', 'r', 2, first);
        await store.delete('rule', 'r', second);
        const third = await store.put('rule', 'r', 1, null);

        assert.equal(new Set([first, second, third]).size, 3);
      });

      withStore('an expected version that is not the stored one is a conflict and changes nothing', async store => {
        const first = await store.put('rule', 'r', 'one', null);
        await store.put('rule', 'r', 'two', first);

        await assert.rejects(store.put('rule', 'r', 'three', first), VersionConflictError);
        await assert.rejects(store.put('rule', 'r', 'three', null), VersionConflictError);
        await assert.rejects(store.put('rule', 'missing', 'three', first), VersionConflictError);
        await assert.rejects(store.delete('rule', 'r', first), VersionConflictError);
        await assert.rejects(store.delete('rule', 'missing', first), VersionConflictError);
        for (const foreign of ['old', '', '1', '-1.1', '99999999999999999999.1', 'a-1']) {
          await assert.rejects(store.put('rule', 'r', 'three', foreign), VersionConflictError, foreign);
          await assert.rejects(store.delete('rule', 'r', foreign), VersionConflictError, foreign);
        }
        assert.equal((await store.get('rule', 'r'))?.body, 'two');
      });

      withStore('any takes whatever is there', async store => {
        await store.put('rule', 'r', 1, 'any');
        await store.put('rule', 'r', 2, 'any');
        assert.equal((await store.get('rule', 'r'))?.body, 2);

        await store.delete('rule', 'r', 'any');
        await store.delete('rule', 'r', 'any');
        assert.equal(await store.get('rule', 'r'), null);
      });

      withStore('of two writers with one expected version exactly one wins', async store => {
        const version = await store.put('rule', 'r', 0, null);

        const results = await Promise.allSettled([1, 2, 3].map(i => store.put('rule', 'r', i, version)));

        assert.equal(results.filter(r => r.status === 'fulfilled').length, 1);
        for (const r of results) if (r.status === 'rejected') assert.ok(r.reason instanceof VersionConflictError);
      });

      withStore('list is sorted by id and holds every document of the kind', async store => {
        await store.putMany(
          'job',
          ['b', 'a', 'Z', '中', 'a/1'].map(id => ({ id, body: { id } })),
        );
        await store.put('table', 'x', 1, null);

        assert.deepEqual(ids(await store.list('job')), ['Z', 'a', 'a/1', 'b', '中']);
      });

      withStore('putMany writes over what is there, also thousands', async store => {
        await store.put('lag_table', 'k7', 'old', null);
        await store.putMany(
          'lag_table',
          Array.from({ length: 3000 }, (_, i) => ({ id: `k${i}`, body: i })),
        );

        assert.equal((await store.list('lag_table')).length, 3000);
        assert.equal((await store.get('lag_table', 'k7'))?.body, 7);
        await store.putMany('lag_table', []);
      });

      withStore('of one id twice in putMany the later body stays', async store => {
        await store.putMany('job', [
          { id: 'a', body: 1 },
          { id: 'a', body: 2 },
        ]);

        assert.equal((await store.get('job', 'a'))?.body, 2);
      });

      withStore('large bodies and odd ids are fine', async store => {
        const body = { text: 'x'.repeat(300_000) };
        await store.put('lineage', 'kafka://h:9092/主题 "a" %20', body, null);

        assert.deepEqual((await store.get('lineage', 'kafka://h:9092/主题 "a" %20'))?.body, body);
      });
    });

    ruleStateContract(make);
    outboxContract(make);

    describe('audit, leases, retention', () => {
      withStore('the audit is listed newest first, page by page', async store => {
        for (let i = 0; i < 5; i++) await store.appendAudit({ n: i }, T + i);

        const first = await store.listAudit(3);
        const second = await store.listAudit(3, first.next ?? '');

        assert.deepEqual(
          [...first.items, ...second.items],
          [4, 3, 2, 1, 0].map(n => ({ n })),
        );
        assert.equal(second.next, null);
        await assert.rejects(
          store.listAudit(3, 'nonsense'),
          (e: unknown) => e instanceof UserError && e.code === 'bad-cursor',
        );
      });

      withStore('a lease has one owner until it runs out', async store => {
        assert.equal(await store.acquireLease('evaluate', 'a', T, 6000), true);
        assert.equal(await store.acquireLease('evaluate', 'b', T + 5999, 6000), false);
        assert.equal(await store.acquireLease('evaluate', 'a', T + 2000, 6000), true);
        assert.equal(await store.acquireLease('evaluate', 'b', T + 7999, 6000), false);
        assert.equal(await store.acquireLease('other', 'b', T, 6000), true);
        assert.equal(await store.acquireLease('evaluate', 'b', T + 8000, 6000), true);
        assert.equal(await store.acquireLease('evaluate', 'a', T + 8001, 6000), false);
      });

      withStore('a lease is released only by its owner', async store => {
        await store.acquireLease('evaluate', 'a', T, 6000);
        await store.releaseLease('evaluate', 'b');
        assert.equal(await store.acquireLease('evaluate', 'b', T, 6000), false);

        await store.releaseLease('evaluate', 'a');
        await store.releaseLease('never', 'a');
        assert.equal(await store.acquireLease('evaluate', 'b', T, 6000), true);
      });

      withStore('of several owners at one instant exactly one gets the lease', async store => {
        const got = await Promise.all(
          ['a', 'b', 'c', 'd'].map(owner => store.acquireLease('evaluate', owner, T, 6000)),
        );

        assert.equal(got.filter(Boolean).length, 1);
      });

      withStore('expire drops old history and finished rows, never open ones', async store => {
        await store.commitTick('r', null, commit({ intents: { i: 1 }, ticks: { [T - 2 * DAY]: 'old', [T]: 'young' } }));
        await store.commitFlush(
          'g',
          null,
          flush([
            row('old-done', { createdAt: T - 2 * DAY, status: 'delivered' }),
            row('old-dead', { createdAt: T - 2 * DAY, status: 'dead' }),
            row('old-open', { createdAt: T - 2 * DAY }),
            row('young-done', { createdAt: T, status: 'delivered' }),
          ]),
        );
        await store.put('rule', 'r', 1, null);

        await store.expire(T - DAY, 0);

        assert.deepEqual(
          (await store.ticks('r', 0, T)).map(t => t.body),
          ['young'],
        );
        assert.deepEqual(ids((await store.listOutbox({ limit: 10 })).items).sort(), ['old-open', 'young-done']);
        assert.deepEqual(ids(await store.openIntents()), ['i']);
        assert.equal((await store.get('rule', 'r'))?.body, 1);
      });

      withStore('expire drops intake keys by their own age only', async store => {
        await store.put('intake_key', 'k', 1, null);
        await store.put('setting', 's', 1, null);
        const { updatedAt } = (await store.get('intake_key', 'k')) ?? { updatedAt: 0 };

        await store.expire(0, updatedAt);
        assert.notEqual(await store.get('intake_key', 'k'), null);
        await store.expire(0, updatedAt + 1);
        assert.equal(await store.get('intake_key', 'k'), null);
        assert.notEqual(await store.get('setting', 's'), null);
      });

      withStore('ping answers, and close may be called twice', async store => {
        await store.ping();
        await store.close();
        await store.close();
      });
    });
  });
}
