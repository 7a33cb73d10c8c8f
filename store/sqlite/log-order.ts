import { UserError } from '../../model/errors.ts';

/** Where a line stands in the order of all lines, and where it is kept. */
export interface LineKey {
  readonly day: number;
  readonly id: number;
  readonly ts: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly epoch: string;
}

/** A place in the order, not necessarily that of a line that still exists. */
export type LinePlace = Omit<LineKey, 'day' | 'id'>;

/** Oldest first by (ts, topic, partition, offset); the epoch decides between rows that differ in nothing else. */
export function compareLines(a: LinePlace, b: LinePlace): number {
  return (
    a.ts - b.ts ||
    compareText(a.topic, b.topic) ||
    a.partition - b.partition ||
    a.offset - b.offset ||
    compareText(a.epoch, b.epoch)
  );
}

export function encodeCursor({ ts, topic, partition, offset, epoch }: LinePlace): string {
  return Buffer.from(JSON.stringify([ts, topic, partition, offset, epoch])).toString('base64url');
}

/** Throws `UserError` bad-cursor for anything `encodeCursor` did not write. */
export function decodeCursor(cursor: string): LinePlace {
  try {
    const [ts, topic, partition, offset, epoch]: readonly unknown[] = JSON.parse(
      Buffer.from(cursor, 'base64url').toString(),
    );
    const numbers = typeof ts === 'number' && typeof partition === 'number' && typeof offset === 'number';
    if (numbers && typeof topic === 'string' && typeof epoch === 'string')
      return { ts, topic, partition, offset, epoch };
  } catch {
    // told below, like any other text that is no cursor
  }
  throw new UserError('bad-cursor', 'the cursor is not one this server gave out; start again without it');
}

/** Public id of a line: its file and its row there, both fixed once written. */
export function encodeLineId(day: number, id: number): string {
  return `${day.toString(36)}.${id.toString(36)}`;
}

export function decodeLineId(text: string): { readonly day: number; readonly id: number } | null {
  const match = /^([0-9a-z]{1,6})\.(-?[0-9a-z]{1,11})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { day: Number.parseInt(match[1], 36), id: Number.parseInt(match[2], 36) };
}

/** A place in the order of arrival that no line stands for: behind everything that had arrived by then. */
export function encodeMark(arrival: number): string {
  return `@${arrival.toString(36)}`;
}

export function decodeMark(text: string): number | null {
  return /^@[0-9a-z]{1,10}$/.test(text) ? Number.parseInt(text.slice(1), 36) : null;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
