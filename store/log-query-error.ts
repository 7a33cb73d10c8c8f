import { UserError } from '../model/errors.ts';

/** The error every part of the query language throws; `position` counts from 0. */
export function badQuery(message: string, position: number): UserError {
  return new UserError('bad-query', `${message} (at position ${position})`, { issues: [{ position, message }] });
}
