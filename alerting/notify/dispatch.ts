/**
 * Dispatch: committed intents -> notification groups -> outbox rows, the second of the two commits of contracts.md section 7. A
 * flush consumes intents, writes rows and the group's state at once, so a crash anywhere repeats a flush that was never seen.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { StoreAwayError, VersionConflictError } from '../../model/errors.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import type { OutboxRow, StateStore } from '../../store/state-store.ts';
import type { Intent } from '../intent.ts';
import { type AlertContext, compose, type Links } from './compose.ts';
import type { ImpactSource, LogSource } from './context.ts';
import { explainAll } from './explain.ts';
import {
  applyFlush,
  decodeGroup,
  emptyGroup,
  encodeGroup,
  flushTime,
  type GroupState,
  isForgettable,
  type Notice,
  StoredIntentBody,
} from './group.ts';
import { newRow, outboxId, refOf } from './outbox-body.ts';
import { type Plan, planRound } from './plan.ts';
import type { Directory } from './receivers.ts';
import type { Route } from './route.ts';

/** Intents taken in one round; the rest follow in the next. */
const MAX_INTENTS = 20_000;
const POLL_MS = 1_000;

export interface DispatcherOptions {
  readonly state: StateStore;
  /** Read anew for each round, so that a reload needs no restart. */
  readonly routes: () => readonly Route[];
  readonly directory: () => Directory;
  readonly impact: ImpactSource;
  readonly logs: LogSource;
  readonly links: Links;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'notifications'>;
  readonly logger: Pick<Logger, 'warn'>;
  /** Called after rows were committed: the outbox looks at once. */
  readonly onCommitted?: () => void;
}

interface Loaded {
  readonly version: string | null;
  readonly state: GroupState;
}

/** Turns committed intents into outbox rows. One per daemon; runs where the evaluation lease is held. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  #groups: Map<string, Loaded> | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Begins looking for intents once a second. */
  start(): void {
    this.wake();
  }

  /** Looks now: evaluation calls it after a commit. Never overlaps itself. */
  wake(): void {
    void this.pump();
  }

  /** Stops looking; resolves when the round under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  /** One round; resolves when everything due has been committed. A call during a round makes one more follow. */
  pump(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#rounds().finally(() => {
      this.#running = null;
      this.#schedule();
    });
    return this.#running;
  }

  #schedule(): void {
    this.#cancel?.();
    if (!this.#stopped) this.#cancel = this.#options.clock.after(POLL_MS, () => this.wake());
  }

  async #rounds(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        await this.#round();
      } catch (error) {
        // Whatever was committed stays, the rest is still open: look again later with fresh versions.
        this.#groups = null;
        const expected = error instanceof StoreAwayError || error instanceof VersionConflictError;
        this.#options.logger.warn({ err: error, expected }, 'dispatch round failed, will be repeated');
      }
    }
  }

  async #round(): Promise<void> {
    const { state, clock, directory, routes } = this.#options;
    this.#groups ??= await this.#load();
    const stored = await state.openIntents();
    const { intents, broken } = decodeIntents(stored);
    if (broken.length > 0) {
      this.#count('dispatch', 'unreadable', broken.length);
      await state.commitFlush('unreadable', null, { state: null, consumedIntents: broken, outbox: [] });
    }
    const round = planRound(intents, this.#groups, routes(), directory(), this.#options.impact);
    if (round.unknown.length > 0) this.#count('dispatch', 'unknown-receiver', round.unknown.length);
    const unaddressed = [...round.nowhere, ...round.untold];
    if (unaddressed.length > 0) {
      this.#count('dispatch', 'no-receiver', round.nowhere.length);
      this.#count('dispatch', 'end-of-untold', round.untold.length);
      await state.commitFlush('nowhere', null, { state: null, consumedIntents: unaddressed, outbox: [] });
    }

    let rows = 0;
    const open = new Set(stored.map(intent => intent.id));
    for (const [groupKey, plan] of [...round.plans].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (this.#stopped) return;
      const loaded = this.#groups.get(groupKey) ?? { version: null, state: emptyGroup() };
      const due = flushTime(loaded.state, plan.target?.timing ?? null, plan.batch.length > 0, clock.now());
      if (due !== null && due <= clock.now()) rows += await this.#flush(groupKey, loaded, plan, round.waiting, open);
      else if (plan.batch.length > 0 && due !== loaded.state.nextFlushAt) {
        // The timer is durable: a restart does not begin the wait again.
        await this.#commit(groupKey, loaded, { ...loaded.state, nextFlushAt: due }, [], []);
      }
    }
    // Only now: a storm is in the outbox as a whole before its first message leaves.
    if (rows > 0) this.#options.onCommitted?.();
  }

  async #load(): Promise<Map<string, Loaded>> {
    const groups = new Map<string, Loaded>();
    for (const doc of await this.#options.state.loadGroups()) {
      groups.set(doc.id, { version: doc.version, state: decodeGroup(doc.body) ?? emptyGroup() });
    }
    return groups;
  }

  async #flush(
    groupKey: string,
    loaded: Loaded,
    plan: Plan,
    waiting: ReadonlyMap<string, Set<string>>,
    open: ReadonlySet<string>,
  ): Promise<number> {
    const now = this.#options.clock.now();
    const { state, notices, untold } = applyFlush(loaded.state, plan.batch, plan.target, now);
    if (untold > 0) this.#count('dispatch', 'end-of-untold', untold);
    const told = new Map(notices.flatMap(notice => notice.intents).map(intent => [intent.id, intent]));
    const { lines, failed } = await explainAll([...told.values()], this.#options.logs, this.#options.clock);
    if (failed > 0) this.#count('dispatch', 'log-unavailable', failed);
    const stillFiring = countStill(state, plan.batch);
    const rows = notices.map(notice => this.#row(groupKey, state, notice, plan, lines, stillFiring, now));

    const consumed: string[] = [];
    const shared = state.shared.filter(id => open.has(id));
    for (const intent of plan.batch) {
      const pending = waiting.get(intent.id);
      pending?.delete(groupKey);
      if (!pending || pending.size === 0) consumed.push(intent.id);
      else shared.push(intent.id);
    }
    await this.#commit(groupKey, loaded, { ...state, shared }, consumed, rows);
    return rows.length;
  }

  #row(
    groupKey: string,
    state: GroupState,
    notice: Notice,
    plan: Plan,
    lines: ReadonlyMap<string, NonNullable<AlertContext['logLine']>>,
    stillFiring: number,
    now: number,
  ): OutboxRow {
    const group = {
      groupKey,
      groupLabels: plan.target?.groupLabels ?? {},
      receiver: plan.target?.receiver ?? notice.channel,
      stillFiring: notice.kind === 'repeat' ? 0 : stillFiring,
    };
    const { impact } = this.#options;
    const contextOf = (intent: Intent): AlertContext => {
      const logLine = lines.get(intent.id);
      return {
        owner: impact.ownerOf(intent.labels),
        affects: impact.affects(intent.labels),
        ...(logLine ? { logLine } : {}),
      };
    };
    return newRow({
      id: outboxId(notice.channel, groupKey, state.episode, notice.kind, state.n),
      channel: notice.channel,
      at: now,
      kind: notice.kind,
      message: compose(notice.intents, group, this.#options.links, contextOf),
      alerts: notice.intents.map(refOf),
    });
  }

  async #commit(
    groupKey: string,
    loaded: Loaded,
    next: GroupState,
    consumedIntents: readonly string[],
    outbox: readonly OutboxRow[],
  ): Promise<void> {
    const forget = isForgettable(next) && next.nextFlushAt === null;
    const state = forget ? null : encodeGroup(next);
    const version = await this.#options.state.commitFlush(groupKey, loaded.version, { state, consumedIntents, outbox });
    if (forget) this.#groups?.delete(groupKey);
    else this.#groups?.set(groupKey, { version, state: next });
  }

  #count(channel: string, outcome: string, n: number): void {
    this.#options.telemetry.notifications.inc({ channel, outcome }, n);
  }
}

function decodeIntents(stored: Awaited<ReturnType<StateStore['openIntents']>>): {
  intents: Intent[];
  broken: string[];
} {
  const intents: Intent[] = [];
  const broken: string[] = [];
  for (const { id, body } of stored.slice(0, MAX_INTENTS)) {
    const parsed = StoredIntentBody.safeParse(body);
    if (parsed.success) intents.push(parsed.data);
    else broken.push(id);
  }
  return { intents, broken };
}

/** Alerts told earlier that go on and are not part of this batch. */
function countStill(state: GroupState, batch: readonly Intent[]): number {
  const now = new Set(batch.map(intent => intent.episode));
  return Object.keys(state.told).filter(episode => !now.has(episode)).length;
}
