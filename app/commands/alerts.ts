import { UserError } from '../../model/errors.ts';

/** `tidewatch alerts list|silence|ack …`: what on-call does, by a running daemon. Throws `UserError` for a wrong use (exit 2). */
export async function alerts([sub, ...args]: readonly string[], now: number): Promise<number> {
  switch (sub) {
    case 'list':
      return (await import('./alerts-list.ts')).alertsList(args, now);
    case 'silence':
      return (await import('./alerts-silence.ts')).alertsSilence(args, now);
    case 'ack':
      return (await import('./alerts-ack.ts')).alertsAck(args, now);
    default:
      throw new UserError('bad-request', 'alerts needs "list", "silence MATCHER… --for 2h" or "ack ID…"');
  }
}
