import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ManualClock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import { NO_JOB_NAMES } from '../../model/job-names.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import type { LogStore } from '../../store/log-store.ts';
import { openSqliteLogStore } from '../../store/sqlite/log-store.ts';
import { logStoreContract } from '../contract/log-store.ts';
import { DAY, messages, page, put, row, T0 } from '../contract/log-store-lines.ts';

logStoreContract('SqliteLogStore', async () => {
  const dir = newDir();
  const store = await openSqliteLogStore({ dir });
  return {
    store,
    async done() {
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
});

const ALL_LINES = { query: { kind: 'all' }, limit: 100 } as const;

function newDir(): string {
  return mkdtempSync(join(tmpdir(), 'tidewatch-logs-'));
}

/** Runs `body` with a directory and a way to open stores there; closes and removes everything. */
async function withDir(body: (dir: string, open: () => Promise<LogStore>) => Promise<void>): Promise<void> {
  const dir = newDir();
  const stores: LogStore[] = [];
  try {
    await body(dir, async () => {
      const store = await openSqliteLogStore({ dir });
      stores.push(store);
      return store;
    });
  } finally {
    for (const store of stores) await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

test('lines, duplicates and counts survive closing and opening again', async () => {
  await withDir(async (_, open) => {
    const rows = [
      row(0, { message: 'one' }),
      row(1, { message: 'two', ts: T0 + 1 }),
      row(2, { message: 'three', ts: T0 + 2 }),
    ];
    const first = await open();
    await put(first, rows.slice(0, 2));
    await first.close();

    const second = await open();
    await put(second, rows);

    assert.deepEqual(await messages(second, ''), ['three', 'two', 'one']);
    assert.deepEqual((await second.stats()).lines, 3);
  });
});

test('the file of a line is the UTC day of its record, and an expired file is gone', async () => {
  await withDir(async (dir, open) => {
    const store = await open();
    await put(store, [row(0, { message: 'a' }), row(1, { ts: T0 - DAY }, { recordTs: T0 + DAY })]);
    const databases = () => readdirSync(dir).filter(name => name.endsWith('.db'));
    assert.deepEqual(databases(), ['logs-2026-11-20.db', 'logs-2026-11-21.db']);
    await messages(store, '');

    assert.deepEqual(await store.expire(T0 + 8 * DAY, () => 7 * DAY), { dropped: 1 });
    assert.deepEqual(
      readdirSync(dir).filter(name => name.includes('11-20')),
      [],
    );
    assert.deepEqual(databases(), ['logs-2026-11-21.db']);
  });
});

test('whoever followed goes on exactly where it was after the daemon was started anew, also when its clock went back', async () => {
  await withDir(async (dir, open) => {
    const first = await open();
    const follower = await first.follow(ALL_LINES, NO_JOB_NAMES);
    await put(first, [row(0, { message: 'seen' }), row(1, { message: 'unseen' })]);
    const arrived = await follower?.next();
    await put(first, [row(2, { message: 'late', ts: T0 - DAY })]);
    await first.close();

    const second = await openSqliteLogStore({ dir, clock: new ManualClock(0) });
    try {
      await put(second, [row(3, { message: 'after' })]);
      const told = async (after: string) =>
        (await (await second.follow({ ...ALL_LINES, after }, NO_JOB_NAMES))?.next())?.items.map(item => item.message);
      assert.deepEqual(await told(arrived?.items[0]?.id ?? ''), ['unseen', 'late', 'after']);
      assert.deepEqual(await told(arrived?.mark ?? ''), ['late', 'after']);
    } finally {
      await second.close();
    }
  });
});

test('a file from before arrivals were kept is read as it is, and followed once lines come', async () => {
  await withDir(async (dir, open) => {
    const first = await open();
    await put(first, [row(0, { message: 'old line' })]);
    await first.close();
    const db = new DatabaseSync(join(dir, 'logs-2026-11-20.db'));
    db.exec('ALTER TABLE line DROP COLUMN arrival; DROP TABLE arrival; PRAGMA user_version = 1');
    db.close();

    const store = await open();
    const [old] = (await page(store, 'old')).items;
    assert.equal(await store.follow({ ...ALL_LINES, after: old?.id ?? '' }, NO_JOB_NAMES), null);
    const follower = await store.follow(ALL_LINES, NO_JOB_NAMES);
    assert.deepEqual((await follower?.next())?.items, []);
    await put(store, [row(1, { message: 'new line', ts: T0 + 1 })]);

    assert.deepEqual(
      (await follower?.next())?.items.map(item => item.message),
      ['new line'],
    );
    assert.deepEqual(await messages(store, 'line'), ['new line', 'old line']);
  });
});

test('a killed process loses no line it was told is durable, and storing all again doubles none', async () => {
  await withDir(async (dir, open) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'log-kill-child.ts'), dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let durable = 0;
    for await (const line of createInterface(child.stdout)) {
      durable = Number(line);
      if (durable >= 1000) child.kill('SIGKILL');
    }

    const store = await open();
    const before = (await page(store, 'child', { limit: 1 })).total.value;
    assert.ok(before >= durable && before % 50 === 0, `${before} of ${durable}`);
    await put(
      store,
      Array.from({ length: before + 10 }, (_, i) => row(i, { ts: T0 + i, message: `line ${i} of the child` })),
    );
    const whole = await page(store, 'child', { limit: 1000, from: T0 + before - 990 });
    assert.equal(whole.total.value, 1000);
    assert.equal((await store.stats()).lines, before + 10);
    await store.close();
    const db = new DatabaseSync(join(dir, 'logs-2026-11-20.db'));
    assert.equal(db.prepare('PRAGMA quick_check').get()?.['quick_check'], 'ok');
    db.exec(`INSERT INTO ft(ft) VALUES ('integrity-check')`);
    db.close();
  });
});

test('a file that is no database is named, for writing and reading, and the other days go on being written', async () => {
  await withDir(async (dir, open) => {
    const store = await open();
    writeFileSync(
      join(dir, 'logs-2026-11-20.db'),
      'not a database, but long enough to have a header of one hundred bytes '.repeat(9),
    );

    const isAway = (error: unknown): boolean =>
      error instanceof StoreAwayError && /logs-2026-11-20\.db is not a database; move it away/.test(error.message);
    await assert.rejects(put(store, [row(0, {})]), isAway);
    await assert.rejects(messages(store, ''), isAway);
    await put(store, [row(1, { ts: T0 + DAY, message: 'tomorrow' })]);

    rmSync(join(dir, 'logs-2026-11-20.db'));
    await put(store, [row(0, { message: 'today' })]);
    assert.deepEqual(await messages(store, ''), ['tomorrow', 'today']);
  });
});

test('a torn file is said to be corrupt', async () => {
  await withDir(async (dir, open) => {
    const store = await open();
    await put(
      store,
      Array.from({ length: 3000 }, (_, i) => row(i, { ts: T0 + i, message: `${'x'.repeat(200)} ${i}` })),
    );
    await store.close();
    truncateSync(join(dir, 'logs-2026-11-20.db'), 150_000);

    const again = await open();
    await assert.rejects(
      messages(again, 'x*', { limit: 3000 }),
      error => error instanceof StoreAwayError && /corrupt/.test(error.message),
    );
  });
});

test('a file another process holds is said to be locked', async () => {
  await withDir(async (dir, open) => {
    const store = await open();
    await put(store, [row(0, {})]);
    await store.close();
    const other = new DatabaseSync(join(dir, 'logs-2026-11-20.db'));
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE');

    const again = await open();
    await assert.rejects(
      put(again, [row(1, {})]),
      error => error instanceof StoreAwayError && /locked/.test(error.message),
    );
    other.close();
    await put(again, [row(1, { message: 'later' })]);
    assert.deepEqual(await messages(again, 'later'), ['later']);
  });
});

test('a directory that cannot be used is refused at once', async () => {
  await withDir(async dir => {
    writeFileSync(join(dir, 'file'), '');
    await assert.rejects(
      openSqliteLogStore({ dir: join(dir, 'file') }),
      error => error instanceof StoreAwayError && /cannot be used/.test(error.message),
    );
  });
});

test('a failed append is counted', async () => {
  await withDir(async dir => {
    const telemetry = createTelemetry();
    const store = await openSqliteLogStore({ dir, telemetry });
    writeFileSync(join(dir, 'logs-2026-11-20.db'), 'not a database'.repeat(100));

    await assert.rejects(put(store, [row(0, {})]), StoreAwayError);
    await store.close();

    const errors = (await telemetry.storeErrors.get()).values;
    assert.deepEqual(
      errors.map(({ labels, value }) => [labels, value]),
      [[{ store: 'logs', reason: 'append' }, 1]],
    );
  });
});

test('a request whose signal is aborted rejects with its reason and leaves the store usable', async () => {
  await withDir(async (_, open) => {
    const store = await open();
    await put(store, [row(0, { message: 'a' })]);
    const reason = new Error('the client went away');

    await assert.rejects(store.append([row(1, {})], {}, AbortSignal.abort(reason)), reason);
    await assert.rejects(
      store.search(
        { query: { kind: 'all' }, limit: 1 },
        { nameOf: () => undefined, idsOf: () => [], knownIds: () => [], names: () => [] },
        AbortSignal.abort(reason),
      ),
      reason,
    );
    assert.deepEqual(await messages(store, ''), ['a']);
  });
});

test('a closed store says so', async () => {
  await withDir(async (_, open) => {
    const store = await open();
    await store.close();

    await assert.rejects(
      put(store, [row(0, {})]),
      error => error instanceof StoreAwayError && /closed/.test(error.message),
    );
    await assert.rejects(messages(store, ''), error => error instanceof StoreAwayError && /closed/.test(error.message));
  });
});
