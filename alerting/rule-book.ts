/** All rules a daemon evaluates, wherever they come from: one entry each, unique names, and the engine told of every change. */
import type { Clock } from '../model/clock.ts';
import { UserError } from '../model/errors.ts';
import type { Engine } from './engine.ts';
import type { Rule } from './evaluate/rule.ts';

/** Who says what a rule is: a person over the API, a file, or a part of the daemon (`source`) that people may overrule. */
export type RuleOrigin =
  | { readonly kind: 'api' }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'generated'; readonly source: string; readonly overridden: boolean };

export interface RuleEntry {
  readonly rule: Rule;
  readonly version: string;
  readonly origin: RuleOrigin;
}

/** The part of the engine that rules are handed to. */
export type RuleEngine = Pick<Engine, 'upsert' | 'remove'>;

export class RuleBook {
  readonly #engine: RuleEngine;
  readonly #clock: Clock;
  readonly #entries = new Map<string, RuleEntry>();
  readonly #idsByName = new Map<string, string>();

  constructor(engine: RuleEngine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  all(): Iterable<RuleEntry> {
    return this.#entries.values();
  }

  find(id: string): RuleEntry | undefined {
    return this.#entries.get(id);
  }

  named(name: string): RuleEntry | undefined {
    return this.#entries.get(this.#idsByName.get(name) ?? '');
  }

  /** Throws `UserError` not-found. */
  get(id: string): RuleEntry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new UserError('not-found', `there is no rule ${id}`, { status: 404 });
    return entry;
  }

  /** Enters a rule without telling the engine: at start it is handed all of them at once. */
  enter(entry: RuleEntry): void {
    const { id, name } = entry.rule;
    const before = this.#entries.get(id)?.rule.name;
    if (before !== undefined && before !== name) this.#idsByName.delete(before);
    this.#entries.set(id, entry);
    this.#idsByName.set(name, id);
  }

  /** Enters a new or changed rule; the engine goes by it from its next tick on. */
  async put(entry: RuleEntry): Promise<void> {
    this.enter(entry);
    await this.#engine.upsert({ rule: entry.rule, savedAt: this.#clock.now() });
  }

  /** Takes a rule out; its alerts end as deleted. */
  async drop(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry !== undefined && this.#idsByName.get(entry.rule.name) === id) this.#idsByName.delete(entry.rule.name);
    this.#entries.delete(id);
    await this.#engine.remove(id);
  }

  /** Throws `UserError` name-taken when a rule other than this one has its name. */
  demandFreeName(rule: Rule): void {
    const other = this.named(rule.name);
    if (other !== undefined && other.rule.id !== rule.id) throw nameTaken(rule.name);
  }
}

export function nameTaken(name: string): UserError {
  const message = `another rule is named "${name}"`;
  return new UserError('name-taken', message, { status: 409, issues: [{ path: 'name', message }] });
}
