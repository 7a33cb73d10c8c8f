import type { Clock } from '../model/clock.ts';
import type { Json } from '../model/json.ts';
import type { StateStore } from '../store/state-store.ts';
import type { RuleDocument } from './evaluate/document.ts';
import type { RuleEntry } from './rule-book.ts';
import { RuleVersions } from './rule-versions.ts';

/** Writes down who changed a rule and what it said: audit entries by field, and the texts for a rollback. */
export class RuleLog {
  readonly versions: RuleVersions;
  readonly #state: StateStore;
  readonly #clock: Clock;

  constructor(state: StateStore, clock: Clock) {
    this.versions = new RuleVersions(state);
    this.#state = state;
    this.#clock = clock;
  }

  /** A rule was saved; `before` null: it is new. */
  async saved(entry: RuleEntry, before: RuleEntry | null, who: string): Promise<void> {
    const at = this.#clock.now();
    const { rule, version } = entry;
    const earlier = before === null ? [] : [{ version: before.version, at, who: '', document: before.rule.document }];
    await this.versions.add(rule.id, [...earlier, { version, at, who, document: rule.document }]);
    if (before === null) return this.#audit(who, rule.name, '', null, rule.document as Json);
    for (const field of changedFields(before.rule.document, rule.document))
      await this.#audit(who, rule.name, field, fieldOf(before.rule.document, field), fieldOf(rule.document, field));
  }

  /** A rule was deleted, with all it said before; `keepTexts` for one that may come back. */
  async removed({ rule }: RuleEntry, who: string, keepTexts = false): Promise<void> {
    if (!keepTexts) await this.versions.forget(rule.id);
    await this.#audit(who, rule.name, '', rule.document as Json, null);
  }

  async #audit(who: string, name: string, field: string, before: Json, after: Json): Promise<void> {
    const at = this.#clock.now();
    await this.#state.appendAudit({ at, who, object: `rule/${name}`, field, before, after }, at);
  }
}

function changedFields(before: RuleDocument, after: RuleDocument): readonly string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields].filter(field => JSON.stringify(fieldOf(before, field)) !== JSON.stringify(fieldOf(after, field)));
}

function fieldOf(document: RuleDocument, field: string): Json {
  return (document as { readonly [key: string]: Json | undefined })[field] ?? null;
}
