/** Which channels do not deliver: judged by the attempts at them, and after a restart by the newest rows of the outbox. */
import type { OutboxRow } from '../../store/state-store.ts';
import { decodeBody } from './outbox-body.ts';

/** A dead message is news for this long, when nothing was delivered since. */
const DEAD_MS = 3_600_000;
/** Attempts that fail for this long say that the channel fails. */
const TRYING_MS = 5 * 60_000;

interface Trouble {
  /** First failure since the last delivery, epoch ms. */
  readonly since: number;
  /** Last attempt. */
  readonly at: number;
  readonly deadAt: number | null;
  readonly why: string;
}

export class ChannelHealth {
  readonly #trouble = new Map<string, Trouble>();

  /** Takes a row as it stands after an attempt. Rows of one channel come in the order of their attempts. */
  note(row: OutboxRow): void {
    const { channel, status } = row;
    if (status === 'delivered') this.#trouble.delete(channel);
    if (status !== 'dead' && status !== 'retrying') return;
    const body = decodeBody(row.body);
    if (body?.withheld !== undefined) return;
    const at = body?.tries.at(-1)?.at ?? row.createdAt;
    const before = this.#trouble.get(channel);
    this.#trouble.set(channel, {
      since: before?.since ?? at,
      at,
      deadAt: status === 'dead' ? at : (before?.deadAt ?? null),
      why: `${body?.class ?? status}: ${body?.error ?? 'no answer'}`,
    });
  }

  /** Channels that fail now: a message died, or nothing has been taken for five minutes; with the last answer in words. */
  failing(now: number): readonly { readonly channel: string; readonly why: string }[] {
    return [...this.#trouble].flatMap(([channel, { since, at, deadAt, why }]) => {
      const died = deadAt !== null && now - deadAt < DEAD_MS;
      const tries = at - since >= TRYING_MS && now - at < DEAD_MS;
      return died || tries ? [{ channel, why }] : [];
    });
  }
}
