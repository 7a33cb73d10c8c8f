import { UserError, VersionConflictError } from '../model/errors.ts';
import type { StateStore } from '../store/state-store.ts';
import type { RuleDocument } from './evaluate/document.ts';

/** A text a rule once had. JSON (an alias, so that it counts as `Json`). Times are epoch ms. */
export type RuleVersion = {
  readonly version: string;
  readonly at: number;
  readonly who: string;
  readonly document: RuleDocument;
};

/** Versions kept of a rule, newest first. */
const KEPT = 50;

/**
 * What rules said before: one document a rule (`rule_version`), the newest 50 texts in it. Written after the rule itself, so a crash
 * in between loses a version's author, never a rule; the next save adds the text that is missing.
 */
export class RuleVersions {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** Newest first. */
  async list(ruleId: string): Promise<readonly RuleVersion[]> {
    const doc = await this.#state.get<{ readonly versions: readonly RuleVersion[] }>('rule_version', ruleId);
    return doc?.body.versions ?? [];
  }

  /** Adds versions, oldest first; one that is known already stays as it was. */
  async add(ruleId: string, versions: readonly RuleVersion[]): Promise<void> {
    const known = await this.list(ruleId);
    const fresh = versions.filter(({ version }) => !known.some(old => old.version === version));
    if (fresh.length === 0) return;
    const kept = [...fresh.toReversed(), ...known].slice(0, KEPT);
    await this.#state.put('rule_version', ruleId, { versions: kept }, 'any');
  }

  async forget(ruleId: string): Promise<void> {
    await this.#state.delete('rule_version', ruleId, 'any');
  }
}

/** Throws `UserError` version-conflict (412) when the rule is not at the version a person read; null asks for none. */
export function demandVersion(entry: { readonly version: string }, ifMatch: string | null): void {
  if (ifMatch !== null && ifMatch !== entry.version) throw changedMeanwhile();
}

/** A write that another's overtook fails as `version-conflict` (412). */
export async function withVersion<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof VersionConflictError)) throw error;
    throw changedMeanwhile(error);
  }
}

function changedMeanwhile(cause?: unknown): UserError {
  return new UserError('version-conflict', 'the rule was changed meanwhile; read it again', { status: 412, cause });
}
