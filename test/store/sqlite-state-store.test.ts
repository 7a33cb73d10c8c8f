import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { StoreAwayError, VersionConflictError } from '../../model/errors.ts';
import { openSqliteStateStore } from '../../store/sqlite/state-store.ts';
import type { StateStore } from '../../store/state-store.ts';
import { stateStoreContract } from '../contract/state-store.ts';

function folder(): { path: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-state-'));
  return { path: join(dir, 'state.db'), remove: () => rmSync(dir, { recursive: true, force: true }) };
}

stateStoreContract('sqlite', async () => {
  const { path, remove } = folder();
  const store = openSqliteStateStore({ path });
  return {
    store,
    async done() {
      await store.close();
      remove();
    },
  };
});

test('everything is there again after a reopen, and old versions still fence', async () => {
  const { path, remove } = folder();
  let store: StateStore = openSqliteStateStore({ path });
  const doc = await store.put('rule', 'r', { a: 1 }, null);
  const tick = { cursor: 1, groups: new Map([['g', 1]]), intents: [{ id: 'i', body: 1 }], ticks: [{ t: 1, body: 1 }] };
  const state = await store.commitTick('r', null, tick);
  await store.commitTick('r', state, tick);
  await store.close();

  store = openSqliteStateStore({ path });

  assert.equal((await store.get('rule', 'r'))?.version, doc);
  assert.equal((await store.loadRuleStates())[0]?.groups.get('g'), 1);
  assert.deepEqual(
    (await store.openIntents()).map(i => i.id),
    ['i'],
  );
  await assert.rejects(store.commitTick('r', state, tick), VersionConflictError);
  assert.notEqual(await store.put('rule', 'r', { a: 2 }, doc), doc);
  await store.close();
  remove();
});

test('two openings of one file fence each other by versions', async () => {
  const { path, remove } = folder();
  const [one, two] = [openSqliteStateStore({ path }), openSqliteStateStore({ path })];
  const version = await one.put('setting', 's', 1, null);
  await two.put('setting', 's', 2, version);

  await assert.rejects(one.put('setting', 's', 3, version), VersionConflictError);
  assert.equal(await two.acquireLease('evaluate', 'two', 0, 10), true);
  assert.equal(await one.acquireLease('evaluate', 'one', 9, 10), false);

  await one.close();
  await two.close();
  remove();
});

test('a file that is no database is refused with its name and the remedy', () => {
  const { path, remove } = folder();
  writeFileSync(path, 'this is not a database, but a text that is long enough to be taken for one'.repeat(50));

  assert.throws(
    () => openSqliteStateStore({ path }),
    (error: unknown) =>
      error instanceof StoreAwayError && error.message.includes(path) && error.message.includes('move it away'),
  );
  remove();
});

test('a locked file rejects the writes as away and takes them once it is free', async () => {
  const { path, remove } = folder();
  const store = openSqliteStateStore({ path, lockTimeoutMs: 0 });
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');

  const results = await Promise.allSettled([store.put('job', 'a', 1, 'any'), store.put('job', 'b', 1, 'any')]);
  other.exec('COMMIT');
  other.close();

  for (const result of results) assert.ok(result.status === 'rejected' && result.reason instanceof StoreAwayError);
  await store.put('job', 'a', 2, null);
  assert.equal((await store.list('job')).length, 1);
  await store.close();
  remove();
});

test('a write that cannot be stored fails alone among those of its turn', async () => {
  const store = openSqliteStateStore({ path: ':memory:' });
  const good = (id: string) => store.put('job', id, 1, null);

  const results = await Promise.allSettled([good('a'), store.appendAudit('x', Number.NaN), good('b')]);

  assert.deepEqual(
    results.map(r => r.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(
    (await store.list('job')).map(d => d.id),
    ['a', 'b'],
  );
  await store.close();
});

test('after close every call is away, not a crash', async () => {
  const store = openSqliteStateStore({ path: ':memory:' });
  await store.close();

  await assert.rejects(store.ping(), StoreAwayError);
  await assert.rejects(store.put('job', 'a', 1, null), StoreAwayError);
});

test('history of more instants than one turn drops is forgotten whole, and only that of the rule or age', async () => {
  const store = openSqliteStateStore({ path: ':memory:' });
  const ticks = Array.from({ length: 2500 }, (_, t) => ({ t, body: t }));
  const history = { cursor: 0, groups: new Map(), intents: [], ticks };
  await store.commitTick('gone', null, history);
  await store.commitTick('stays', null, history);

  await store.dropRule('gone');
  assert.deepEqual(await store.ticks('gone', 0, 2500), []);
  assert.deepEqual(await store.ticks('stays', 0, 2500), ticks);

  await store.expire(2400, 0);
  assert.deepEqual(await store.ticks('stays', 0, 2500), ticks.slice(2400));
  await store.close();
});

test('history is found whether or not other rules have some at its instants', async () => {
  const store = openSqliteStateStore({ path: ':memory:' });
  const history = (...instants: number[]) => ({
    cursor: 0,
    groups: new Map(),
    intents: [],
    ticks: instants.map(t => ({ t, body: t })),
  });
  await store.commitTick('a', null, history(10, 30));
  await store.commitTick('b', null, history(5, 20, 30, 40));

  const instants = async (rule: string, from: number, to: number) =>
    (await store.ticks(rule, from, to)).map(({ t }) => t);
  assert.deepEqual(await instants('a', 0, 50), [10, 30]);
  assert.deepEqual(await instants('a', 11, 30), [30]);
  assert.deepEqual(await instants('b', 6, 39), [20, 30]);
  assert.deepEqual(await instants('b', 41, 50), []);
  await store.close();
});

test('history of rules in the table of earlier builds moves over once, and what is newer stays', async () => {
  const { path, remove } = folder();
  const first = openSqliteStateStore({ path });
  const tick = (t: number, body: string) => ({ cursor: t, groups: new Map(), intents: [], ticks: [{ t, body }] });
  await first.commitTick('r', null, tick(2, 'new'));
  await first.close();
  const file = new DatabaseSync(path);
  file.exec(`CREATE TABLE tick (rule TEXT NOT NULL, t INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (rule, t)) WITHOUT ROWID;
    INSERT INTO tick VALUES ('r', 1, '"old"'), ('r', 2, '"old"'), ('s', 1, '"other"')`);
  file.close();

  for (const opening of ['first', 'second']) {
    const store = openSqliteStateStore({ path });
    assert.deepEqual(
      [await store.ticks('r', 0, 9), await store.ticks('s', 0, 9)],
      [
        [
          { t: 1, body: 'old' },
          { t: 2, body: 'new' },
        ],
        [{ t: 1, body: 'other' }],
      ],
      opening,
    );
    await store.close();
  }
  const after = new DatabaseSync(path);
  assert.deepEqual(after.prepare("SELECT name FROM sqlite_schema WHERE name = 'tick'").all(), []);
  after.close();
  remove();
});
