/** Runs due ticks: which may run now, their data, their evaluation, their commit. */
import { type ErrorCode, StoreAwayError, UserError, VersionConflictError } from '../model/errors.ts';
import type { StoredTick } from './engine-history.ts';
import { applied, type RuleRuntime } from './engine-runtime.ts';
import type { RuleTable } from './engine-table.ts';
import type { EngineDeps } from './engine-types.ts';
import { coalesce } from './evaluate/coalesce.ts';
import type { GroupState } from './evaluate/group-state.ts';
import {
  BaselineCache,
  type ColumnAnswer,
  type ColumnRequest,
  type ResolveNames,
  readColumns,
} from './evaluate/read-columns.ts';
import { createResolver } from './evaluate/resolve.ts';
import type { Rule } from './evaluate/rule.ts';
import { evaluateTick, failedTick, type GroupResult, type RuleState, type TickOutcome } from './evaluate/tick.ts';
import type { Intent } from './intent.ts';

/** Rules read and committed together: their queries are shared and their commits can be one transaction. */
const RULES_PER_CHUNK = 500;
const TICKS_PER_QUERY = 1000;
const QUERY_TIMEOUT_MS = 30_000;
/** A tick that runs this much later than it could have is told as late, ms. */
const LATE_AFTER_MS = 60_000;
const SKIPPED: StoredTick = { labels: [], v: [], r: '', s: '', e: 'ticks-skipped' };

/** A rule's ticks for this run. `behind`: the store has not caught up, and waiting is over. */
interface Work {
  readonly runtime: RuleRuntime;
  readonly ticks: readonly number[];
  readonly skippedFrom: number | null;
  readonly behind: boolean;
}

export class TickRunner {
  readonly #deps: EngineDeps;
  readonly #table: RuleTable;
  readonly #startedAt: number;
  readonly #baselines = new BaselineCache();
  readonly #resolver = new ResolverCache();
  readonly #levels = { metric: new Level(), log: new Level() };
  #storeAway = false;
  /** Why the last tick of a rule failed; absent when it did not. */
  readonly codes = new Map<string, ErrorCode>();
  /** Set when a commit met another evaluator's: states must be read again. */
  fenced = false;

  constructor(deps: EngineDeps, table: RuleTable, startedAt: number) {
    this.#deps = deps;
    this.#table = table;
    this.#startedAt = startedAt;
  }

  /** Evaluates and commits every tick that is due at `now`, oldest rules first, until `stopped`. */
  async run(now: number, stopped: () => boolean): Promise<void> {
    this.#levels.metric.note(this.#deps.watermark(), now);
    this.#levels.log.note(this.#deps.logWatermark?.() ?? Number.POSITIVE_INFINITY, now);
    const work: Work[] = [];
    for (const runtime of this.#table.all()) {
      const item = runtime.rule.document.enabled && runtime.dueAt <= now ? this.#plan(runtime, now) : null;
      if (item !== null) work.push(item);
    }
    if (work.length === 0) return;
    work.sort(byTimeThenRule);
    try {
      await this.#runAll(work, now, stopped);
      this.#storeAway = false;
    } catch (error) {
      if (!(error instanceof StoreAwayError)) throw error;
      // Nothing is lost: the cursor has not moved, so these ticks run when the store answers again.
      if (!this.#storeAway) this.#deps.logger.warn({ error: error.message }, 'rules wait for the store');
      this.#storeAway = true;
    }
  }

  /** The ticks of a rule that may run now; null when its next one waits for the store. */
  #plan(runtime: RuleRuntime, now: number): Work | null {
    const { ticks, skippedFrom } = runtime.due(now);
    const level = this.#levelOf(runtime.rule);
    const ready = ticks.filter(t => t <= level.value);
    if (ready.length > 0 || (ticks.length === 0 && skippedFrom !== null))
      return { runtime, ticks: ready, skippedFrom, behind: false };
    const overdue = ticks.filter(t => now - this.#waitsFrom(runtime, t, level) >= this.#deps.config.maxWaitMs);
    return overdue.length > 0 ? { runtime, ticks: overdue, skippedFrom, behind: true } : null;
  }

  /** A tick missed while the daemon was down waits as long as the store is still catching up with it. */
  #waitsFrom(runtime: RuleRuntime, t: number, level: Level): number {
    return t < this.#startedAt ? Math.max(this.#startedAt, level.movedAt) : t + runtime.delayMs;
  }

  /** How far the streams a rule reads have come: the one that is furthest behind. */
  #levelOf({ reads }: Rule): Level {
    const { metric, log } = this.#levels;
    if (!reads.has('log')) return metric;
    return !reads.has('metric') || log.value < metric.value ? log : metric;
  }

  async #runAll(work: readonly Work[], now: number, stopped: () => boolean): Promise<void> {
    const { reader, clock, telemetry } = this.#deps;
    const resolve = this.#resolver.for(await reader.names());
    for (let start = 0; start < work.length && !stopped(); start += RULES_PER_CHUNK) {
      const chunk = work.slice(start, start + RULES_PER_CHUNK);
      const began = clock.monotonic();
      await this.#runChunk(chunk, resolve, now);
      telemetry.tickSeconds.observe((clock.monotonic() - began) / 1000 / chunk.length);
    }
  }

  async #runChunk(chunk: readonly Work[], resolve: ResolveNames, now: number): Promise<void> {
    const runs = chunk.map(work => new Run(work));
    try {
      await this.#evaluateAll(runs, resolve);
    } catch (error) {
      // What was evaluated before is not committed, so the list of groups it carried is not there either.
      for (const { work } of runs) work.runtime.history.restart();
      throw error;
    }
    const commits = await Promise.allSettled(runs.map(run => this.#commit(run, now)));
    for (const commit of commits) if (commit.status === 'rejected') throw commit.reason;
  }

  async #evaluateAll(runs: readonly Run[], resolve: ResolveNames): Promise<void> {
    for (let start = 0; runs.some(run => run.work.ticks.length > start); start += TICKS_PER_QUERY) {
      const active = runs.filter(run => run.work.ticks.length > start);
      const requests = active.map(({ work }) => ({
        rule: work.runtime.rule,
        ticks: work.behind ? [] : work.ticks.slice(start, start + TICKS_PER_QUERY),
      }));
      const answers = await this.#read(requests, resolve);
      for (const [i, run] of active.entries()) {
        this.#evaluate(run, run.work.ticks.slice(start, start + TICKS_PER_QUERY), answers[i] as ColumnAnswer);
      }
    }
  }

  /** Throws `StoreAwayError` when the store does not answer; other failures belong to the rules that asked. */
  async #read(requests: readonly ColumnRequest[], resolve: ResolveNames): Promise<readonly ColumnAnswer[]> {
    const abort = new AbortController();
    const cancel = this.#deps.clock.after(QUERY_TIMEOUT_MS, () =>
      abort.abort(new StoreAwayError('the store did not answer in time')),
    );
    try {
      const { reader, logs = null } = this.#deps;
      const sources = { readers: { metrics: reader, logs }, resolve, baselines: this.#baselines };
      const answers = await readColumns(requests, sources, abort.signal);
      for (const answer of answers) if ('error' in answer && answer.error instanceof StoreAwayError) throw answer.error;
      return answers;
    } finally {
      cancel();
    }
  }

  #evaluate(run: Run, ticks: readonly number[], answer: ColumnAnswer): void {
    const { runtime, behind } = run.work;
    const { rule } = runtime;
    const { jobEndedAt } = this.#deps;
    if (!('error' in answer)) runtime.names = answer.names;
    for (const t of ticks) {
      const before = { t, states: run.groups, rule: run.state };
      if (behind) {
        run.add(failedTick(rule, before, 'store-behind'));
      } else if ('error' in answer) {
        run.add(failedTick(rule, before, this.#failed(rule.id, rule.name, codeOf(answer.error), answer.error)));
      } else {
        const columns = answer.columns(t);
        const outcome = evaluateTick(rule, { ...before, columns, ...(jobEndedAt === undefined ? {} : { jobEndedAt }) });
        if (outcome.error === undefined) this.codes.delete(rule.id);
        else this.#failed(rule.id, rule.name, outcome.error, null);
        run.add(outcome);
      }
    }
  }

  /** Logs the first of a row of equal failures. */
  #failed(ruleId: string, rule: string, code: ErrorCode, error: unknown): ErrorCode {
    if (this.codes.get(ruleId) !== code)
      this.#deps.logger.warn({ rule, code, error: String(error ?? code) }, 'a rule could not be evaluated');
    this.codes.set(ruleId, code);
    return code;
  }

  /** Makes the outcomes of a rule durable in one commit; only then does memory follow. */
  async #commit(run: Run, now: number): Promise<void> {
    const { work, state, changes, intents, results, errors } = run;
    const { runtime, skippedFrom, behind } = work;
    const late = run.ticks.length > 1 || run.ticks.some(({ t }) => now - t - runtime.delayMs > LATE_AFTER_MS);
    const told = (late ? coalesce(intents) : intents).map(intent => this.#addressed(intent));
    const ticks = skippedFrom === null ? run.ticks : [{ t: skippedFrom, body: SKIPPED }, ...run.ticks];
    const cursor = run.ticks.length > 0 ? state : { ...state, t: now - runtime.delayMs };
    try {
      const commit = { cursor, groups: changes, intents: told.map(body => ({ id: body.id, body })), ticks };
      const version = await this.#deps.state.commitTick(runtime.rule.id, runtime.version, commit);
      runtime.committed(version, cursor, run.groups, results);
      for (const error of errors)
        this.#deps.telemetry.ticks.inc({ outcome: behind ? 'store-behind' : (error ?? (late ? 'late' : 'ok')) });
    } catch (error) {
      runtime.history.restart();
      if (!(error instanceof VersionConflictError)) throw error;
      this.#deps.logger.warn(
        { rule: runtime.rule.name },
        'the state of a rule was moved by another commit and is read again',
      );
      this.fenced = true;
    }
  }

  #addressed(intent: Intent): Intent {
    const { metaReceivers } = this.#deps.config;
    return intent.kind === 'meta' && metaReceivers.length > 0 ? { ...intent, receivers: metaReceivers } : intent;
  }
}

/** Keeps what names were found to stand for as long as the stored names stay the same. */
class ResolverCache {
  #names: readonly string[] = [];
  #resolve: ResolveNames = createResolver([]);

  for(stored: readonly { readonly name: string }[]): ResolveNames {
    const same = stored.length === this.#names.length && stored.every(({ name }, i) => name === this.#names[i]);
    if (!same) {
      this.#names = stored.map(({ name }) => name);
      this.#resolve = createResolver(this.#names);
    }
    return this.#resolve;
  }
}

/** How far a stream has been taken in, and when it last moved. */
class Level {
  value = Number.NEGATIVE_INFINITY;
  movedAt = 0;
  #highest = Number.NEGATIVE_INFINITY;

  note(value: number, now: number): void {
    this.value = value;
    if (value <= this.#highest) return;
    this.#highest = value;
    this.movedAt = now;
  }
}

/**
 * A rule's way through its ticks, before anything of it is durable. An outcome is written down at once and let go of: all groups of
 * the rules of a chunk would be some hundred thousand objects that outlive a collection.
 */
class Run {
  readonly work: Work;
  state: RuleState;
  groups: ReadonlyMap<string, GroupState>;
  readonly changes = new Map<string, GroupState | null>();
  readonly ticks: { readonly t: number; readonly body: StoredTick }[] = [];
  readonly intents: Intent[] = [];
  readonly errors: TickOutcome['error'][] = [];
  /** Active groups at the last tick; undefined when it failed. */
  results: readonly GroupResult[] | undefined;

  constructor(work: Work) {
    this.work = work;
    this.state = work.runtime.state;
    this.groups = work.runtime.groups;
  }

  add(outcome: TickOutcome): void {
    const { t, error, changes } = outcome;
    this.ticks.push({ t, body: this.work.runtime.history.encode(outcome) });
    for (const intent of outcome.intents) this.intents.push(intent);
    this.errors.push(error);
    this.results = error === undefined ? outcome.groups.filter(group => group.status !== 'inactive') : undefined;
    this.state = outcome.rule;
    if (changes.size === 0) return;
    this.groups = applied(this.groups, changes);
    for (const [key, state] of changes) this.changes.set(key, state);
  }
}

/** Oldest first; within an instant by id, as stores sort: neighbours are then written together. */
function byTimeThenRule({ runtime: a }: Work, { runtime: b }: Work): number {
  return a.dueAt - b.dueAt || (a.rule.id < b.rule.id ? -1 : 1);
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof UserError ? error.code : 'query-failed';
}
