/**
 * What every StateStore promises. An adapter's test file calls `stateStoreContract` with a way to make a fresh, empty store;
 * nothing here knows which one it is.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UserError, VersionConflictError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { OutboxRow, StateStore, TickCommit } from '../../store/state-store.ts';

const T = Date.UTC(2026, 10, 21, 10, 0, 0);
const DAY = 86_400_000;

interface Made {
  readonly store: StateStore;
  done(): Promise<void>;
}

function commit(
  more: {
    cursor?: Json;
    groups?: Record<string, Json>;
    intents?: Record<string, Json>;
    ticks?: Record<number, Json>;
  } = {},
): TickCommit {
  return {
    cursor: more.cursor ?? {},
    groups: new Map(Object.entries(more.groups ?? {})),
    intents: Object.entries(more.intents ?? {}).map(([id, body]) => ({ id, body })),
    ticks: Object.entries(more.ticks ?? {}).map(([t, body]) => ({ t: Number(t), body })),
  };
}

function row(id: string, more: Partial<OutboxRow> = {}): OutboxRow {
  return {
    id,
    channel: 'ops',
    createdAt: T,
    nextAttemptAt: T,
    status: 'pending',
    attempts: 0,
    body: { text: id },
    ...more,
  };
}

const flush = (outbox: readonly OutboxRow[], consumedIntents: readonly string[] = [], state: Json | null = {}) => ({
  state,
  consumedIntents,
  outbox,
});
const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(r => r.id);

/** Declares the suite for one adapter. */
export function stateStoreContract(name: string, make: () => Promise<Made>): void {
  const withStore = (sentence: string, body: (store: StateStore) => Promise<void>): void => {
    test(sentence, async () => {
      const { store, done } = await make();
      try {
        await body(store);
      } finally {
        await done();
      }
    });
  };

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

    describe('rule states', () => {
      withStore('a tick commits cursor, groups, intents and history together', async store => {
        const version = await store.commitTick(
          'r',
          null,
          commit({ cursor: { t: 1 }, groups: { a: 1, b: 2 }, intents: { i1: 'x' }, ticks: { [T]: 'tick' } }),
        );

        const [state] = await store.loadRuleStates();
        assert.deepEqual(state, {
          ruleId: 'r',
          version,
          cursor: { t: 1 },
          groups: new Map([
            ['a', 1],
            ['b', 2],
          ]),
        });
        assert.deepEqual(await store.openIntents(), [{ id: 'i1', ruleId: 'r', body: 'x' }]);
        assert.deepEqual(await store.ticks('r', T, T), [{ t: T, body: 'tick' }]);
      });

      withStore('unchanged groups stay, changed ones change, null forgets', async store => {
        const first = await store.commitTick('r', null, commit({ groups: { a: 1, b: 2, c: 3 } }));
        const second = await store.commitTick('r', first, {
          ...commit({ cursor: 2 }),
          groups: new Map([
            ['b', 20],
            ['c', null],
          ]),
        });

        const [state] = await store.loadRuleStates();
        assert.notEqual(second, first);
        assert.deepEqual(
          new Map(state?.groups),
          new Map([
            ['a', 1],
            ['b', 20],
          ]),
        );
        assert.equal(state?.version, second);
      });

      withStore('a commit with an old version conflicts and leaves nothing behind', async store => {
        const first = await store.commitTick('r', null, commit({ cursor: 1 }));
        await store.commitTick('r', first, commit({ cursor: 2 }));
        const late = commit({ cursor: 9, groups: { x: 9 }, intents: { late: 9 }, ticks: { [T]: 9 } });

        await assert.rejects(store.commitTick('r', first, late), VersionConflictError);
        await assert.rejects(store.commitTick('r', null, late), VersionConflictError);
        await assert.rejects(store.commitTick('unknown', first, late), VersionConflictError);

        const states = await store.loadRuleStates();
        assert.deepEqual(
          states.map(s => [s.ruleId, s.cursor, s.groups.size]),
          [['r', 2, 0]],
        );
        assert.deepEqual(await store.openIntents(), []);
        assert.deepEqual(await store.ticks('r', 0, T), []);
      });

      withStore('commits of many rules issued together all land, each under its own version', async store => {
        const versions = await Promise.all(
          Array.from({ length: 50 }, (_, i) => store.commitTick(`r${i}`, null, commit({ groups: { g: i } }))),
        );
        const again = await Promise.allSettled(
          versions.map((v, i) => store.commitTick(`r${i}`, i === 7 ? null : v, commit({ groups: { g: -i } }))),
        );

        assert.deepEqual(
          again.map((r, i) => [i, r.status]).filter(([, status]) => status === 'rejected'),
          [[7, 'rejected']],
        );
        const states = new Map((await store.loadRuleStates()).map(s => [s.ruleId, s.groups.get('g')]));
        assert.equal(states.size, 50);
        assert.equal(states.get('r7'), 7);
        assert.equal(states.get('r8'), -8);
      });

      withStore('a rule may have a thousand groups with any key', async store => {
        const groups = Object.fromEntries(
          Array.from({ length: 1200 }, (_, i) => [`topic\u0001t${i}\u0002`, { state: 'firing', i }]),
        );
        await store.commitTick('r', null, commit({ groups }));

        const [state] = await store.loadRuleStates();
        assert.deepEqual(Object.fromEntries(state?.groups ?? []), groups);
      });

      withStore('an intent committed before is ignored', async store => {
        const first = await store.commitTick('r', null, commit({ intents: { i: 'first' } }));
        await store.commitTick('r', first, commit({ intents: { i: 'again', j: 'new' } }));

        assert.deepEqual(await store.openIntents(), [
          { id: 'i', ruleId: 'r', body: 'first' },
          { id: 'j', ruleId: 'r', body: 'new' },
        ]);
      });

      withStore('open intents come in commit order', async store => {
        let version: string | null = null;
        for (const id of ['z', 'a', 'm'])
          version = await store.commitTick('r', version, commit({ intents: { [`${id}1`]: 0, [`${id}0`]: 0 } }));

        assert.deepEqual(ids(await store.openIntents()), ['z1', 'z0', 'a1', 'a0', 'm1', 'm0']);
      });

      withStore('history is answered from <= t <= to, oldest first, per rule', async store => {
        await store.commitTick('r', null, commit({ ticks: { [T + 2]: 2, [T]: 0, [T + 1]: 1 } }));
        await store.commitTick('other', null, commit({ ticks: { [T]: 'other' } }));

        assert.deepEqual(
          (await store.ticks('r', T, T + 1)).map(t => t.body),
          [0, 1],
        );
        assert.deepEqual(
          (await store.ticks('r', T, T + 9)).map(t => t.t),
          [T, T + 1, T + 2],
        );
        assert.deepEqual(await store.ticks('none', T, T + 9), []);
      });

      withStore('dropRule forgets state and history but no unconsumed intent', async store => {
        await store.commitTick('r', null, commit({ groups: { a: 1 }, intents: { i: 1 }, ticks: { [T]: 1 } }));
        await store.commitTick('s', null, commit({ groups: { a: 1 } }));
        await store.dropRule('r');
        await store.dropRule('never');

        assert.deepEqual(
          (await store.loadRuleStates()).map(s => s.ruleId),
          ['s'],
        );
        assert.deepEqual(await store.ticks('r', 0, T + 1), []);
        assert.deepEqual(ids(await store.openIntents()), ['i']);
        await store.commitTick('r', null, commit({ cursor: 'begins anew' }));
        const [state] = (await store.loadRuleStates()).filter(s => s.ruleId === 'r');
        assert.equal(state?.groups.size, 0);
      });
    });

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

        assert.deepEqual(ids((await store.listOutbox({ limit: 10 })).items), [
          'o6',
          'o5',
          'o4',
          'o3',
          'o2',
          'o1',
          'o0',
        ]);
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
