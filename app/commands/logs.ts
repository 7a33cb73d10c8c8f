import { UserError } from '../../model/errors.ts';

/** `tidewatch logs search|tail [QUERY]…`: the logs of every process, by a running daemon. Throws `UserError` for a wrong use (exit 2). */
export async function logs([sub, ...args]: readonly string[], now: number): Promise<number> {
  switch (sub) {
    case 'search':
      return (await import('./logs-search.ts')).logsSearch(args, now);
    case 'tail':
      return (await import('./logs-tail.ts')).logsTail(args);
    default:
      throw new UserError('bad-request', 'logs needs "search [QUERY]" or "tail [QUERY]"');
  }
}
