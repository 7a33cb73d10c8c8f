/** Rules as users manage them: checked, versioned, named uniquely, audited; the engine hears of every change. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../model/clock.ts';
import { StoreAwayError, UserError, VersionConflictError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import type { MetricGroup } from '../model/sample.ts';
import { MemoryMetricStore } from '../store/memory-metrics.ts';
import type { StateStore } from '../store/state-store.ts';
import type { Engine, RuleHealth } from './engine.ts';
import type { RuleDocument } from './evaluate/document.ts';
import type { MetricReader } from './evaluate/frame.ts';
import type { RuleHistory } from './evaluate/record.ts';
import { replayRule } from './evaluate/replay.ts';
import { createResolver } from './evaluate/resolve.ts';
import { compileRule, type Rule } from './evaluate/rule.ts';
import { nextTicks } from './evaluate/schedule.ts';
import { compileFileRule, type FileRule } from './file-rule.ts';

export interface RuleServiceDeps {
  readonly state: StateStore;
  readonly engine: Pick<Engine, 'load' | 'upsert' | 'remove' | 'health' | 'lateAfterEval'>;
  readonly reader: MetricReader;
  readonly clock: Clock;
  readonly logger: { error(fields: object, message: string): void };
  /** Delay of rules that name none (`alerting.delay`), ms. */
  readonly delayMs: number;
}

/** `GET /rules/{id}`: the document with defaults filled in, and what is known of it. */
export interface RuleView extends RuleDocument {
  readonly id: string;
  readonly version: string;
  /** The file that manages it; absent for rules saved over the API. */
  readonly file?: string;
  readonly health: RuleHealth;
  readonly late_after_eval: number;
  /** The next five ticks, ISO 8601; empty for a rule that is off. */
  readonly next_runs: readonly string[];
}

export interface ReplayRequest {
  /** A whole document, or the id of a saved rule. */
  readonly rule: { readonly document: unknown } | { readonly id: string };
  readonly from: number;
  readonly to: number;
  readonly asOf: 'ideal' | 'arrival';
  /** With samples, only these are used. */
  readonly samples?: readonly MetricGroup[];
}

interface Entry {
  readonly rule: Rule;
  readonly version: string;
  readonly file: string | null;
}

export type RuleService = InstanceType<typeof Rules>;

/** Does no I/O; `start` loads the rules. */
export function createRuleService(deps: RuleServiceDeps): RuleService {
  return new Rules(deps);
}

class Rules {
  readonly #deps: RuleServiceDeps;
  readonly #entries = new Map<string, Entry>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: RuleServiceDeps) {
    this.#deps = deps;
  }

  /** Loads saved rules and those of files and hands them to the engine. Throws `UserError` for a file rule that cannot be read. */
  async start(files: readonly FileRule[] = []): Promise<void> {
    const { state, engine, clock, logger } = this.#deps;
    const savedAt = new Map<string, number>();
    for (const entry of this.#compileFiles(files)) this.#entries.set(entry.rule.id, entry);
    const fileRules = [...this.#entries.values()];
    for (const doc of await state.list('rule')) {
      try {
        const rule = compileRule(doc.id, doc.body);
        // A file must not keep the daemon from evaluating at all.
        this.#demandUniqueName(rule, fileRules);
        this.#entries.set(doc.id, { rule, version: doc.version, file: null });
        savedAt.set(doc.id, doc.updatedAt);
      } catch (error) {
        logger.error({ rule: doc.id, error: String(error) }, 'a saved rule cannot be used and is not evaluated');
      }
    }
    const now = clock.now();
    await engine.load([...this.#entries.values()].map(({ rule }) => ({ rule, savedAt: savedAt.get(rule.id) ?? now })));
  }

  /** Replaces the rules of files (reload). All are checked before any takes effect. */
  setFileRules(files: readonly FileRule[]): Promise<void> {
    return this.#exclusive(async () => {
      const { engine, clock } = this.#deps;
      const entries = this.#compileFiles(files);
      const kept = new Set(entries.map(entry => entry.rule.id));
      const gone = [...this.#entries.values()].filter(entry => entry.file !== null && !kept.has(entry.rule.id));
      for (const { rule } of gone) {
        this.#entries.delete(rule.id);
        await engine.remove(rule.id);
      }
      for (const entry of entries) {
        const unchanged = this.#entries.get(entry.rule.id)?.version === entry.version;
        this.#entries.set(entry.rule.id, entry);
        if (!unchanged) await engine.upsert({ rule: entry.rule, savedAt: clock.now() });
      }
    });
  }

  /** Throws as `setFileRules` would, and changes nothing. */
  checkFileRules(files: readonly FileRule[]): void {
    this.#compileFiles(files);
  }

  /** All rules, by name. */
  list(): readonly RuleView[] {
    return [...this.#entries.values()]
      .sort((a, b) => (a.rule.name < b.rule.name ? -1 : 1))
      .map(entry => this.#view(entry));
  }

  /** Throws `UserError` not-found. */
  get(id: string): RuleView {
    return this.#view(this.#entry(id));
  }

  /** Throws `UserError`: 422 for a document that cannot be read, 409 name-taken. */
  create(input: unknown, who: string): Promise<RuleView> {
    return this.#exclusive(async () => {
      const rule = await this.#check(randomUUID(), input);
      return this.#save(rule, null, null, who);
    });
  }

  /** Throws `UserError`: 404, 409 managed-by-file or name-taken, 412 version-conflict, 422. */
  update(id: string, input: unknown, ifMatch: string, who: string): Promise<RuleView> {
    return this.#exclusive(async () => {
      const entry = this.#own(id);
      const rule = await this.#check(id, input);
      return this.#save(rule, ifMatch, entry.rule.document, who);
    });
  }

  /** Deletes a rule; its alerts end as deleted. `ifMatch` null deletes whatever version. Throws as `update` does. */
  remove(id: string, ifMatch: string | null, who: string): Promise<void> {
    return this.#exclusive(async () => {
      const { state, engine } = this.#deps;
      const entry = this.#own(id);
      await withVersion(() => state.delete('rule', id, ifMatch ?? 'any'));
      this.#entries.delete(id);
      await engine.remove(id);
      await this.#audit(who, entry.rule.name, '', entry.rule.document as Json, null);
    });
  }

  /** What a rule would have done (`POST /rules/replay`). Throws `UserError`. */
  async replay(request: ReplayRequest, signal?: AbortSignal): Promise<RuleHistory> {
    const rule =
      'id' in request.rule ? this.#entry(request.rule.id).rule : compileRule('replay', request.rule.document);
    const { samples, from, to, asOf } = request;
    let { reader } = this.#deps;
    if (samples !== undefined) {
      const memory = new MemoryMetricStore();
      await memory.append(samples);
      reader = memory;
    }
    const names = await reader.names(signal);
    const resolve = createResolver(names.map(entry => entry.name));
    return replayRule({ rule, from, to, asOf, delayMs: this.#deps.delayMs, reader, resolve }, signal);
  }

  /** The next `n` (at most 100) runs of a schedule after `from`, ISO 8601. Throws `UserError` bad-schedule. */
  nextRuns(cron: string, zone: string, from: number, n: number): readonly string[] {
    return nextTicks(cron, zone, from, Math.min(n, 100)).map(t => new Date(t).toISOString());
  }

  async #check(id: string, input: unknown): Promise<Rule> {
    const rule = compileRule(id, input);
    this.#demandUniqueName(rule, this.#entries.values());
    try {
      const names = await this.#deps.reader.names();
      const resolve = createResolver(names.map(entry => entry.name));
      for (const { metric } of rule.metrics) resolve(metric);
    } catch (error) {
      // A store that is away says nothing about the rule; evaluation looks the names up again.
      if (!(error instanceof StoreAwayError)) throw error;
    }
    return rule;
  }

  async #save(rule: Rule, ifMatch: string | null, before: RuleDocument | null, who: string): Promise<RuleView> {
    const { state, engine, clock } = this.#deps;
    const version = await withVersion(() => state.put('rule', rule.id, rule.document as Json, ifMatch));
    const entry: Entry = { rule, version, file: null };
    this.#entries.set(rule.id, entry);
    await engine.upsert({ rule, savedAt: clock.now() });
    for (const field of before === null ? [] : changedFields(before, rule.document)) {
      await this.#audit(who, rule.name, field, fieldOf(before ?? rule.document, field), fieldOf(rule.document, field));
    }
    if (before === null) await this.#audit(who, rule.name, '', null, rule.document as Json);
    return this.#view(entry);
  }

  async #audit(who: string, name: string, field: string, before: Json, after: Json): Promise<void> {
    const at = this.#deps.clock.now();
    await this.#deps.state.appendAudit({ at, who, object: `rule/${name}`, field, before, after }, at);
  }

  #compileFiles(files: readonly FileRule[]): readonly Entry[] {
    const entries: Entry[] = [];
    for (const file of files) {
      const entry = compileFileRule(file);
      this.#demandUniqueName(entry.rule, [...entries, ...[...this.#entries.values()].filter(e => e.file === null)]);
      entries.push(entry);
    }
    return entries;
  }

  #demandUniqueName(rule: Rule, others: Iterable<Entry>): void {
    for (const { rule: other } of others) {
      if (other.id === rule.id || other.name !== rule.name) continue;
      const message = `another rule is named "${rule.name}"`;
      throw new UserError('name-taken', message, { status: 409, issues: [{ path: 'name', message }] });
    }
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new UserError('not-found', `there is no rule ${id}`, { status: 404 });
    return entry;
  }

  #own(id: string): Entry {
    const entry = this.#entry(id);
    if (entry.file !== null)
      throw new UserError('managed-by-file', `the rule is changed in ${entry.file}`, { status: 409 });
    return entry;
  }

  #view({ rule, version, file }: Entry): RuleView {
    const { engine, clock } = this.#deps;
    const { schedule, zone, enabled } = rule.document;
    return {
      ...rule.document,
      id: rule.id,
      version,
      ...(file === null ? {} : { file }),
      health: engine.health(rule.id),
      late_after_eval: engine.lateAfterEval(rule.id),
      next_runs: enabled ? this.nextRuns(schedule, zone, clock.now(), 5) : [],
    };
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

async function withVersion<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof VersionConflictError)) throw error;
    throw new UserError('version-conflict', 'the rule was changed meanwhile; read it again', {
      status: 412,
      cause: error,
    });
  }
}

function changedFields(before: RuleDocument, after: RuleDocument): readonly string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields].filter(field => JSON.stringify(fieldOf(before, field)) !== JSON.stringify(fieldOf(after, field)));
}

function fieldOf(document: RuleDocument, field: string): Json {
  return (document as { readonly [key: string]: Json | undefined })[field] ?? null;
}
