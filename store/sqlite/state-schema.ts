import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreAwayError } from '../../model/errors.ts';

/**
 * History is in order of time first: rules that fall due together write neighbouring rows, so that a minute of ten thousand rules
 * is some thousand pages of file and not ten thousand. A rule's own history is found by stepping over the instants.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS doc (
  kind TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, updated_at INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rule_state (rule TEXT PRIMARY KEY, version TEXT NOT NULL, cursor TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rule_group (rule TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (rule, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rule_tick (t INTEGER NOT NULL, rule TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (t, rule)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS intent (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, rule TEXT NOT NULL, body TEXT NOT NULL, consumed_at INTEGER);
CREATE INDEX IF NOT EXISTS intent_open ON intent (seq) WHERE consumed_at IS NULL;
CREATE TABLE IF NOT EXISTS notify_group (id TEXT PRIMARY KEY, version TEXT NOT NULL, updated_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
  id TEXT PRIMARY KEY, channel TEXT NOT NULL, created_at INTEGER NOT NULL, next_attempt_at INTEGER NOT NULL, status TEXT NOT NULL,
  attempts INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_listed ON outbox (created_at, id);
CREATE INDEX IF NOT EXISTS outbox_open ON outbox (created_at, id, next_attempt_at) WHERE status IN ('pending', 'retrying');
CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
`;

/**
 * Opens (or makes) the state file. WAL with synchronous NORMAL: a commit survives the end of the process, also by kill -9; after a
 * power cut the file is whole but may lack the last moments. Throws `StoreAwayError` with the remedy when it cannot be used.
 */
export function openStateDatabase(path: string, lockTimeoutMs: number): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    db = new DatabaseSync(path, { timeout: lockTimeoutMs });
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;');
    db.exec(SCHEMA);
    takeOverOldHistory(db);
    return db;
  } catch (error) {
    db?.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreAwayError(
      `The state file ${path} cannot be used (${reason}). Restore a copy or move it away, then start again.`,
      error,
    );
  }
}

/** Files of earlier builds keep the history of rules in `tick`, by rule first: it moves over once, and the table goes. */
function takeOverOldHistory(db: DatabaseSync): void {
  const isOld = (): boolean =>
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'tick'").get() !== undefined;
  if (!isOld()) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Another daemon that opened the same file may have been first.
    if (isOld()) {
      // In the order of the new table, so that it is filled from one end.
      db.exec('INSERT OR IGNORE INTO rule_tick (t, rule, body) SELECT t, rule, body FROM tick ORDER BY t, rule');
      db.exec('DROP TABLE tick');
    }
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
