/** What a message that cannot be delivered becomes: the same message on the fallback channel. */
import type { OutboxRow } from '../../store/state-store.ts';
import type { Entry } from './merge.ts';
import { newRow, outboxId } from './outbox-body.ts';

/** The row that stands in for a dead one; null without a fallback. A fallback has no fallback of its own. */
export function fallbackRow({ row, body }: Entry, fallback: string | null, now: number): OutboxRow | null {
  if (fallback === null || fallback === row.channel || body.insteadOf !== undefined) return null;
  return newRow({
    id: outboxId(fallback, body.message.groupKey, row.id, 'fallback', 0),
    channel: fallback,
    at: now,
    kind: body.kind,
    message: body.message,
    alerts: body.alerts,
    insteadOf: row.channel,
  });
}
