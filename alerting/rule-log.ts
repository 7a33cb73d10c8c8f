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
    const about = { at, who, id: rule.id, name: rule.name };
    if (before === null) return this.#audit({ ...about, field: '', before: null, after: rule.document as Json });
    for (const field of changedFields(before.rule.document, rule.document)) {
      const [from, to] = [fieldOf(before.rule.document, field), fieldOf(rule.document, field)];
      await this.#audit({ ...about, field, before: from, after: to });
    }
  }

  /** A rule was deleted, with all it said before; `keepTexts` for one that may come back. */
  async removed({ rule }: RuleEntry, who: string, keepTexts = false): Promise<void> {
    if (!keepTexts) await this.versions.forget(rule.id);
    const at = this.#clock.now();
    const { id, name } = rule;
    await this.#audit({ at, who, id, name, field: '', before: rule.document as Json, after: null });
  }

  async #audit(entry: {
    readonly at: number;
    readonly who: string;
    readonly id: string;
    readonly name: string;
    readonly field: string;
    readonly before: Json;
    readonly after: Json;
  }): Promise<void> {
    await this.#state.appendAudit({ ...entry, object: `rule/${entry.name}` }, entry.at);
  }
}

function changedFields(before: RuleDocument, after: RuleDocument): readonly string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields].filter(field => JSON.stringify(fieldOf(before, field)) !== JSON.stringify(fieldOf(after, field)));
}

function fieldOf(document: RuleDocument, field: string): Json {
  return (document as { readonly [key: string]: Json | undefined })[field] ?? null;
}
