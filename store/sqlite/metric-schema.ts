import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Large pages keep an hour's block of a series inside its leaf; most queries read one metric's blocks of one or two hours. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS metric (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, metric INTEGER NOT NULL, labels TEXT NOT NULL, attrs TEXT NOT NULL, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS block (metric INTEGER NOT NULL, slot INTEGER NOT NULL, series INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (metric, slot, series)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rollup (metric INTEGER NOT NULL, slot INTEGER NOT NULL, series INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (metric, slot, series)) WITHOUT ROWID;
`;

/** Opens (or makes) the metric file; throws SQLite's own error. The same durability as the state file: see `state-schema.ts`. */
export function openMetricDatabase(path: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path, { timeout: 5000 });
  db.exec(
    'PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000;',
  );
  db.exec(SCHEMA);
  return db;
}
