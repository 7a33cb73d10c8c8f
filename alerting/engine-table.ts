import type { Clock } from '../model/clock.ts';
import { UserError } from '../model/errors.ts';
import type { StateStore, StoredRuleState } from '../store/state-store.ts';
import { applied, RuleRuntime } from './engine-runtime.ts';
import type { SavedRule } from './engine-types.ts';
import { type CloseReason, closeOrphan, closeRule } from './evaluate/close.ts';
import type { GroupState } from './evaluate/group-state.ts';
import { freshRuleState, identityOf, type RuleState } from './evaluate/tick.ts';

/** Owner of what the engine says about itself, in the place of a rule id. */
export const ENGINE_ID = '~engine';

/**
 * All rules with their committed states. Changes of rules (save, disable, delete) are made durable here; the caller sees to it
 * that nothing else touches a rule meanwhile.
 */
export class RuleTable {
  readonly #state: StateStore;
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #rules = new Map<string, RuleRuntime>();
  /** Committed states without a rule in memory. */
  readonly #stored = new Map<string, StoredRuleState>();
  /** Version of the engine's own state. */
  engineVersion: string | null = null;

  constructor(state: StateStore, clock: Clock, delayMs: number) {
    this.#state = state;
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  all(): Iterable<RuleRuntime> {
    return this.#rules.values();
  }

  get(ruleId: string): RuleRuntime | undefined {
    return this.#rules.get(ruleId);
  }

  /** Reads all committed states; rules in memory continue from theirs. */
  async reload(): Promise<void> {
    this.#stored.clear();
    for (const stored of await this.#state.loadRuleStates()) this.#stored.set(stored.ruleId, stored);
    this.engineVersion = this.#stored.get(ENGINE_ID)?.version ?? null;
    // Ids with a tilde belong to the daemon itself, not to rules.
    for (const id of [...this.#stored.keys()]) if (id.startsWith('~')) this.#stored.delete(id);
    for (const [id, runtime] of this.#rules) {
      const stored = this.#take(id) ?? {
        version: null,
        state: freshRuleState(runtime.rule, runtime.state.t),
        groups: new Map(),
      };
      this.#rules.set(id, new RuleRuntime(runtime.rule, this.#delayMs, stored));
    }
  }

  /** Takes a saved rule over; see alerting.md rule 15 for what an edit does. */
  async upsert({ rule, savedAt }: SavedRule): Promise<void> {
    const old = this.#rules.get(rule.id);
    const stored = old ?? this.#take(rule.id);
    if (stored === undefined) {
      this.#rules.set(
        rule.id,
        new RuleRuntime(rule, this.#delayMs, {
          version: null,
          state: freshRuleState(rule, savedAt),
          groups: new Map(),
        }),
      );
      return;
    }
    const identity = identityOf(rule);
    const { state } = stored;
    const restarts = (identity.enabled && !state.enabled) || identity.schedule !== state.schedule;
    const t = restarts ? Math.max(state.t, savedAt) : state.t;
    // The meaning stays: the next tick compares it to tell an edit.
    const next: RuleState = { ...state, ...identity, meaning: state.meaning, t };
    const runtime = new RuleRuntime(rule, this.#delayMs, {
      version: stored.version,
      state: next,
      groups: stored.groups,
    });
    runtime.lateAfterEval = old?.lateAfterEval ?? 0;
    runtime.latestBy = old?.latestBy ?? 0;
    const reason =
      !identity.enabled && state.enabled ? 'disabled' : identity.groupBy === state.groupBy ? null : 'group-by-changed';
    if (reason !== null || restarts) await this.#close(runtime, next, reason, old?.rule ?? rule);
    this.#rules.set(rule.id, runtime);
  }

  /** Ends the alerts of a deleted rule and forgets its state and history. */
  async remove(ruleId: string): Promise<void> {
    const runtime = this.#rules.get(ruleId);
    if (runtime !== undefined) await this.#close(runtime, runtime.state, 'deleted', runtime.rule);
    this.#rules.delete(ruleId);
    this.#stored.delete(ruleId);
    await this.#state.dropRule(ruleId);
  }

  /** Ends what is left of rules that were deleted without the engine noticing (a crash in between, a file that is gone). */
  async dropOrphans(): Promise<void> {
    for (const id of [...this.#stored.keys()]) {
      const stored = this.#take(id);
      if (stored === undefined) continue;
      const intents = closeOrphan(id, stored.state, stored.groups, Math.max(stored.state.t, this.#clock.now()));
      const groups = new Map([...stored.groups.keys()].map(key => [key, null]));
      await this.#state.commitTick(id, stored.version, {
        cursor: stored.state,
        groups,
        intents: intents.map(body => ({ id: body.id, body })),
        ticks: [],
      });
      await this.#state.dropRule(id);
    }
  }

  /** Commits a rule's changed state; with a reason its alerts end and its groups are forgotten. */
  async #close(
    runtime: RuleRuntime,
    state: RuleState,
    reason: CloseReason | null,
    told: RuleRuntime['rule'],
  ): Promise<void> {
    const now = Math.max(state.t, this.#clock.now());
    const intents = reason === null ? [] : closeRule(told, state, runtime.groups, now, reason);
    const groups = new Map<string, GroupState | null>(
      reason === null ? [] : [...runtime.groups.keys()].map(key => [key, null]),
    );
    const cursor =
      reason === null ? state : { ...state, noDataTicks: 0, noDataSince: null, failures: 0, failing: null };
    const version = await this.#state.commitTick(runtime.rule.id, runtime.version, {
      cursor,
      groups,
      intents: intents.map(body => ({ id: body.id, body })),
      ticks: [],
    });
    runtime.committed(version, cursor, applied(runtime.groups, groups));
  }

  #take(
    ruleId: string,
  ): { version: string | null; state: RuleState; groups: ReadonlyMap<string, GroupState> } | undefined {
    const stored = this.#stored.get(ruleId);
    if (stored === undefined) return undefined;
    this.#stored.delete(ruleId);
    const state = stored.cursor as RuleState | null;
    if (state === null || typeof state !== 'object')
      throw new UserError('internal', `the stored state of rule ${ruleId} cannot be read`, { status: 500 });
    return { version: stored.version, state, groups: stored.groups as ReadonlyMap<string, GroupState> };
  }
}
