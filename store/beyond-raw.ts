import { UserError } from '../model/errors.ts';
import { ROLLUP_OPS } from './aggregate.ts';
import type { WindowQuery } from './metric-store.ts';

/** Throws `UserError`: up to `rawFrom` only whole minutes are known, and not when their points arrived. */
export function refuseBeyondRaw(
  from: number,
  rawFrom: number,
  { op, across, arrivedWithinMs }: Pick<WindowQuery, 'op' | 'across' | 'arrivedWithinMs'>,
): void {
  if (from >= rawFrom || (ROLLUP_OPS.has(op) && across === undefined && arrivedWithinMs === undefined)) return;
  const what =
    arrivedWithinMs !== undefined ? 'a replay as of arrival' : across !== undefined ? `across: ${across}` : op;
  const since = new Date(rawFrom).toISOString();
  throw new UserError(
    'bad-query',
    `${what} needs raw points, which are kept from ${since} on; before it use ${[...ROLLUP_OPS].join(' ')}`,
  );
}
