import { UserError } from '../model/errors.ts';
import type { LogFacetField, LogGroupCount } from './log-store.ts';

/** Gathers counts by group and step, as the stores find them in pieces; bounded in groups and in counts. */
export class LogGroupCounts {
  readonly #fields: readonly LogFacetField[];
  readonly #limit: number;
  readonly #groups = new Map<string, { readonly values: readonly string[]; readonly steps: Map<number, number> }>();
  #counts = 0;

  constructor(fields: readonly LogFacetField[], limit: number) {
    this.#fields = fields;
    this.#limit = limit;
  }

  /** `values` in the order of the fields. Throws `UserError` too-many-groups. */
  add(values: readonly string[], step: number, n: number): void {
    const key = values.join('\u0001');
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= this.#limit) throw tooMany(`${this.#limit} groups`);
      group = { values, steps: new Map() };
      this.#groups.set(key, group);
    }
    const before = group.steps.get(step);
    if (before === undefined && ++this.#counts > MAX_COUNTS) throw tooMany(`${MAX_COUNTS} counts`);
    group.steps.set(step, (before ?? 0) + n);
  }

  /** Groups with lines, their steps ascending. */
  all(): readonly LogGroupCount[] {
    const found: LogGroupCount[] = [];
    for (const { values, steps } of this.#groups.values()) {
      const counts = [...steps].filter(([, n]) => n > 0).sort(([a], [b]) => a - b);
      if (counts.length === 0) continue;
      found.push({ values: Object.fromEntries(this.#fields.map((field, i) => [field, values[i] ?? ''])), counts });
    }
    return found;
  }
}

/** Counts one answer may hold. */
const MAX_COUNTS = 2_000_000;

function tooMany(what: string): UserError {
  return new UserError('too-many-groups', `the log query gives more than ${what}; narrow it or group by less`);
}
