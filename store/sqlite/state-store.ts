import { type Clock, systemClock } from '../../model/clock.ts';
import type { Json } from '../../model/json.ts';
import type { Doc, DocKind, Expected, FlushCommit, OutboxRow, StateStore, TickCommit } from '../state-store.ts';
import { StateDatabase } from './state-database.ts';
import { Outbox } from './state-outbox.ts';
import { docOf, parse, readCursor, writeCursor } from './state-rows.ts';
import { RuleStates } from './state-rules.ts';
import { openStateDatabase } from './state-schema.ts';

/** Documents written in one turn; more would hold up the event loop. */
const PUT_MANY_CHUNK = 200;
/** Audit entries kept. */
const MAX_AUDIT = 200_000;

/**
 * Opens the embedded state store in one SQLite file (`:memory:` for tests). `lockTimeoutMs` is how long a write waits for another
 * process that holds the file. Throws `StoreAwayError` when the file cannot be used.
 */
export function openSqliteStateStore(options: {
  readonly path: string;
  readonly clock?: Clock;
  readonly lockTimeoutMs?: number;
}): StateStore {
  const db = openStateDatabase(options.path, options.lockTimeoutMs ?? 2000);
  return new SqliteStateStore(new StateDatabase(db, options.clock ?? systemClock));
}

/**
 * StateStore on `DatabaseSync`, on the main thread: a commit of 100 groups takes under a millisecond at p99 and commits of one
 * turn share a transaction (`bench/state-store.ts`), so a worker's round trip would cost more than it saves.
 */
class SqliteStateStore implements StateStore {
  readonly #db: StateDatabase;
  readonly #rules: RuleStates;
  readonly #outbox: Outbox;

  constructor(db: StateDatabase) {
    this.#db = db;
    this.#rules = new RuleStates(db);
    this.#outbox = new Outbox(db);
  }

  async get<T = Json>(kind: DocKind, id: string): Promise<Doc<T> | null> {
    const row = this.#db.all('SELECT id, version, updated_at, body FROM doc WHERE kind = ? AND id = ?', kind, id)[0];
    return row ? docOf<T>(row) : null;
  }

  async list<T = Json>(kind: DocKind): Promise<readonly Doc<T>[]> {
    return this.#db
      .all('SELECT id, version, updated_at, body FROM doc WHERE kind = ? ORDER BY id', kind)
      .map(row => docOf<T>(row));
  }

  put(kind: DocKind, id: string, body: Json, expected: Expected): Promise<string> {
    const text = JSON.stringify(body);
    return this.#db.write(() => {
      this.#db.expect(
        this.#db.all('SELECT version FROM doc WHERE kind = ? AND id = ?', kind, id)[0],
        expected,
        `${kind} ${id}`,
      );
      return this.#putDoc(kind, id, text);
    });
  }

  async putMany(kind: DocKind, docs: readonly { readonly id: string; readonly body: Json }[]): Promise<void> {
    const rows = docs.map(doc => [doc.id, JSON.stringify(doc.body)] as const);
    for (let start = 0; start < rows.length; start += PUT_MANY_CHUNK) {
      const chunk = rows.slice(start, start + PUT_MANY_CHUNK);
      await this.#db.write(() => {
        for (const [id, text] of chunk) this.#putDoc(kind, id, text);
      });
    }
  }

  delete(kind: DocKind, id: string, expected: Expected): Promise<void> {
    return this.#db.write(() => {
      this.#db.expect(
        this.#db.all('SELECT version FROM doc WHERE kind = ? AND id = ?', kind, id)[0],
        expected,
        `${kind} ${id}`,
      );
      this.#db.run('DELETE FROM doc WHERE kind = ? AND id = ?', kind, id);
    });
  }

  loadRuleStates() {
    return this.#rules.loadRuleStates();
  }

  commitTick(ruleId: string, expected: string | null, commit: TickCommit) {
    return this.#rules.commitTick(ruleId, expected, commit);
  }

  dropRule(ruleId: string) {
    return this.#rules.dropRule(ruleId);
  }

  ticks(ruleId: string, from: number, to: number) {
    return this.#rules.ticks(ruleId, from, to);
  }

  openIntents() {
    return this.#rules.openIntents();
  }

  loadGroups() {
    return this.#outbox.loadGroups();
  }

  commitFlush(groupKey: string, expected: string | null, flush: FlushCommit) {
    return this.#outbox.commitFlush(groupKey, expected, flush);
  }

  outboxDue(now: number, limit: number) {
    return this.#outbox.outboxDue(now, limit);
  }

  updateOutbox(row: OutboxRow) {
    return this.#outbox.updateOutbox(row);
  }

  listOutbox(filter: Parameters<StateStore['listOutbox']>[0]) {
    return this.#outbox.listOutbox(filter);
  }

  appendAudit(entry: Json, at: number): Promise<void> {
    const body = JSON.stringify(entry);
    return this.#db.write(() => this.#db.run('INSERT INTO audit (at, body) VALUES (?, ?)', at, body));
  }

  async listAudit(
    limit: number,
    cursor?: string,
  ): Promise<{ readonly items: readonly Json[]; readonly next: string | null }> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor(cursor)[0];
    const rows = this.#db.all('SELECT seq, body FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?', before, limit + 1);
    const last = rows[limit - 1];
    return {
      items: rows.slice(0, limit).map(row => parse(row['body'])),
      next: rows.length > limit && last ? writeCursor(Number(last['seq']), '') : null,
    };
  }

  acquireLease(name: string, owner: string, now: number, ttlMs: number): Promise<boolean> {
    return this.#db.write(() => {
      const held = this.#db.all('SELECT owner, until FROM lease WHERE name = ?', name)[0];
      if (held && held['owner'] !== owner && Number(held['until']) > now) return false;
      this.#db.run('INSERT OR REPLACE INTO lease (name, owner, until) VALUES (?, ?, ?)', name, owner, now + ttlMs);
      return true;
    });
  }

  releaseLease(name: string, owner: string): Promise<void> {
    return this.#db.write(() => this.#db.run('DELETE FROM lease WHERE name = ? AND owner = ?', name, owner));
  }

  async expire(before: number, keysBefore: number): Promise<void> {
    await this.#rules.expire(before);
    await this.#outbox.expire(before);
    await this.#db.write(() => {
      this.#db.run(`DELETE FROM doc WHERE kind = 'intake_key' AND updated_at < ?`, keysBefore);
      this.#db.run('DELETE FROM audit WHERE seq <= (SELECT max(seq) FROM audit) - ?', MAX_AUDIT);
    });
  }

  async ping(): Promise<void> {
    this.#db.all('SELECT 1');
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #putDoc(kind: DocKind, id: string, body: string): string {
    const version = this.#db.newVersion();
    this.#db.run(
      'INSERT OR REPLACE INTO doc (kind, id, version, updated_at, body) VALUES (?, ?, ?, ?, ?)',
      kind,
      id,
      version,
      this.#db.now(),
      body,
    );
    return version;
  }
}
