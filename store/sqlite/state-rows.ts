/** Rows of the state file to the port's types and back. Bodies are JSON text this store wrote itself. */
import { UserError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { Doc, OutboxRow } from '../state-store.ts';

export type StateRow = Record<string, string | number | null>;

export function text(value: string | number | null | undefined): string {
  return String(value ?? '');
}

/** Bodies were written by `JSON.stringify`, so they parse; their type is the caller's word, as the port says. */
export function parse<T = Json>(body: string | number | null | undefined): T {
  return JSON.parse(text(body)) as T;
}

export function docOf<T = Json>(row: StateRow): Doc<T> {
  return {
    id: text(row['id']),
    version: text(row['version']),
    updatedAt: Number(row['updated_at']),
    body: parse<T>(row['body']),
  };
}

export function outboxOf(row: StateRow): OutboxRow {
  return {
    id: text(row['id']),
    channel: text(row['channel']),
    createdAt: Number(row['created_at']),
    nextAttemptAt: Number(row['next_attempt_at']),
    status: text(row['status']) as OutboxRow['status'],
    attempts: Number(row['attempts']),
    body: parse(row['body']),
  };
}

export function writeCursor(at: number, id: string): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url');
}

export function readCursor(cursor: string): [at: number, id: string] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && Number.isSafeInteger(value[0]) && typeof value[1] === 'string')
      return [Number(value[0]), value[1]];
  } catch {
    // falls through to the error below
  }
  throw new UserError('bad-cursor', 'the cursor is not one this server gave out; list again without it');
}
