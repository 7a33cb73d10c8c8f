import { UserError } from '../../model/errors.ts';

/** An option's whole number within bounds. Throws `UserError` that names the option. */
export function wholeNumber(text: string, option: string, [least, most]: readonly [number, number]): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UserError('bad-request', `${option} ${text}: expected a whole number from ${least} to ${most}`);
}
