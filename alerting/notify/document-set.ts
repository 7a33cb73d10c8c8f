/**
 * Documents that people manage (receivers, routes, silences, inhibitions, rotas): kept in the state store or given by the configuration, checked,
 * versioned, audited, and compiled for use. One set a kind, in memory; the daemon that evaluates is the only one that writes.
 */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Clock } from '../../model/clock.ts';
import { UserError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { DocKind, StateStore } from '../../store/state-store.ts';
import { decideBatch, finishBatch } from './document-batch.ts';
import { documentTitle } from './document-title.ts';

/** A document as it was written. */
export type Written = { readonly [field: string]: Json | undefined };

/** What one kind of document is. */
export interface DocumentKind<Document, Compiled> {
  readonly kind: DocKind;
  readonly schema: z.ZodType<Document>;
  /** Documents of this kind kept at most. */
  readonly limit: number;
  compile(id: string, document: Document): Compiled;
  /** Its name where it must be the only one of it; null where names do not matter. */
  nameOf?(document: Document): string | null;
  /** What is written beside what was sent (who, when). */
  complete?(written: Written, by: { readonly who: string; readonly now: number }): Written;
}

/** A document as it is shown. */
export type DocumentView = Written & { readonly id: string; readonly version: string; readonly managed: boolean };

/** A document in use. */
export interface Held<Document, Compiled> {
  readonly id: string;
  readonly version: string;
  /** Comes from the configuration. */
  readonly managed: boolean;
  readonly written: Written;
  readonly document: Document;
  readonly compiled: Compiled;
}

export interface DocumentSetOptions {
  readonly state: Pick<StateStore, 'get' | 'list' | 'put' | 'delete' | 'appendAudit'>;
  readonly clock: Clock;
  readonly logger: { error(fields: object, message: string): void };
}

export class DocumentSet<Document, Compiled> {
  readonly #kind: DocumentKind<Document, Compiled>;
  readonly #options: DocumentSetOptions;
  #held = new Map<string, Held<Document, Compiled>>();
  /** Changes are made one after the other: each is judged by what the one before it left. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What was decided for several documents is not written to all of them yet. */
  #unfinished = false;

  constructor(kind: DocumentKind<Document, Compiled>, options: DocumentSetOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  /**
   * Reads what is stored and takes over the configuration's documents; those come first. A stored one that cannot be used any more is
   * logged and left out. Throws `UserError` for a bad managed one, and changes nothing then.
   */
  load(managed: readonly Written[]): Promise<void> {
    return this.#inTurn(() => this.#load(managed));
  }

  async #load(managed: readonly Written[]): Promise<void> {
    const next = new Map<string, Held<Document, Compiled>>();
    managed.forEach((written, i) => {
      const id = `config-${i}`;
      next.set(id, this.#open(id, 'file', written, true));
    });
    await finishBatch(this.#options.state, this.#kind.kind);
    for (const doc of await this.#options.state.list<Written>(this.#kind.kind)) {
      try {
        next.set(doc.id, this.#open(doc.id, doc.version, doc.body, false));
      } catch (error) {
        const fields = { kind: this.#kind.kind, id: doc.id, error: String(error) };
        this.#options.logger.error(fields, 'a stored document cannot be used');
      }
    }
    this.#held = next;
    this.#unfinished = false;
  }

  /** Everything in use: the configuration's in its order, then by age. */
  all(): readonly Held<Document, Compiled>[] {
    return [...this.#held.values()];
  }

  list(): readonly DocumentView[] {
    return this.all().map(view);
  }

  /** Throws `UserError` not-found. */
  get(id: string): Held<Document, Compiled> {
    const held = this.#held.get(id);
    if (held === undefined) throw new UserError('not-found', `there is no ${this.#kind.kind} ${id}`, { status: 404 });
    return held;
  }

  /** Reads a document as `create` would, and keeps nothing. Throws `UserError` bad-request with every issue. */
  parse(written: Written): Compiled {
    return this.#open('preview', '', written, false).compiled;
  }

  /** Throws `UserError`: bad-request with every issue, name-taken, or overloaded when the set is full. */
  create(sent: Written, who: string): Promise<DocumentView> {
    return this.#inTurn(async () => {
      const { kind, limit } = this.#kind;
      if (this.#held.size >= limit)
        throw new UserError('overloaded', `there are ${limit} of kind ${kind} already; delete some`, { status: 409 });
      // Ids rise with time: the order of a list is the order in which documents were made.
      const id = `${this.#options.clock.now().toString(36).padStart(9, '0')}-${randomUUID().slice(0, 8)}`;
      const held = this.#open(id, '', this.#completed(sent, who), false);
      this.#demandName(held);
      return this.#save(null, held, null, who);
    });
  }

  /** Throws `UserError`: also 404 and managed-by-file (409). Rejects with `VersionConflictError` (412). */
  update(id: string, sent: Written, expected: string | 'any', who: string): Promise<DocumentView> {
    return this.#inTurn(async () => {
      const before = this.own(id);
      const held = this.#open(id, '', this.#completed(sent, who), false);
      this.#demandName(held);
      return this.#save(before, held, expected, who);
    });
  }

  /**
   * Replaces the documents that `change` answers by id, all or none of them, also across a crash. Throws `UserError` as `update` does, and what
   * `change` throws; then nothing is changed.
   */
  updateAll(
    change: (held: readonly Held<Document, Compiled>[]) => ReadonlyMap<string, Written>,
    who: string,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const pairs = [...change(this.all())].map(([id, sent]) => {
        const before = this.own(id);
        const after = this.#open(id, before.version, this.#completed(sent, who), false);
        this.#demandName(after);
        return { before, after };
      });
      if (pairs.length === 0) return;
      const { state, logger } = this.#options;
      const { kind } = this.#kind;
      await decideBatch(
        state,
        kind,
        pairs.map(({ after: { id, version, written } }) => ({ id, version, body: asJson(written) })),
      );
      this.#unfinished = true;
      for (const { after } of pairs) this.#held.set(after.id, after);
      await this.#finish().catch(error =>
        logger.error({ kind, error: String(error) }, 'documents that were replaced together are still to be written'),
      );
      for (const { before, after } of pairs) await this.#audit(before, after, who);
    });
  }

  remove(id: string, expected: string | 'any', who: string): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.own(id);
      await this.#options.state.delete(this.#kind.kind, id, expected);
      this.#held.delete(id);
      await this.#audit(before, null, who);
    });
  }

  /** A document that may be changed here. Throws `UserError`: 404, or managed-by-file (409). */
  own(id: string): Held<Document, Compiled> {
    const held = this.get(id);
    if (!held.managed) return held;
    throw new UserError('managed-by-file', `the ${this.#kind.kind} comes from the configuration and is changed there`, {
      status: 409,
    });
  }

  /** Runs a change after those before it, and after what one of them left to be written. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      if (this.#unfinished) await this.#finish();
      return work();
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #finish(): Promise<void> {
    for (const [id, version] of await finishBatch(this.#options.state, this.#kind.kind)) {
      const held = this.#held.get(id);
      if (held) this.#held.set(id, { ...held, version });
    }
    this.#unfinished = false;
  }

  #completed(sent: Written, who: string): Written {
    return this.#kind.complete?.(sent, { who, now: this.#options.clock.now() }) ?? sent;
  }

  #open(id: string, version: string, written: Written, managed: boolean): Held<Document, Compiled> {
    const { kind, schema, compile } = this.#kind;
    const parsed = schema.safeParse(written);
    if (!parsed.success) {
      const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      const text = issues
        .map(issue => (issue.path === '' ? issue.message : `${issue.path}: ${issue.message}`))
        .join('; ');
      throw new UserError('bad-request', `${kind}: ${text}`, { issues });
    }
    return { id, version, managed, written, document: parsed.data, compiled: compile(id, parsed.data) };
  }

  #demandName(held: Held<Document, Compiled>): void {
    const name = this.#kind.nameOf?.(held.document) ?? null;
    if (name === null) return;
    for (const other of this.#held.values()) {
      if (other.id === held.id || this.#kind.nameOf?.(other.document) !== name) continue;
      const message = `another ${this.#kind.kind} is named "${name}"`;
      throw new UserError('name-taken', message, { status: 409, issues: [{ path: 'name', message }] });
    }
  }

  async #save(
    before: Held<Document, Compiled> | null,
    after: Held<Document, Compiled>,
    expected: string | null,
    who: string,
  ): Promise<DocumentView> {
    const version = await this.#options.state.put(this.#kind.kind, after.id, asJson(after.written), expected);
    const held = { ...after, version };
    this.#held.set(after.id, held);
    await this.#audit(before, held, who);
    return view(held);
  }

  /** One entry per field that changed; one for the whole document when it is new or gone. */
  async #audit(
    before: Held<Document, Compiled> | null,
    after: Held<Document, Compiled> | null,
    who: string,
  ): Promise<void> {
    const at = this.#options.clock.now();
    const id = (after ?? before)?.id ?? '';
    const name = documentTitle((after ?? before)?.written ?? {});
    const about = { at, who, object: `${this.#kind.kind}/${id}`, id, name };
    const put = (field: string, from: Json, to: Json): Promise<void> =>
      this.#options.state.appendAudit({ ...about, field, before: from, after: to }, at);
    if (before === null || after === null) {
      await put('', (before?.written ?? null) as Json, (after?.written ?? null) as Json);
      return;
    }
    for (const field of new Set([...Object.keys(before.written), ...Object.keys(after.written)])) {
      const [from, to] = [before.written[field] ?? null, after.written[field] ?? null];
      if (JSON.stringify(from) !== JSON.stringify(to)) await put(field, from, to);
    }
  }
}

/** Without the fields that are undefined. */
function asJson(written: Written): Json {
  return JSON.parse(JSON.stringify(written)) as Json;
}

/** The document as it was written, with its id and version. */
export function view(held: Held<unknown, unknown>): DocumentView {
  return { ...held.written, id: held.id, version: held.version, managed: held.managed };
}
