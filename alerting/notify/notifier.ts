/**
 * Notification, in the order in which an intent runs through it: `route` and `plan` (whose is it), `group` (who was told what),
 * `compose` (what is said), `dispatch` (the commit), `outbox`, `lane` and `attempt` (sending), and this port.
 *
 * PORT Notifier: sends one message over one channel. Adapters in `reporters/`, one file each, registered in
 * `reporters/index.ts`. A notifier never retries and never throws for an answer of the other side: it classifies it, and the
 * outbox decides.
 */
import type { Labels } from '../../model/labels.ts';
import type { Message, MessageAlert } from './message.ts';

export type SendResult =
  | { readonly kind: 'sent'; readonly recipients?: readonly Recipient[] }
  /** May work later; `retryAfterMs` when the other side said when. */
  | {
      readonly kind: 'retryable';
      /** What the other side said, with its status or code; never a secret. */
      readonly error: string;
      readonly class: string;
      /** What a person can do about it. */
      readonly remedy?: string;
      readonly retryAfterMs?: number;
      readonly recipients?: readonly Recipient[];
    }
  /** Will never work as it is. */
  | {
      readonly kind: 'permanent';
      readonly error: string;
      readonly class: string;
      readonly remedy?: string;
      readonly recipients?: readonly Recipient[];
    };

export interface Recipient {
  readonly address: string;
  readonly status: 'delivered' | 'retryable' | 'permanent';
  readonly error?: string;
}

export interface SendOptions {
  /** Same for every attempt at this message: Message-ID, Idempotency-Key, dedup_key. */
  readonly idempotencyKey: string;
  /** Recipients that have it already or refused it for good (a mixed SMTP result). */
  readonly skip?: readonly string[];
  /** True when an earlier attempt reached one of them: then it is no dead message, whatever the rest says. */
  readonly reached?: boolean;
  /** From 1. */
  readonly attempt: number;
  /** Class of the last failed attempt that spoke of the message rather than of the channel as a whole. */
  readonly previousClass?: string;
  /** Every alert the message speaks of, those it carries in full first: also the ones it only counts. */
  readonly alerts?: readonly {
    readonly episode: string;
    readonly status: MessageAlert['status'];
    readonly labels: Labels;
  }[];
}

export interface Notifier {
  send(message: Message, options: SendOptions, signal: AbortSignal): Promise<SendResult>;
  /** Releases pooled connections. Idempotent. */
  close(): Promise<void>;
}
