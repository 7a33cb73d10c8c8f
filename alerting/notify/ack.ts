/**
 * Acknowledgements (认领): somebody has taken an alert on. Repeats and escalation stop until it ends, grows worse, or the time is over. One
 * document an episode, so that a restart forgets none.
 */
import type { Clock } from '../../model/clock.ts';
import { VersionConflictError } from '../../model/errors.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { Severity } from '../intent.ts';
import { severityRank } from './compose.ts';

/** How long one holds where neither the route nor the person says. */
export const DEFAULT_ACK_TTL_MS = 4 * 3_600_000;
/** Acknowledgements kept; the oldest go first. */
const MAX_ACKS = 50_000;

/** JSON (an alias, so that it counts as `Json`). Times are epoch ms. */
export type Ack = {
  readonly episode: string;
  /** What people call the alert, for the audit trail. */
  readonly alert: string;
  readonly by: string;
  readonly at: number;
  readonly until: number;
  /** Severity it had: a worse one ends the acknowledgement. */
  readonly severity: Severity;
};

export class Acks {
  readonly #state: Pick<StateStore, 'list' | 'put' | 'delete' | 'appendAudit'>;
  readonly #clock: Clock;
  readonly #onTaken: (ack: Ack) => Promise<unknown>;
  readonly #acks = new Map<string, Ack>();

  /** `onTaken` is called with each acknowledgement once it is stored. */
  constructor(
    state: Pick<StateStore, 'list' | 'put' | 'delete' | 'appendAudit'>,
    clock: Clock,
    onTaken: (ack: Ack) => Promise<unknown> = async () => {},
  ) {
    this.#state = state;
    this.#clock = clock;
    this.#onTaken = onTaken;
  }

  /** Reads what is stored; to be called before anything is told. */
  async load(): Promise<void> {
    this.#acks.clear();
    for (const { body } of await this.#state.list<Ack>('ack')) this.#acks.set(body.episode, body);
  }

  /** The acknowledgement that holds for an episode now, at this severity; null when there is none. */
  of(episode: string, severity: Severity): Ack | null {
    const ack = this.#acks.get(episode);
    if (ack === undefined || ack.until <= this.#clock.now()) return null;
    return severityRank(severity) > severityRank(ack.severity) ? null : ack;
  }

  /** Takes an alert on, or anew. Durable when it resolves. */
  async take(
    alert: { readonly episode: string; readonly name: string; readonly severity: Severity },
    by: string,
    ttlMs: number,
  ): Promise<Ack> {
    const at = this.#clock.now();
    const before = this.#acks.get(alert.episode) ?? null;
    const ack = { episode: alert.episode, alert: alert.name, by, at, until: at + ttlMs, severity: alert.severity };
    await this.#state.put('ack', alert.episode, ack, 'any');
    this.#acks.delete(alert.episode);
    this.#acks.set(alert.episode, ack);
    await this.#audit(ack, by, before, ack);
    await this.#onTaken(ack);
    const [oldest] = this.#acks.keys();
    if (this.#acks.size > MAX_ACKS && oldest !== undefined) await this.end(oldest, 'tidewatch');
    return ack;
  }

  /** Takes it back, or notes that its alert is over. Nothing happens where there is none. */
  async end(episode: string, who: string): Promise<void> {
    const ack = this.#acks.get(episode);
    if (ack === undefined) return;
    this.#acks.delete(episode);
    await this.#state.delete('ack', episode, 'any').catch(error => {
      if (!(error instanceof VersionConflictError)) throw error;
    });
    await this.#audit(ack, who, ack, null);
  }

  /** An alert is told with this severity: a worse one than was acknowledged ends the acknowledgement for good. */
  async noteSeverity(episode: string, severity: Severity): Promise<void> {
    const ack = this.#acks.get(episode);
    if (ack !== undefined && severityRank(severity) > severityRank(ack.severity)) await this.end(episode, 'tidewatch');
  }

  /** Forgets those that ran out before an instant: their alerts may have ended without a word to anybody. */
  async forgetExpired(before: number): Promise<void> {
    for (const { episode, until } of [...this.#acks.values()]) if (until < before) await this.end(episode, 'tidewatch');
  }

  async #audit(ack: Ack, who: string, before: Ack | null, after: Ack | null): Promise<void> {
    const at = this.#clock.now();
    const object = `alert/${ack.alert}`;
    const about = { object, id: ack.episode, name: ack.alert, alert: ack.episode };
    await this.#state.appendAudit({ at, who, ...about, field: 'ack', before, after }, at);
  }
}
