/**
 * Live evaluation: which ticks are due, their data, their commits. It owns every rule's state between ticks; what a tick means
 * is decided in `evaluate/`, who hears of it in `notify/`. `app` calls `tick()` once a second.
 */
import { VersionConflictError } from '../model/errors.ts';
import type { MetricGroup } from '../model/sample.ts';
import { clockAlert, firingAlerts, type LiveAlert, liveAlerts } from './engine-alerts.ts';
import { ClockWatch } from './engine-clock.ts';
import { correctHistory } from './engine-corrections.ts';
import { decodeNotifications, decodeTick, type StoredTick } from './engine-history.ts';
import { ENGINE_ID, RuleTable } from './engine-table.ts';
import { TickRunner } from './engine-ticks.ts';
import type { EngineDeps, RuleHealth, SavedRule } from './engine-types.ts';
import { episodeId } from './evaluate/intents.ts';
import type { RuleHistory } from './evaluate/record.ts';
import type { Intent } from './intent.ts';
import { latestWord } from './latest-word.ts';
import type { FiringAlert } from './notify/inhibit.ts';

export type { LiveAlert } from './engine-alerts.ts';
export type { EngineDeps, RuleHealth } from './engine-types.ts';

/** History is corrected this far back, ms. */
const CORRECTED_MS = 86_400_000;

/** A rule this much behind its schedule counts as behind, ms. */
const BEHIND_AFTER_MS = 60_000;

export type Engine = InstanceType<typeof RuleEngine>;

/** Does no I/O; `start` loads the states. */
export function createEngine(deps: EngineDeps): Engine {
  return new RuleEngine(deps);
}

class RuleEngine {
  readonly #deps: EngineDeps;
  readonly #table: RuleTable;
  #runner: TickRunner;
  readonly #clockWatch = new ClockWatch();
  /** Ticks, saves and deletes run one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #beating = false;
  #stopped = false;

  constructor(deps: EngineDeps) {
    this.#deps = deps;
    this.#table = new RuleTable(deps.state, deps.clock, deps.config.delayMs);
    this.#runner = new TickRunner(deps, this.#table, deps.clock.now());
  }

  /** Loads the committed states. Rejects with `StoreAwayError`. */
  async start(): Promise<void> {
    await this.#table.reload();
    this.#runner = new TickRunner(this.#deps, this.#table, this.#deps.clock.now());
  }

  /** Waits for the tick under way; none begins after that. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#last.catch(() => undefined);
  }

  /** Takes over all rules at start; what is left of rules that are gone ends as deleted. */
  load(rules: readonly SavedRule[]): Promise<void> {
    return this.#exclusive(async () => {
      for (const saved of rules) await this.#table.upsert(saved);
      await this.#table.dropOrphans();
    });
  }

  /** A rule was saved. Group-by changes and disabling end its alerts; anything else is decided by its next tick. */
  upsert(saved: SavedRule): Promise<void> {
    return this.#exclusive(() => this.#table.upsert(saved));
  }

  /** A rule was deleted: its alerts end with that reason, its state and history are forgotten. */
  remove(ruleId: string): Promise<void> {
    return this.#exclusive(() => this.#table.remove(ruleId));
  }

  /** Evaluates every tick that is due. A call while one is under way returns at once: what is due stays due. */
  async tick(): Promise<void> {
    if (this.#beating || this.#stopped) return;
    this.#beating = true;
    try {
      await this.#exclusive(() => this.#beat());
    } finally {
      this.#beating = false;
    }
  }

  /** Pending, firing and recovering alerts of all rules. */
  alerts(): readonly LiveAlert[] {
    const since = this.#clockWatch.toldSince;
    const own = since === null ? [] : [clockAlert(ENGINE_ID, since)];
    return [...this.#table.all()].flatMap(runtime => liveAlerts(runtime)).concat(own);
  }

  /** Alerts that fire or recover, without their texts. */
  firing(): readonly FiringAlert[] {
    return [...this.#table.all()].flatMap(firingAlerts);
  }

  /** The intent as the last tick has it; unchanged where evaluation knows nothing newer of its alert. */
  latest(intent: Intent): Intent {
    const runtime = this.#table.get(intent.ruleId);
    return runtime === undefined ? intent : latestWord(runtime, intent);
  }

  health(ruleId: string): RuleHealth {
    const failures = this.#table.get(ruleId)?.state.failures ?? 0;
    if (failures === 0) return { state: 'ok' };
    return {
      state: 'error',
      code: this.#runner.codes.get(ruleId) ?? this.#table.get(ruleId)?.state.failing?.code ?? 'query-failed',
    };
  }

  /** Points that came after the tick that should have seen them; many suggest a longer delay. */
  lateAfterEval(ruleId: string): number {
    return this.#table.get(ruleId)?.lateAfterEval ?? 0;
  }

  /** A delay with which every late point so far would have been seen, ms; null while none was late. */
  suggestedDelay(ruleId: string): number | null {
    const late = this.#table.get(ruleId)?.latestBy ?? 0;
    return late === 0 ? null : Math.ceil(late / 1000) * 1000;
  }

  /** The rule's next tick, epoch ms; null when it is off, unknown or has none. */
  nextTick(ruleId: string): number | null {
    const runtime = this.#table.get(ruleId);
    return runtime?.rule.document.enabled ? runtime.nextTick : null;
  }

  /** Rules more than a minute behind their schedule. */
  behind(): number {
    const before = this.#deps.clock.now() - BEHIND_AFTER_MS;
    let count = 0;
    for (const { rule, dueAt } of this.#table.all()) if (rule.document.enabled && dueAt < before) count++;
    return count;
  }

  /** Tells the engine of stored points, so that it counts those that came after their tick. */
  noteStored(groups: readonly MetricGroup[]): void {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { ts } of groups) oldest = Math.min(oldest, ts);
    for (const runtime of this.#table.all()) {
      const { state, rule, names } = runtime;
      if (state.t < oldest) continue;
      for (const { ts, values, arrivedAt } of groups) {
        if (ts > state.t || ts <= state.t - Math.max(rule.reachMs, rule.document.re_evaluate ? CORRECTED_MS : 0))
          continue;
        const { length } = values.filter(([name]) => names.has(name));
        if (length > 0) runtime.noteLate(ts, length, arrivedAt);
      }
    }
  }

  /** What live evaluation did, from <= T <= to; the same shape as a replay. */
  async history(ruleId: string, from: number, to: number): Promise<RuleHistory> {
    const stored = (await this.#deps.state.ticks(ruleId, from, to)).map(({ t, body }) => ({
      t,
      tick: body as StoredTick,
    }));
    const labels = new Map(
      stored.flatMap(({ t, tick }) => (tick.labels === undefined ? [] : [[t, tick.labels] as const])),
    );
    for (const { tick } of stored) {
      if (tick.ref === undefined || labels.has(tick.ref)) continue;
      const [keyframe] = await this.#deps.state.ticks(ruleId, tick.ref, tick.ref);
      const found = (keyframe?.body as StoredTick | undefined)?.labels;
      if (found !== undefined) labels.set(tick.ref, found);
    }
    const ticks = stored.flatMap(({ t, tick }) => decodeTick(t, tick, at => labels.get(at)) ?? []);
    return { ticks, notifications: stored.flatMap(({ tick }) => decodeNotifications(tick)) };
  }

  async #beat(): Promise<void> {
    if (this.#runner.fenced) {
      await this.#table.reload();
      this.#runner.fenced = false;
    }
    const now = this.#deps.clock.now();
    if (await this.#clockIsFine(now)) await this.#runner.run(now, () => this.#stopped);
    await this.#correct();
    this.#deps.telemetry.rulesBehind.set(this.behind());
  }

  /** What cannot be corrected now (a store that is away, another evaluator) is tried again with the next beat. */
  async #correct(): Promise<void> {
    const { state, reader, logs = null, clock, logger } = this.#deps;
    const deps = { state, readers: { metrics: reader, logs }, names: () => reader.names(), clock };
    for (const runtime of this.#table.all()) {
      if (runtime.late === null || this.#runner.fenced) continue;
      await correctHistory(runtime, deps).catch((error: unknown) => {
        if (error instanceof VersionConflictError) this.#runner.fenced = true;
        else logger.warn({ rule: runtime.rule.name, error: String(error) }, 'history could not be corrected yet');
      });
    }
  }

  /** False while the clock is set back: no tick is evaluated twice, evaluation waits until the clock has caught up. */
  async #clockIsFine(now: number): Promise<boolean> {
    const watch = this.#clockWatch;
    const verdict = watch.judge(now);
    if (verdict === 'tell-behind') {
      const seconds = Math.round((watch.highest - now) / 1000);
      this.#deps.logger.error({ seconds }, 'the clock was set back; rules wait for it');
      await this.#tellClock(now, now, `the clock was set back by ${seconds} s; rules wait until it has caught up`);
      watch.told(now);
    }
    if (verdict === 'tell-caught-up') {
      await this.#tellClock(now, watch.toldSince ?? now, 'the clock has caught up; rules are evaluated again', now);
      watch.told(null);
    }
    return verdict === 'fine' || verdict === 'tell-caught-up';
  }

  async #tellClock(t: number, startsAt: number, summary: string, endsAt: number | null = null): Promise<void> {
    const code = 'clock-set-back';
    const episode = episodeId(ENGINE_ID, code, startsAt);
    const intent: Intent = {
      id: `${episode}-${endsAt === null ? 'meta' : 'meta-end'}`,
      ruleId: ENGINE_ID,
      ruleName: 'tidewatch',
      groupKey: code,
      t,
      kind: 'meta',
      episode,
      labels: { alertname: 'tidewatch', severity: 'error' },
      severity: 'error',
      activeAt: startsAt,
      startsAt,
      endsAt,
      values: [],
      formula: '',
      summary,
      annotations: [],
      late: false,
      code,
      receivers: this.#deps.config.metaReceivers,
      zone: 'UTC',
    };
    const commit = { cursor: { t }, groups: new Map(), intents: [{ id: intent.id, body: intent }], ticks: [] };
    this.#table.engineVersion = await this.#deps.state.commitTick(ENGINE_ID, this.#table.engineVersion, commit);
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
