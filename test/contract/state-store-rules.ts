import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { VersionConflictError } from '../../model/errors.ts';
import { commit, ids, type MakeStateStore, T } from './state-rows.ts';
import { storeTest } from './store-test.ts';

/** The part of the StateStore suite about the states of rules. */
export function ruleStateContract(make: MakeStateStore): void {
  const withStore = storeTest(make);

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

    withStore('a rule is committed as if nobody read it meanwhile', async store => {
      let isOver = false;
      const reading = (async () => {
        while (!isOver) {
          await store.openIntents();
          // An embedded store answers at once, and would let nobody else in.
          await nextTurn();
        }
      })();
      let version: string | null = null;
      try {
        for (let i = 0; i < 20; i++)
          version = await store.commitTick(
            'r',
            version,
            commit({ groups: { a: i, [`g${i}`]: i }, intents: { [`i${i}`]: i } }),
          );
      } finally {
        isOver = true;
      }
      await reading;

      const [state] = await store.loadRuleStates();
      assert.deepEqual([state?.version, state?.groups.size, state?.groups.get('a')], [version, 21, 19]);
      assert.equal((await store.openIntents()).length, 20);
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
}
