/**
 * Rules the daemon writes itself (per job, per report): what a source says, what people made of it, and whether they want it at all.
 * One stored document a rule (`generated_rule`), so that states and overrides outlive a restart before the source speaks again.
 */
import { createHash } from 'node:crypto';
import { UserError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { RuleDocumentInput } from '../evaluate/document.ts';
import { compileRule } from '../evaluate/rule.ts';
import type { RuleBook, RuleEntry } from '../rule-book.ts';
import type { RuleLog } from '../rule-log.ts';

/** What became of the documents a source gave. */
export interface GeneratedOutcome {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Documents that were not taken, and why: a name a person uses, a mistake, too many. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/** A generated rule people do not want. */
export interface OptedOutRule {
  readonly id: string;
  readonly name: string;
  readonly source: string;
}

/** As stored (an alias, so that it counts as `Json`). */
type Stored = {
  readonly source: string;
  /** What the source says; null: it no longer does, and only the override or the opt-out is remembered. */
  readonly document: Json;
  readonly override: Json;
  readonly opted_out: boolean;
};

interface Known {
  readonly body: Stored;
  readonly docVersion: string;
}

/** Generated rules of all sources together, remembered overrides included. */
const MAX_GENERATED = 20_000;

export class GeneratedRules {
  readonly #state: StateStore;
  readonly #book: RuleBook;
  readonly #log: RuleLog;
  readonly #known = new Map<string, Known>();

  constructor(state: StateStore, book: RuleBook, log: RuleLog) {
    this.#state = state;
    this.#book = book;
    this.#log = log;
  }

  /** Enters the rules as they stood; `fail` hears of one that cannot be used any more. */
  async load(fail: (id: string, error: unknown) => void): Promise<void> {
    for (const { id, version, body } of await this.#state.list<Stored>('generated_rule')) {
      this.#known.set(id, { body, docVersion: version });
      try {
        const entry = entryOf(id, body);
        if (entry === null) continue;
        this.#book.demandFreeName(entry.rule);
        this.#book.enter(entry);
      } catch (error) {
        fail(id, error);
      }
    }
  }

  /** Takes what a source says now: all of its rules; those it no longer names end. */
  async set(source: string, documents: readonly RuleDocumentInput[]): Promise<GeneratedOutcome> {
    const outcome = { added: 0, changed: 0, removed: 0, refused: [] as { name: string; reason: string }[] };
    const named = new Set<string>();
    for (const document of documents) {
      const id = idOf(source, document.name);
      if (named.has(id)) {
        outcome.refused.push({ name: document.name, reason: 'the source gave two rules of this name' });
        continue;
      }
      named.add(id);
      const known = this.#known.get(id);
      const taken = this.#book.find(id) !== undefined || known?.body.opted_out === true;
      if (known !== undefined && taken && JSON.stringify(known.body.document) === JSON.stringify(document)) continue;
      try {
        await this.#take(id, source, document);
        if (known === undefined || known.body.document === null) outcome.added++;
        else outcome.changed++;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        outcome.refused.push({ name: document.name, reason: error.message });
      }
    }
    for (const [id, { body }] of [...this.#known]) {
      if (body.source !== source || named.has(id) || body.document === null) continue;
      await this.#dismiss(id, body);
      outcome.removed++;
    }
    return outcome;
  }

  /** A person's text in place of the source's; equal to it, it overrules nothing. */
  async override(entry: RuleEntry, document: Json, who: string): Promise<RuleEntry> {
    const { id } = entry.rule;
    const { body } = this.#get(id);
    const generated = body.document === null ? null : (compileRule(id, body.document).document as Json);
    const same = JSON.stringify(generated) === JSON.stringify(compileRule(id, document).document);
    return this.#change(id, { ...body, override: same ? null : document }, entry, who);
  }

  /** The rule is not wanted: it ends and does not come back until `restore`. */
  async optOut(entry: RuleEntry, who: string): Promise<void> {
    const { id } = entry.rule;
    await this.#write(id, { ...this.#get(id).body, opted_out: true });
    await this.#book.drop(id);
    await this.#log.removed(entry, who, true);
  }

  /** Back to what the source says, whatever people had made of it. Throws `UserError` not-found. */
  async restore(id: string, who: string): Promise<RuleEntry> {
    const { body } = this.#get(id);
    if (body.document === null) throw notFound(id);
    return this.#change(id, { ...body, override: null, opted_out: false }, this.#book.find(id) ?? null, who);
  }

  optedOut(): readonly OptedOutRule[] {
    return [...this.#known].flatMap(([id, { body }]) => {
      if (!body.opted_out || body.document === null) return [];
      return [{ id, name: String((body.document as { readonly name?: Json }).name), source: body.source }];
    });
  }

  async #take(id: string, source: string, document: RuleDocumentInput): Promise<void> {
    const known = this.#known.get(id)?.body;
    if (known === undefined && this.#known.size >= MAX_GENERATED)
      throw new UserError('overloaded', `there are ${MAX_GENERATED} generated rules already`);
    const body: Stored = {
      source,
      document: document as Json,
      override: known?.override ?? null,
      opted_out: known?.opted_out ?? false,
    };
    const before = this.#book.find(id) ?? null;
    const entry = entryOf(id, body);
    // A document that cannot be read is refused even while an override hides it.
    compileRule(id, document);
    if (entry !== null) this.#book.demandFreeName(entry.rule);
    await this.#write(id, body);
    if (entry === null || entry.version === before?.version) return;
    await this.#book.put(entry);
    await this.#log.saved(entry, before, `tidewatch (${source})`);
  }

  async #dismiss(id: string, body: Stored): Promise<void> {
    const entry = this.#book.find(id);
    const remembered = body.override !== null || body.opted_out;
    if (remembered) await this.#write(id, { ...body, document: null });
    else {
      await this.#state.delete('generated_rule', id, 'any');
      this.#known.delete(id);
    }
    if (entry === undefined) return;
    await this.#book.drop(id);
    await this.#log.removed(entry, `tidewatch (${body.source})`, remembered);
  }

  async #change(id: string, body: Stored, before: RuleEntry | null, who: string): Promise<RuleEntry> {
    const entry = entryOf(id, body);
    if (entry === null) throw notFound(id);
    this.#book.demandFreeName(entry.rule);
    await this.#write(id, body);
    await this.#book.put(entry);
    await this.#log.saved(entry, before, who);
    return entry;
  }

  async #write(id: string, body: Stored): Promise<void> {
    const expected = this.#known.get(id)?.docVersion ?? null;
    const docVersion = await this.#state.put('generated_rule', id, body, expected);
    this.#known.set(id, { body, docVersion });
  }

  #get(id: string): Known {
    const known = this.#known.get(id);
    if (known === undefined) throw notFound(id);
    return known;
  }
}

/** The rule as it stands; null while nobody wants it. Its version is its text's, so that what a source repeats is no change. */
function entryOf(id: string, { source, document, override, opted_out }: Stored): RuleEntry | null {
  if (document === null || opted_out) return null;
  const rule = compileRule(id, override ?? document);
  const version = createHash('sha256').update(JSON.stringify(rule.document)).digest('hex').slice(0, 16);
  return { rule, version, origin: { kind: 'generated', source, overridden: override !== null } };
}

function idOf(source: string, name: string): string {
  return `gen-${createHash('sha256').update(`${source}\n${name}`).digest('hex').slice(0, 16)}`;
}

function notFound(id: string): UserError {
  return new UserError('not-found', `there is no generated rule ${id}`, { status: 404 });
}
