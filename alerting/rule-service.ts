/** Rules as users manage them: checked, versioned, named uniquely, audited; the engine hears of every change. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../model/clock.ts';
import { formatDuration } from '../model/duration.ts';
import { StoreAwayError, UserError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import type { StateStore } from '../store/state-store.ts';
import type { Engine } from './engine.ts';
import type { RuleDocumentInput } from './evaluate/document.ts';
import type { LogReader } from './evaluate/frame.ts';
import type { RuleHistory } from './evaluate/record.ts';
import { createResolver } from './evaluate/resolve.ts';
import { compileRule, type Rule } from './evaluate/rule.ts';
import { nextTicks } from './evaluate/schedule.ts';
import { compileFileRule, type FileRule } from './file-rule.ts';
import { type GeneratedOutcome, GeneratedRules, type OptedOutRule } from './generated/generated-rules.ts';
import { nameTaken, RuleBook, type RuleEntry } from './rule-book.ts';
import { RuleLog } from './rule-log.ts';
import { type ReplayRequest, replayRequest } from './rule-replay.ts';
import { RuleTools, type RuleToolsDeps } from './rule-tools.ts';
import { demandVersion, type RuleVersion, withVersion } from './rule-versions.ts';
import type { RuleView } from './rule-view.ts';

export interface RuleServiceDeps {
  readonly state: StateStore;
  readonly engine: Pick<
    Engine,
    'load' | 'upsert' | 'remove' | 'health' | 'lateAfterEval' | 'suggestedDelay' | 'history'
  >;
  readonly reader: RuleToolsDeps['reader'];
  /** Lines for rules over logs; without it they find none. */
  readonly logs?: LogReader;
  readonly clock: Clock;
  readonly logger: { error(fields: object, message: string): void };
  /** Delay of rules that name none (`alerting.delay`), ms. */
  readonly delayMs: number;
}

export type RuleService = InstanceType<typeof Rules>;

/** Does no I/O; `start` loads the rules. */
export function createRuleService(deps: RuleServiceDeps): RuleService {
  return new Rules(deps);
}

class Rules {
  readonly #deps: RuleServiceDeps;
  readonly #book: RuleBook;
  readonly #log: RuleLog;
  readonly #generated: GeneratedRules;
  /** Preview and explanation. */
  readonly tools: RuleTools;
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: RuleServiceDeps) {
    this.#deps = deps;
    this.#book = new RuleBook(deps.engine, deps.clock);
    this.#log = new RuleLog(deps.state, deps.clock);
    this.#generated = new GeneratedRules(deps.state, this.#book, this.#log);
    this.tools = new RuleTools({
      ...deps,
      history: (id, from, to) => deps.engine.history(id, from, to),
      compiled: id => this.#book.get(id).rule,
      versions: id => this.versions(id),
    });
  }

  /** Loads all rules and hands them to the engine. Throws `UserError` for a file rule that cannot be read. */
  async start(files: readonly FileRule[] = []): Promise<void> {
    const { state, engine, clock, logger } = this.#deps;
    const savedAt = new Map<string, number>();
    const fail = (rule: string, error: unknown): void =>
      logger.error({ rule, error: String(error) }, 'a saved rule cannot be used and is not evaluated');
    for (const entry of this.#compileFiles(files)) this.#book.enter(entry);
    for (const doc of await state.list('rule')) {
      try {
        const rule = compileRule(doc.id, doc.body);
        // A file must not keep the daemon from evaluating at all: its rule goes first.
        this.#book.demandFreeName(rule);
        this.#book.enter({ rule, version: doc.version, origin: { kind: 'api' } });
        savedAt.set(doc.id, doc.updatedAt);
      } catch (error) {
        fail(doc.id, error);
      }
    }
    await this.#generated.load(fail);
    const now = clock.now();
    await engine.load([...this.#book.all()].map(({ rule }) => ({ rule, savedAt: savedAt.get(rule.id) ?? now })));
  }

  /** Replaces the rules of files (reload). All are checked before any takes effect. */
  setFileRules(files: readonly FileRule[]): Promise<void> {
    return this.#exclusive(async () => {
      const entries = this.#compileFiles(files);
      const kept = new Set(entries.map(entry => entry.rule.id));
      for (const entry of [...this.#book.all()]) {
        if (entry.origin.kind !== 'file' || kept.has(entry.rule.id)) continue;
        await this.#book.drop(entry.rule.id);
        await this.#log.removed(entry, entry.origin.file);
      }
      for (const entry of entries) {
        const before = this.#book.find(entry.rule.id) ?? null;
        if (before?.version === entry.version) {
          this.#book.enter(entry);
          continue;
        }
        // A generated rule gives way to a person's of the same name.
        const rival = this.#book.named(entry.rule.name);
        if (rival?.origin.kind === 'generated') await this.#book.drop(rival.rule.id);
        await this.#book.put(entry);
        await this.#log.saved(entry, before, entry.origin.file);
      }
    });
  }

  /** Throws as `setFileRules` would, and changes nothing. */
  checkFileRules(files: readonly FileRule[]): void {
    this.#compileFiles(files);
  }

  /**
   * Takes all rules a part of the daemon (`source`) wants evaluated now, as ordinary documents: those it no longer names end as
   * deleted. People see them with origin `generated`; what they change (an override) or delete (an opt-out) is kept, whatever the
   * source says afterwards. Documents that cannot be taken are answered, never thrown. Cheap when nothing changed.
   */
  setGeneratedRules(source: string, documents: readonly RuleDocumentInput[]): Promise<GeneratedOutcome> {
    return this.#exclusive(() => this.#generated.set(source, documents));
  }

  /** Generated rules that were deleted: `restore` brings them back. */
  optedOut(): readonly OptedOutRule[] {
    return this.#generated.optedOut();
  }

  /** A generated rule as its source wrote it, overrides and opt-outs undone. Throws `UserError` not-found. */
  restore(id: string, who: string): Promise<RuleView> {
    return this.#exclusive(async () => this.#view(await this.#generated.restore(id, who)));
  }

  /** All rules, by name. */
  list(): readonly RuleView[] {
    return [...this.#book.all()].sort((a, b) => (a.rule.name < b.rule.name ? -1 : 1)).map(entry => this.#view(entry));
  }

  /** Throws `UserError` not-found. */
  get(id: string): RuleView {
    return this.#view(this.#book.get(id));
  }

  /** The rule ready to be evaluated; null when there is none. */
  compiled(id: string): Rule | null {
    return this.#book.find(id)?.rule ?? null;
  }

  /** Throws `UserError`: 422 for a document that cannot be read, 409 name-taken. */
  create(input: unknown, who: string): Promise<RuleView> {
    return this.#exclusive(async () => this.#save(await this.#check(randomUUID(), input), null, who));
  }

  /** Throws `UserError`: 404, 409 managed-by-file or name-taken, 412 version-conflict, 422. */
  update(id: string, input: unknown, ifMatch: string, who: string): Promise<RuleView> {
    return this.#exclusive(async () => this.#replace(this.#own(id), input, ifMatch, who));
  }

  /** Deletes a rule; its alerts end as deleted. `ifMatch` null deletes whatever version. Throws as `update` does. */
  remove(id: string, ifMatch: string | null, who: string): Promise<void> {
    return this.#exclusive(async () => {
      const entry = this.#own(id);
      if (entry.origin.kind === 'generated') {
        demandVersion(entry, ifMatch);
        return withVersion(() => this.#generated.optOut(entry, who));
      }
      await withVersion(() => this.#deps.state.delete('rule', id, ifMatch ?? 'any'));
      await this.#book.drop(id);
      await this.#log.removed(entry, who);
    });
  }

  /** What the rule said before, newest first, what it says now among it. Throws `UserError` not-found. */
  async versions(id: string): Promise<readonly RuleVersion[]> {
    const { rule, version } = this.#book.get(id);
    const versions = await this.#log.versions.list(id);
    if (versions.some(known => known.version === version)) return versions;
    return [{ version, at: this.#deps.clock.now(), who: '', document: rule.document }, ...versions];
  }

  /** Saves an earlier text again, as a new version. `ifMatch` null rolls back whatever version. Throws as `update` does. */
  rollback(id: string, version: string, ifMatch: string | null, who: string): Promise<RuleView> {
    return this.#exclusive(async () => {
      const entry = this.#own(id);
      const earlier = (await this.#log.versions.list(id)).find(known => known.version === version);
      if (earlier === undefined)
        throw new UserError('not-found', `the rule has no version ${version}`, { status: 404 });
      return this.#replace(entry, earlier.document, ifMatch ?? entry.version, who);
    });
  }

  /** What a rule would have done (`POST /rules/replay`). Throws `UserError`. */
  async replay(request: ReplayRequest, signal?: AbortSignal): Promise<RuleHistory> {
    const rule =
      'id' in request.rule ? this.#book.get(request.rule.id).rule : compileRule('replay', request.rule.document);
    return replayRequest(rule, request, this.#deps, signal);
  }

  /** The next `n` (at most 100) runs of a schedule after `from`, ISO 8601. Throws `UserError` bad-schedule. */
  nextRuns(cron: string, zone: string, from: number, n: number): readonly string[] {
    return nextTicks(cron, zone, from, Math.min(n, 100)).map(t => new Date(t).toISOString());
  }

  async #check(id: string, input: unknown): Promise<Rule> {
    const rule = compileRule(id, input);
    this.#book.demandFreeName(rule);
    try {
      const names = await this.#deps.reader.names();
      const resolve = createResolver(names.map(entry => entry.name));
      for (const { source } of rule.metrics) if (source.kind === 'metric') resolve(source.metric);
    } catch (error) {
      // A store that is away says nothing about the rule; evaluation looks the names up again.
      if (!(error instanceof StoreAwayError)) throw error;
    }
    return rule;
  }

  async #replace(entry: RuleEntry, input: unknown, ifMatch: string, who: string): Promise<RuleView> {
    const rule = await this.#check(entry.rule.id, input);
    if (entry.origin.kind !== 'generated') return this.#save(rule, { entry, ifMatch }, who);
    demandVersion(entry, ifMatch);
    return this.#view(await withVersion(() => this.#generated.override(entry, rule.document as Json, who)));
  }

  async #save(
    rule: Rule,
    before: { readonly entry: RuleEntry; readonly ifMatch: string } | null,
    who: string,
  ): Promise<RuleView> {
    const { state } = this.#deps;
    const version = await withVersion(() => state.put('rule', rule.id, rule.document as Json, before?.ifMatch ?? null));
    const entry: RuleEntry = { rule, version, origin: { kind: 'api' } };
    await this.#book.put(entry);
    await this.#log.saved(entry, before?.entry ?? null, who);
    return this.#view(entry);
  }

  #compileFiles(files: readonly FileRule[]) {
    const names = new Set<string>();
    return files.map(file => {
      const entry = compileFileRule(file);
      const { name } = entry.rule;
      if (names.has(name) || this.#book.named(name)?.origin.kind === 'api') throw nameTaken(name);
      names.add(name);
      return entry;
    });
  }

  #own(id: string): RuleEntry {
    const entry = this.#book.get(id);
    if (entry.origin.kind === 'file')
      throw new UserError('managed-by-file', `the rule is changed in ${entry.origin.file}`, { status: 409 });
    return entry;
  }

  #view({ rule, version, origin }: RuleEntry): RuleView {
    const { engine, clock } = this.#deps;
    const { schedule, zone, enabled } = rule.document;
    const suggested = engine.suggestedDelay(rule.id);
    return {
      ...rule.document,
      id: rule.id,
      version,
      origin: origin.kind,
      ...(origin.kind === 'file' ? { file: origin.file } : {}),
      ...(origin.kind === 'generated' ? { source: origin.source, overridden: origin.overridden } : {}),
      health: engine.health(rule.id),
      late_after_eval: engine.lateAfterEval(rule.id),
      ...(suggested === null ? {} : { suggested_delay: formatDuration(suggested) }),
      next_runs: enabled ? this.nextRuns(schedule, zone, clock.now(), 5) : [],
    };
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
