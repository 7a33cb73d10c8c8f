import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreAwayError } from '../../model/errors.ts';
import { DAY_MS } from './log-id.ts';

/**
 * One file per UTC day of the record's time. Measured on 636-byte lines: 16 KiB pages and `automerge` 8 make ingestion a fifth
 * faster than the defaults, and a high `crisismerge` keeps merging in small steps (the slowest of 100 batches 190 ms, not 430);
 * contentless full text with a key column beats external content with two more B-tree indexes by a tenth.
 *
 * - `run`, `origin`, `logger`, `thread`, `exception`, `part`: what many lines share, written once.
 * - `line`: the rest. `ms` is the event time within its bucket (log-id.ts).
 * - `ft`: words of message and trace, and in `keys` one token per shared thing (`§r12` = run 12, …; `§` is never part of a word),
 *   so that any query is one full-text expression, answered newest first without touching `line`.
 * - `rollup`: lines by minute and level, of each run and of all (run 0).
 * - `arrival`: the transactions that stored lines, by number (log-arrivals.ts), and how many.
 */
const SCHEMA = `
CREATE TABLE run(code INTEGER PRIMARY KEY, job TEXT NOT NULL, job_id TEXT NOT NULL, UNIQUE(job, job_id));
CREATE TABLE origin(code INTEGER PRIMARY KEY, app TEXT NOT NULL, container TEXT NOT NULL, host TEXT NOT NULL, role TEXT NOT NULL,
  UNIQUE(container, app, host, role));
CREATE TABLE logger(code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE thread(code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE exception(code INTEGER PRIMARY KEY, class TEXT NOT NULL, root TEXT NOT NULL, UNIQUE(class, root));
CREATE TABLE part(code INTEGER PRIMARY KEY, epoch TEXT NOT NULL, topic TEXT NOT NULL, num INTEGER NOT NULL, UNIQUE(topic, num, epoch));
CREATE TABLE line(id INTEGER PRIMARY KEY, ms INT NOT NULL, part INT NOT NULL, off INT NOT NULL, run INT NOT NULL, origin INT NOT NULL,
  logger INT NOT NULL, thread INT NOT NULL, exception INT, ts_original INT, message TEXT NOT NULL, xmessage TEXT, stack TEXT, arrival INT);
CREATE UNIQUE INDEX line_position ON line(part, off);
CREATE TABLE rollup(run INT NOT NULL, minute INT NOT NULL, level INT NOT NULL, n INT NOT NULL, PRIMARY KEY(run, minute, level)) WITHOUT ROWID;
CREATE TABLE arrival(seq INTEGER PRIMARY KEY, n INT NOT NULL);
CREATE VIRTUAL TABLE ft USING fts5(message, stack, keys, content='', columnsize=0, tokenize="ascii tokenchars '_'");
INSERT INTO ft(ft, rank) VALUES ('pgsz', 16200), ('automerge', 8), ('crisismerge', 64), ('hashsize', 16777216);
PRAGMA user_version = 2;
`;

const SCHEMA_VERSION = 2;
/** Files before arrivals were kept: read as they are, brought to the schema when lines come. */
const WITHOUT_ARRIVALS = 1;
const ADD_ARRIVALS = `
ALTER TABLE line ADD COLUMN arrival INT;
CREATE TABLE arrival(seq INTEGER PRIMARY KEY, n INT NOT NULL);
PRAGMA user_version = 2;
`;
/** How long to wait for another process's lock: in one daemon reader and writer never wait for each other. */
const BUSY_MS = 1000;
const FILE = /^logs-(\d{4}-\d{2}-\d{2})\.db$/;

export function dayFile(day: number): string {
  return `logs-${new Date(day * DAY_MS).toISOString().slice(0, 10)}.db`;
}

/** Days that have a file, newest first. */
export function listDays(dir: string): number[] {
  const days: number[] = [];
  for (const name of readdirSync(dir)) {
    const date = FILE.exec(name)?.[1];
    if (date !== undefined) days.push(Date.parse(date) / DAY_MS);
  }
  return days.sort((a, b) => b - a);
}

/** Opens a day's file to write, creating it first where needed. Throws SQLite's errors; see `toStoreError`. */
export function openDayToWrite(dir: string, day: number): DatabaseSync {
  const db = new DatabaseSync(join(dir, dayFile(day)), { timeout: BUSY_MS });
  try {
    // page size and vacuum mode only take effect on an empty file
    db.exec(
      'PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL',
    );
    db.exec('PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 1000');
    const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
    if (version === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
    else if (version === WITHOUT_ARRIVALS) db.exec(`BEGIN IMMEDIATE; ${ADD_ARRIVALS} COMMIT`);
    else if (version !== SCHEMA_VERSION) throw wrongVersion(day, version);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens a day's file to read; null when there is none, or the writer is just making it. Not read-only for SQLite, which may have
 * to recover the write-ahead log of a killed writer. Throws `StoreAwayError`.
 */
export function openDayToRead(dir: string, day: number): DatabaseSync | null {
  const path = join(dir, dayFile(day));
  if (!existsSync(path)) return null;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: BUSY_MS });
    db.exec('PRAGMA query_only = 1; PRAGMA cache_size = -16000');
    const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
    if (version === SCHEMA_VERSION || version === WITHOUT_ARRIVALS) return db;
    if (version !== 0) throw wrongVersion(day, version);
    db.close();
    return null;
  } catch (error) {
    db?.close();
    throw toStoreError(error, day);
  }
}

/** Whether a file's lines carry their arrival; one that did not may do so later. */
export function hasArrivals(db: DatabaseSync): boolean {
  return db.prepare('PRAGMA user_version').get()?.['user_version'] === SCHEMA_VERSION;
}

function wrongVersion(day: number, version: unknown): StoreAwayError {
  return new StoreAwayError(
    `log file ${dayFile(day)} has version ${version}, this program knows ${SCHEMA_VERSION}; move it away`,
  );
}

const SQLITE_HINTS: Readonly<Record<number, string>> = {
  5: 'is locked by another process; stop that process',
  8: 'cannot be written; check its permissions',
  10: 'cannot be read or written; check the disk',
  11: 'is corrupt; move it away to go on without its day',
  13: 'cannot grow because the disk is full; free some space',
  14: 'cannot be opened; check the directory and its permissions',
  26: 'is not a database; move it away to go on without its day',
};

/** What a failure of a day's file means to the caller: SQLite's codes in words with a remedy. Other errors pass through. */
export function toStoreError(error: unknown, day: number): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  const hint = SQLITE_HINTS[error.errcode & 0xff];
  return new StoreAwayError(`log file ${dayFile(day)} ${hint ?? 'failed'} (${error.message})`, error);
}
