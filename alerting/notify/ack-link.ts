/**
 * Signed links that acknowledge an alert with one click: the signature is the permission, so nobody has to log in from a phone at night. Looking
 * at the link changes nothing (mail scanners open every link they see); only sending the form does.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { UserError, VersionConflictError } from '../../model/errors.ts';
import type { StateStore } from '../../store/state-store.ts';

/** A link works this long after its message was written. */
export const ACK_LINK_MS = 3 * 86_400_000;
const SETTING = 'ack-link-secret';

/** What a link says; `channel` is where it was sent, and who acts when nobody gives a name. */
export interface AckTicket {
  readonly alert: string;
  readonly channel: string;
  /** Epoch ms. */
  readonly expires: number;
}

export class AckLinks {
  readonly #secret: Buffer;
  readonly #base: string;

  constructor(secret: Buffer, publicUrl: string) {
    this.#secret = secret;
    this.#base = publicUrl.replace(/\/+$/, '');
  }

  url(ticket: AckTicket): string {
    const { alert, channel, expires } = ticket;
    const params = new URLSearchParams({ alert, channel, expires: String(expires), sig: this.#sign(ticket) });
    return `${this.#base}/api/v1/ack?${params}`;
  }

  /** Throws `UserError` forbidden (403) for a ticket nobody signed, or that is no longer good. */
  check(ticket: AckTicket, signature: string, now: number): void {
    const [given, wanted] = [Buffer.from(signature), Buffer.from(this.#sign(ticket))];
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
      throw new UserError('forbidden', 'this link was not made by this daemon', { status: 403 });
    if (ticket.expires <= now)
      throw new UserError('forbidden', 'this link has expired; acknowledge the alert in tidewatch', { status: 403 });
  }

  #sign({ alert, channel, expires }: AckTicket): string {
    return createHmac('sha256', this.#secret)
      .update(JSON.stringify([alert, channel, expires]))
      .digest('base64url');
  }
}

/** The secret that signs links; made once and kept, so that links outlive restarts. Rejects with `StoreAwayError`. */
export async function ackLinkSecret(state: Pick<StateStore, 'get' | 'put'>): Promise<Buffer> {
  const stored = await state.get<string>('setting', SETTING);
  if (stored !== null) return Buffer.from(stored.body, 'base64');
  const secret = randomBytes(32);
  try {
    await state.put('setting', SETTING, secret.toString('base64'), null);
    return secret;
  } catch (error) {
    if (!(error instanceof VersionConflictError)) throw error;
    return ackLinkSecret(state);
  }
}
