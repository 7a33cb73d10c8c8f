/** What a silence would do, before it is made: the alerts it matches now, and the notifications of the last days it would have hushed. */
import type { OutboxRow, StateStore } from '../../store/state-store.ts';
import type { ImpactSource } from './context.ts';
import { ownedReader } from './judge.ts';
import { decodeBody } from './outbox-body.ts';
import type { Silence } from './silence.ts';

const LOOK_BACK_MS = 7 * 86_400_000;
const PAGE = 500;
/** Deliveries looked at; beyond it the answer says that it is partial. */
const MAX_ROWS = 20_000;

export interface SilencePast {
  /** Notifications that would not have been sent at all. */
  readonly notifications: number;
  /** Notifications that would have been shorter. */
  readonly shortened: number;
  /** True when there are more deliveries than were looked at. */
  readonly partial: boolean;
}

/**
 * Counts over the last 7 days. A calendar is judged at the tick each message spoke of; a silence from one instant to another by its matchers
 * alone, since its own time is still to come.
 */
export async function silencePast(
  silence: Silence,
  state: Pick<StateStore, 'listOutbox'>,
  impact: Pick<ImpactSource, 'ownerOf'>,
  now: number,
  signal?: AbortSignal,
): Promise<SilencePast> {
  let notifications = 0;
  let shortened = 0;
  let cursor: string | undefined;
  for (let seen = 0; seen < MAX_ROWS; ) {
    const page = await state.listOutbox({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }, signal);
    for (const row of page.items) {
      if (row.createdAt < now - LOOK_BACK_MS) return { notifications, shortened, partial: false };
      const share = hushedShare(row, silence, impact);
      if (share === 1) notifications++;
      else if (share > 0) shortened++;
    }
    seen += page.items.length;
    if (page.next === null) return { notifications, shortened, partial: false };
    cursor = page.next;
  }
  return { notifications, shortened, partial: true };
}

/** Share of a message's alerts that would have been silenced. */
function hushedShare(row: OutboxRow, silence: Silence, impact: Pick<ImpactSource, 'ownerOf'>): number {
  const body = row.status === 'suppressed' ? null : decodeBody(row.body);
  if (body === null || body.alerts.length === 0) return 0;
  const { calendar } = silence.document;
  if (calendar !== undefined && !silence.isActive(body.message.at)) return 0;
  const hushed = body.alerts.filter(({ labels }) => silence.matches(ownedReader(labels, impact)));
  return hushed.length / body.alerts.length;
}
