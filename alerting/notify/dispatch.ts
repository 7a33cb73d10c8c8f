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
import type { Acks } from './ack.ts';
import type { Links } from './compose.ts';
import type { CauseSource, ChartSource, ImpactSource, LogSource } from './context.ts';
import { explainAll } from './explain.ts';
import { applyFlush, type Latest } from './flush.ts';
import {
  decodeGroup,
  emptyGroup,
  encodeGroup,
  type GroupState,
  isForgettable,
  newsTime,
  StoredIntentBody,
  speaksWithoutNews,
} from './group.ts';
import type { Judge } from './judge.ts';
import { type Plan, planRound, type Round } from './plan.ts';
import type { Directory } from './receivers.ts';
import type { Route } from './route.ts';
import { noticeRow, nowhereRow, quietRow } from './rows.ts';

/** Intents taken in one round; the rest follow in the next. */
const MAX_INTENTS = 20_000;
const POLL_MS = 1_000;
const MAX_POLLS_WAITED = 5;

export interface DispatcherOptions {
  readonly state: StateStore;
  /** Read anew for each round, so that a reload needs no restart. */
  readonly routes: () => readonly Route[];
  readonly directory: () => Directory;
  readonly impact: ImpactSource;
  readonly logs: LogSource;
  readonly charts: ChartSource;
  readonly causes: CauseSource;
  /** Silences, inhibitions and acknowledgements as they stand; asked for once a round. */
  readonly judge: () => Judge;
  readonly acks: Pick<Acks, 'end' | 'noteSeverity'>;
  /** The next tick a rule has not evaluated yet; null when it has none. */
  readonly nextTick: (ruleId: string) => number | null;
  /** Alerts as evaluation has them by now. */
  readonly latest: Latest;
  readonly links: Links;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'notifications'>;
  readonly logger: Pick<Logger, 'warn'>;
  /** True while a round of evaluation is under way: what it finds belongs together, so dispatch waits for its end, five seconds at most. */
  readonly isEvaluating?: () => boolean;
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
  /** Looks in a row that were put off for evaluation. */
  #polls = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** True while a round is under way. */
  get isRunning(): boolean {
    return this.#running !== null;
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
    if (!this.#stopped) this.#cancel = this.#options.clock.after(POLL_MS, () => this.#poll());
  }

  #poll(): void {
    const waits = this.#options.isEvaluating?.() === true && this.#polls < MAX_POLLS_WAITED;
    this.#polls = waits ? this.#polls + 1 : 0;
    if (waits) this.#schedule();
    else this.wake();
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
    const { state, directory, routes } = this.#options;
    this.#groups ??= await this.#load();
    const stored = await state.openIntents();
    const { intents, broken } = decodeIntents(stored);
    if (broken.length > 0) {
      this.#count('dispatch', 'unreadable', broken.length);
      await state.commitFlush('unreadable', null, { state: null, consumedIntents: broken, outbox: [] });
    }
    const round = planRound(intents, this.#groups, routes(), directory(), this.#options.impact);
    if (round.unknown.length > 0) this.#count('dispatch', 'unknown-receiver', round.unknown.length);
    await this.#settleUnaddressed(intents, round);

    const judge = this.#options.judge();
    let rows = 0;
    const open = new Set(stored.map(intent => intent.id));
    for (const [groupKey, plan] of [...round.plans].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (this.#stopped) return;
      const loaded = this.#groups.get(groupKey) ?? { version: null, state: emptyGroup() };
      if (await this.#isDue(groupKey, loaded, plan, judge))
        rows += await this.#flush(groupKey, loaded, plan, judge, round.waiting, open);
    }
    // Only now: a storm is in the outbox as a whole before its first message leaves.
    if (rows > 0) this.#options.onCommitted?.();
  }

  /** Intents nobody is told of are consumed at once; problems among them show in the delivery log. */
  async #settleUnaddressed(intents: readonly Intent[], round: Round): Promise<void> {
    const consumedIntents = [...round.nowhere, ...round.untold];
    if (consumedIntents.length === 0) return;
    this.#count('dispatch', 'no-receiver', round.nowhere.length);
    this.#count('dispatch', 'end-of-untold', round.untold.length);
    const ids = new Set(round.nowhere);
    const [first, ...more] = intents.filter(intent => ids.has(intent.id));
    const { links, clock, state } = this.#options;
    const outbox = first ? [nowhereRow([first, ...more], links, clock.now())] : [];
    await state.commitFlush('nowhere', null, { state: null, consumedIntents, outbox });
  }

  /**
   * Whether a group speaks now. News wait for their time, and up to `group_wait` longer for rules of the group that have not evaluated the same
   * tick yet. The timer is durable: a restart does not begin the wait again.
   */
  async #isDue(groupKey: string, loaded: Loaded, plan: Plan, judge: Judge): Promise<boolean> {
    const now = this.#options.clock.now();
    const { state } = loaded;
    if (plan.batch.length === 0) return plan.target !== null && speaksWithoutNews(state, plan.target, judge, now);
    const timing = plan.target?.timing ?? null;
    const at = newsTime(state, timing, now);
    if (at > now) {
      if (at !== state.nextFlushAt) await this.#commit(groupKey, loaded, { ...state, nextFlushAt: at }, [], []);
      return false;
    }
    return timing === null || now >= at + timing.waitMs || !this.#isRuleBehind(state, plan.batch);
  }

  #isRuleBehind(state: GroupState, batch: readonly Intent[]): boolean {
    const tick = Math.max(...batch.map(intent => intent.t));
    const rules = new Set(Object.values(state.told).flatMap(({ ruleId }) => ruleId ?? []));
    return [...rules].some(rule => (this.#options.nextTick(rule) ?? Number.POSITIVE_INFINITY) <= tick);
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
    judge: Judge,
    waiting: ReadonlyMap<string, Set<string>>,
    open: ReadonlySet<string>,
  ): Promise<number> {
    const { clock, logs, charts, causes, links, impact, acks, latest } = this.#options;
    const now = clock.now();
    const { state, notices, quiet, ended } = applyFlush(loaded.state, plan.batch, plan.target, judge, now, latest);
    for (const { why, intents } of quiet) this.#count('dispatch', why.reason, intents.length);
    const told = new Map(notices.flatMap(notice => notice.intents).map(intent => [intent.id, intent]));
    const explained = await explainAll([...told.values()], { logs, charts, causes }, clock);
    if (explained.failed.lines > 0) this.#count('dispatch', 'log-unavailable', explained.failed.lines);
    if (explained.failed.charts > 0) this.#count('dispatch', 'chart-unavailable', explained.failed.charts);
    if (explained.failed.causes > 0) this.#count('dispatch', 'cause-unavailable', explained.failed.causes);
    const group = {
      groupKey,
      groupLabels: plan.target?.groupLabels ?? {},
      receiver: plan.target?.receiver ?? [...new Set(notices.map(({ channel }) => channel))].join(', '),
    };
    const context = { group, episode: state.episode, n: state.n, links, impact, judge, now };
    const rows = [
      ...notices.map(notice =>
        noticeRow(notice, countStill(state, [...plan.batch, ...notice.intents]), explained, context),
      ),
      ...quiet.map(each => quietRow(each, context)),
    ];

    const consumed: string[] = [];
    const shared = state.shared.filter(id => open.has(id));
    for (const intent of plan.batch) {
      const pending = waiting.get(intent.id);
      pending?.delete(groupKey);
      if (!pending || pending.size === 0) consumed.push(intent.id);
      else shared.push(intent.id);
    }
    await this.#commit(groupKey, loaded, { ...state, shared }, consumed, rows);
    for (const { kind, episode, severity } of plan.batch)
      if (kind === 'firing') await acks.noteSeverity(episode, severity);
    for (const episode of ended) await acks.end(episode, 'tidewatch');
    return notices.length;
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

/** Alerts told earlier that go on and are not among these. */
function countStill(state: GroupState, intents: readonly Intent[]): number {
  const now = new Set(intents.map(intent => intent.episode));
  return Object.entries(state.told).filter(([episode, { channels }]) => channels.length > 0 && !now.has(episode))
    .length;
}
