import { UserError } from '../../model/errors.ts';

/** Where a line stands in the order of all. */
export type Place = readonly [ts: number, topic: string, partition: number, offset: number];
/** What Elasticsearch sorted a hit by: with the order of pages, a place. */
export type Sorted = readonly (string | number)[];

/** A hit's sort values as a cursor. */
export function formatCursor(place: Sorted): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Throws `UserError` bad-cursor for anything `formatCursor` did not write. */
export function parseCursor(cursor: string): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(place) && place.length === 4) {
      const [ts, topic, partition, offset] = place as unknown[];
      if (
        Number.isInteger(ts) &&
        typeof topic === 'string' &&
        Number.isInteger(partition) &&
        Number.isInteger(offset)
      ) {
        return [Number(ts), topic, Number(partition), Number(offset)];
      }
    }
  } catch {
    // told below
  }
  throw new UserError('bad-cursor', 'the cursor is not one this server gave out; search again without it');
}
