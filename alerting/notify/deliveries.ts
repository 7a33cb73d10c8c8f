/** The delivery log: what was sent to whom, and what became of it, as `GET /deliveries` shows it. */
import type { OutboxRow, StateStore } from '../../store/state-store.ts';
import type { Withheld } from './judge.ts';
import type { Recipient } from './notifier.ts';
import { type Attempt, decodeBody } from './outbox-body.ts';

/** Shape of a list item (contracts.md section 6), with the times people ask for. Times are epoch ms. */
export interface Delivery {
  readonly id: string;
  readonly channel: string;
  readonly kind: string;
  readonly status: OutboxRow['status'];
  readonly attempts: number;
  readonly class?: string;
  readonly error?: string;
  readonly recipients?: readonly Recipient[];
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>>; readonly status: string }[];
  readonly title: string;
  readonly created_at: number;
  /** Null once nothing more will be tried. */
  readonly next_attempt_at: number | null;
  readonly tries: readonly Attempt[];
  /** Channel this one stood in for. */
  readonly instead_of?: string;
  /** Why it is not told, or not yet: the silence, the inhibition and its source, who acknowledged. */
  readonly withheld?: Withheld;
}

/** Deliveries, newest first. `next` continues the list. Throws `UserError` bad-cursor. */
export async function deliveries(
  state: StateStore,
  filter: {
    readonly channel?: string;
    readonly status?: OutboxRow['status'];
    readonly limit: number;
    readonly cursor?: string;
  },
  signal?: AbortSignal,
): Promise<{ readonly items: readonly Delivery[]; readonly next: string | null }> {
  const page = await state.listOutbox(filter, signal);
  return { items: page.items.map(toDelivery), next: page.next };
}

function toDelivery(row: OutboxRow): Delivery {
  const body = decodeBody(row.body);
  const open = row.status === 'pending' || row.status === 'retrying';
  return {
    id: row.id,
    channel: row.channel,
    kind: body?.kind ?? 'meta',
    status: row.status,
    attempts: row.attempts,
    ...(body?.class === undefined ? {} : { class: body.class }),
    ...(body?.error === undefined ? {} : { error: body.error }),
    ...(body && body.recipients.length > 0 ? { recipients: body.recipients } : {}),
    alerts: body?.alerts.map(({ labels, status }) => ({ labels, status })) ?? [],
    title: body?.message.title ?? '',
    created_at: row.createdAt,
    next_attempt_at: open ? row.nextAttemptAt : null,
    tries: body?.tries ?? [],
    ...(body?.insteadOf === undefined ? {} : { instead_of: body.insteadOf }),
    ...(body?.withheld === undefined ? {} : { withheld: body.withheld }),
  };
}
