/** Channels (告警渠道) as the outbox sees them, and the registry of reporters that `reporters/index.ts` fills and `app` hands in. */
import type { LookupFunction } from 'node:net';
import type { z } from 'zod';
import type { Clock } from '../../model/clock.ts';
import type { InputIssue } from '../../model/errors.ts';
import type { Notifier } from './notifier.ts';

/** How long to try: full jitter between `minMs` and `maxMs`, doubling; dead after `giveUpMs`. */
export interface RetryPolicy {
  readonly minMs: number;
  readonly maxMs: number;
  readonly giveUpMs: number;
}

/** At most `requests` attempts in any `windowMs`; what is over is merged into one message, never dropped. */
export interface Budget {
  readonly requests: number;
  readonly windowMs: number;
}

/** A channel ready to send. */
export interface ActiveChannel {
  readonly name: string;
  readonly type: string;
  readonly notifier: Notifier;
  readonly retry: RetryPolicy;
  /** Least wait after a throttle answer (class `throttled`). */
  readonly throttleFloorMs: number;
  readonly budget: Budget | null;
  /** Channel that takes over what this one cannot deliver. */
  readonly fallback: string | null;
  /** It keeps incidents of its own and wants to hear that one was acknowledged. */
  readonly acknowledges?: boolean;
}

/** What a reporter may use besides its configuration. */
export interface ReporterDeps {
  readonly clock: Clock;
  readonly reach: Reach;
}

/** Where a channel may connect to: asked for each address a name led to, right before the connection to this address is made. */
export interface Reach {
  /** `host` as the channel's document names it, `address` as it was looked up. */
  permits(host: string, address: string): boolean;
  readonly lookup: LookupFunction;
  /** The same without addresses of the own machine and network, but for those the configuration lists. */
  readonly strict: Pick<Reach, 'permits' | 'lookup'>;
}

/** One kind of channel: its configuration schema and its factory. */
export interface ReporterType {
  /** The channel document without `name type fallback retry throttle_floor`; strict. */
  readonly schema: z.ZodType;
  /** Fields that hold secrets: never returned, printed as `<secret>`. */
  readonly secrets: readonly string[];
  readonly budget: Budget | null;
  readonly throttleFloorMs: number;
  /** Keeps incidents of its own: acknowledgements are told. */
  readonly acknowledges: boolean;
  /** Complaints about a document, empty when `open` would take it. */
  check(document: unknown): readonly InputIssue[];
  /** Makes the notifier; does no I/O. Throws `UserError` bad-request for a document `check` complains about. */
  open(document: unknown, deps: ReporterDeps): Notifier;
}

export type ReporterRegistry = Readonly<Record<string, ReporterType>>;
