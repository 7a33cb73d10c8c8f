import type { Doc, FlushCommit, OutboxRow } from '../state-store.ts';
import type { StateDatabase } from './state-database.ts';
import { docOf, outboxOf, readCursor, writeCursor } from './state-rows.ts';

/** Notification groups and the messages they gave rise to. Semantics: the StateStore port. */
export class Outbox {
  readonly #db: StateDatabase;

  constructor(db: StateDatabase) {
    this.#db = db;
  }

  async loadGroups(): Promise<readonly Doc[]> {
    return this.#db.all('SELECT id, version, updated_at, body FROM notify_group ORDER BY id').map(row => docOf(row));
  }

  commitFlush(groupKey: string, expected: string | null, flush: FlushCommit): Promise<string> {
    const state = flush.state === null ? null : JSON.stringify(flush.state);
    const rows = flush.outbox.map(row => ({ ...row, body: JSON.stringify(row.body) }));
    const consumed = [...flush.consumedIntents];
    return this.#db.write(() => {
      this.#db.expect(
        this.#db.all('SELECT version FROM notify_group WHERE id = ?', groupKey)[0],
        expected,
        `group ${groupKey}`,
      );
      const [version, now] = [this.#db.newVersion(), this.#db.now()];
      if (state === null) this.#db.run('DELETE FROM notify_group WHERE id = ?', groupKey);
      else
        this.#db.run(
          'INSERT OR REPLACE INTO notify_group (id, version, updated_at, body) VALUES (?, ?, ?, ?)',
          groupKey,
          version,
          now,
          state,
        );
      for (const id of consumed)
        this.#db.run('UPDATE intent SET consumed_at = ? WHERE id = ? AND consumed_at IS NULL', now, id);
      for (const r of rows) {
        this.#db.run(
          'INSERT OR IGNORE INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)',
          r.id,
          r.channel,
          r.createdAt,
          r.nextAttemptAt,
          r.status,
          r.attempts,
          r.body,
        );
      }
      return version;
    });
  }

  async outboxDue(now: number, limit: number): Promise<readonly OutboxRow[]> {
    return this.#db
      .all(
        `SELECT * FROM outbox WHERE status IN ('pending', 'retrying') AND next_attempt_at <= ? ORDER BY created_at, id LIMIT ?`,
        now,
        limit,
      )
      .map(outboxOf);
  }

  updateOutbox(row: OutboxRow): Promise<void> {
    const body = JSON.stringify(row.body);
    return this.#db.write(() => {
      this.#db.run(
        // `mayReplace` in one statement.
        `UPDATE outbox SET next_attempt_at = ?1, status = ?2, attempts = ?3, body = ?4
         WHERE id = ?5 AND (status IN ('pending', 'retrying') OR (?2 = 'delivered' AND status <> 'delivered'))`,
        row.nextAttemptAt,
        row.status,
        row.attempts,
        body,
        row.id,
      );
    });
  }

  async listOutbox(filter: {
    channel?: string;
    status?: OutboxRow['status'];
    limit: number;
    cursor?: string;
  }): Promise<{ readonly items: readonly OutboxRow[]; readonly next: string | null }> {
    const [at, id] = filter.cursor === undefined ? [Number.MAX_SAFE_INTEGER, ''] : readCursor(filter.cursor);
    const rows = this.#db
      .all(
        `SELECT * FROM outbox WHERE (created_at, id) < (?, ?) AND (?3 IS NULL OR channel = ?3) AND (?4 IS NULL OR status = ?4)
       ORDER BY created_at DESC, id DESC LIMIT ?5`,
        at,
        id,
        filter.channel ?? null,
        filter.status ?? null,
        filter.limit + 1,
      )
      .map(outboxOf);
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return { items, next: rows.length > filter.limit && last ? writeCursor(last.createdAt, last.id) : null };
  }

  /** Finished rows only: what is still to be sent stays, however old. */
  expire(before: number): Promise<void> {
    return this.#db.write(() =>
      this.#db.run(`DELETE FROM outbox WHERE created_at < ? AND status NOT IN ('pending', 'retrying')`, before),
    );
  }
}
