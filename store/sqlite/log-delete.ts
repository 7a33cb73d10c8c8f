import type { DatabaseSync } from 'node:sqlite';
import { traceOf } from '../log-text.ts';
import { bucketOfId, bucketStart, levelOfId } from './log-id.ts';
import { indexColumns, keyToken } from './log-keys.ts';
import { LogRollup } from './log-rollup.ts';

/**
 * Deletes up to `limit` lines of the given jobs (the environment's names) from a file, within the caller's transaction, and
 * returns how many. A contentless index forgets a row only when given exactly what was indexed.
 */
export function deleteRuns(db: DatabaseSync, day: number, jobs: readonly string[], limit: number): number {
  const runs = jobs.flatMap(job =>
    db
      .prepare('SELECT code FROM run WHERE job = ?')
      .all(job)
      .map(row => Number(row['code'])),
  );
  if (runs.length === 0) return 0;
  const found = db
    .prepare(
      `SELECT line.*, exception.class AS class FROM ft JOIN line ON line.id = ft.rowid
       LEFT JOIN exception ON exception.code = line.exception WHERE ft MATCH ? LIMIT ?`,
    )
    .all(runs.map(run => `"${keyToken('run', run)}"`).join(' OR '), limit);
  const unindex = db.prepare(`INSERT INTO ft(ft, rowid, message, stack, keys) VALUES ('delete', ?, ?, ?, ?)`);
  const remove = db.prepare('DELETE FROM line WHERE id = ?');
  const rollup = new LogRollup(db);
  for (const row of found) {
    const id = Number(row['id']);
    const exception = row['exception'] === null ? null : Number(row['exception']);
    const indexed = {
      message: String(row['message']),
      trace:
        exception === null
          ? ''
          : traceOf({ class: String(row['class']), message: String(row['xmessage']), stack: String(row['stack']) }),
      level: levelOfId(id),
      run: Number(row['run']),
      origin: Number(row['origin']),
      logger: Number(row['logger']),
      thread: Number(row['thread']),
      exception,
      arrival: row['arrival'] === null ? null : Number(row['arrival']),
    };
    unindex.run(id, ...indexColumns(indexed));
    remove.run(id);
    rollup.add(indexed.run, bucketStart(bucketOfId(id), day) + Number(row['ms']), indexed.level, -1);
  }
  rollup.flush();
  return found.length;
}
