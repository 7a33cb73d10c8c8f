/**
 * A lane: everything that waits for one channel, sent one at a time. Rows of one alert keep their order; a channel that asked for
 * patience is left alone; what exceeds the channel's budget is merged into one message, criticals first.
 */
import type { Clock } from '../../model/clock.ts';
import type { OutboxRow } from '../../store/state-store.ts';
import type { ActiveChannel, Budget } from './channel.ts';
import { severityRank } from './compose.ts';
import { dropUntold, heldBy, markHeld, splitHeld, unmarked, type WithheldNow } from './held.ts';
import { type Entry, intoLead, mergeEntries, supersede } from './merge.ts';
import type { SendWindow } from './retry.ts';

/** Untried rows a lane keeps apart; beyond it they become one message, so a dead channel cannot pile them up. */
const MAX_WAITING = 100;
/** Share of the budget kept for what comes next: merging starts before the last request is spent. */
const RESERVE = 0.25;

export interface LaneOptions {
  readonly channel: () => ActiveChannel | null;
  readonly clock: Clock;
  /** Attempts of the recent past. */
  readonly window: SendWindow;
  readonly stopped: AbortSignal;
  /** Writes a row; resolves when it is durable. Rejects only when the sender stops. */
  readonly save: (row: OutboxRow) => Promise<void>;
  /** Writes a row that is not in the store yet. */
  readonly insert: (row: OutboxRow) => Promise<void>;
  /** How silences and inhibitions stand; asked for once a run. */
  readonly withheld: () => WithheldNow;
  /** Sends one row and returns it as it stands afterwards, already saved. `pauseMs` > 0: the channel as a whole failed, leave it alone. */
  readonly attempt: (entry: Entry, failures: number) => Promise<{ readonly entry: Entry; readonly pauseMs: number }>;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #waiting = new Map<string, Entry>();
  /** Rows closed since the look at the store that is under way began: it may have read them before. */
  readonly #closed = new Set<string>();
  #pausedUntil = 0;
  /** Attempts in a row at which the channel as a whole failed. */
  #failures = 0;
  #running: Promise<void> | null = null;
  #withheld: WithheldNow = () => null;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** True for a row that waits here, or was closed since `beginLook`: what the look has of it is not newer. */
  knows(id: string): boolean {
    return this.#waiting.has(id) || this.#closed.has(id);
  }

  /** The store is about to be asked what waits; what is closed by now is closed there, too. */
  beginLook(): void {
    this.#closed.clear();
  }

  /** Takes a row over; from here on this lane's copy is the truth. */
  add(entry: Entry): void {
    this.#waiting.set(entry.row.id, entry);
  }

  /** Sends what can be sent now. One run at a time. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Makes one row of many, when more rows wait in the store than one look finds. A lane that is sending does so by itself. */
  async compact(): Promise<void> {
    if (this.#running) return;
    this.#running = this.#compact().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async #compact(): Promise<void> {
    await this.#settle();
    const untried = this.#untried();
    if (untried.length > 1) await this.#merge(untried);
  }

  async #run(): Promise<void> {
    this.#withheld = this.#options.withheld();
    while (!this.#options.stopped.aborted) {
      await this.#settle();
      const now = this.#options.clock.now();
      const { window } = this.#options;
      const channel = this.#options.channel();
      const ready = this.#ready(now);
      if (ready.length === 0) return;
      const freeAt = Math.max(this.#pausedUntil, channel?.budget ? window.nextAt(channel.budget, now) : now);
      if (freeAt > now && channel) {
        await this.#defer(ready, freeAt);
        return;
      }
      if (await this.#mergeIfOver(ready, channel?.budget ?? null, now)) continue;
      const next = ready[0];
      if (!next) return;
      window.record(now);
      const { entry, pauseMs } = await this.#options.attempt(unmarked(next), this.#failures);
      this.#keep(entry);
      this.#failures = pauseMs > 0 ? this.#failures + 1 : 0;
      if (pauseMs > 0) this.#pausedUntil = this.#options.clock.now() + pauseMs;
    }
  }

  /** Finishes merges a crash cut short, and drops beginnings whose end is waiting too. */
  async #settle(): Promise<void> {
    for (const { row, body } of this.#waiting.values()) {
      for (const id of body.merged ?? []) {
        const member = this.#waiting.get(id);
        if (member) await this.#save(intoLead(member, row.id));
      }
    }
    for (const entry of dropUntold(this.#inOrder(), this.#withheld)) await this.#save(entry);
    for (const entry of supersede(this.#inOrder())) await this.#save(entry);
    await this.#holdBack();
  }

  /** What is silenced by now waits for the end of the silence, apart from what is not. */
  async #holdBack(): Promise<void> {
    for (const entry of this.#inOrder()) {
      const parts = splitHeld(entry, this.#withheld);
      if (parts !== null) {
        await this.#options.insert(parts.held.row);
        this.#keep(parts.held);
        await this.#save(parts.rest);
      }
      const why = heldBy(entry, this.#withheld);
      if (why !== null && entry.body.withheld?.by !== why.by) await this.#save(markHeld(entry, why));
    }
  }

  /** Rows that are due and behind no other row of the same alert; the worst first, ends last, then the least tried, then the oldest. */
  #ready(now: number): Entry[] {
    const ahead = new Set<string>();
    const ready: Entry[] = [];
    for (const entry of this.#inOrder()) {
      const free = !entry.body.alerts.some(ref => ahead.has(ref.key));
      if (free && entry.row.nextAttemptAt <= now && heldBy(entry, this.#withheld) === null) ready.push(entry);
      for (const ref of entry.body.alerts) ahead.add(ref.key);
    }
    const rank = ({ body: { message } }: Entry): number =>
      2 * severityRank(message.severity) + Number(message.status !== 'resolved');
    return ready.sort((a, b) => rank(b) - rank(a) || a.row.attempts - b.row.attempts);
  }

  /** Merges when the budget nears its end or too much waits. Only untried rows: a tried one may have arrived under its own key. */
  async #mergeIfOver(ready: readonly Entry[], budget: Budget | null, now: number): Promise<boolean> {
    const untried = this.#untried();
    const spare = budget
      ? this.#options.window.remaining(budget, now) - Math.floor(budget.requests * RESERVE)
      : MAX_WAITING;
    if (untried.length < 2 || (ready.length <= spare && untried.length <= MAX_WAITING)) return false;
    await this.#merge(untried);
    return true;
  }

  async #merge(entries: readonly Entry[]): Promise<void> {
    const { lead, members } = mergeEntries(entries);
    await this.#save(lead);
    await Promise.all(members.map(member => this.#save(member)));
  }

  /** Rows that have to wait are not found again before it makes sense to. */
  async #defer(entries: readonly Entry[], until: number): Promise<void> {
    await Promise.all(entries.map(({ row, body }) => this.#save({ row: { ...row, nextAttemptAt: until }, body })));
  }

  async #save(entry: Entry): Promise<void> {
    await this.#options.save(entry.row);
    this.#keep(entry);
  }

  #keep(entry: Entry): void {
    const open = entry.row.status === 'pending' || entry.row.status === 'retrying';
    if (open) {
      this.#waiting.set(entry.row.id, entry);
    } else {
      this.#waiting.delete(entry.row.id);
      this.#closed.add(entry.row.id);
    }
  }

  #untried(): Entry[] {
    return this.#inOrder().filter(({ row }) => row.attempts === 0);
  }

  #inOrder(): Entry[] {
    return [...this.#waiting.values()].sort(byAge);
  }
}

function byAge(a: Entry, b: Entry): number {
  return a.row.createdAt - b.row.createdAt || (a.row.id < b.row.id ? -1 : 1);
}
