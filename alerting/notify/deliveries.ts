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

/** Rows looked at for one page of an alert's deliveries. */
const MAX_SCAN = 5_000;

/** Which deliveries to list. */
export interface DeliveryFilter {
  readonly channel?: string;
  readonly status?: OutboxRow['status'];
  /** Episode of an alert. */
  readonly alert?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * Deliveries, newest first. `next` continues the list; with `alert` a page may hold fewer items than there are, and go on. Throws `UserError`
 * bad-cursor.
 */
export async function deliveries(
  state: Pick<StateStore, 'listOutbox'>,
  filter: DeliveryFilter,
  signal?: AbortSignal,
): Promise<{ readonly items: readonly Delivery[]; readonly next: string | null }> {
  const { alert, ...rest } = filter;
  const items: Delivery[] = [];
  let { cursor } = filter;
  for (let seen = 0; ; ) {
    // What is left of the page, so that the cursor of the store is the cursor of the list.
    const limit = alert === undefined ? filter.limit : filter.limit - items.length;
    const page = await state.listOutbox({ ...rest, limit, ...(cursor === undefined ? {} : { cursor }) }, signal);
    items.push(...page.items.filter(row => alert === undefined || speaksOf(row, alert)).map(toDelivery));
    seen += page.items.length;
    if (alert === undefined || page.next === null || items.length >= filter.limit || seen >= MAX_SCAN)
      return { items, next: page.next };
    cursor = page.next;
  }
}

function speaksOf(row: OutboxRow, alert: string): boolean {
  return decodeBody(row.body)?.alerts.some(({ episode }) => episode === alert) ?? false;
}

/** A row of the outbox as the delivery log shows it. */
export function toDelivery(row: OutboxRow): Delivery {
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
