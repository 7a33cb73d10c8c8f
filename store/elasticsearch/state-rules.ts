/**
 * Rule states on single-document commits. A rule's groups lie in chunk documents of at most 500, whose ids carry a random attempt; its
 * cursor document lists the chunks that count and is written last, under its version: until then the new chunks are nothing. Intents
 * lie in chunks of their own; history goes along inside the cursor document and is laid out after the commit, or by the next reader.
 */
import { randomBytes } from 'node:crypto';
import { VersionConflictError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { StoredIntent, StoredRuleState, TickCommit } from '../state-store.ts';
import type { StateDocument, StateDocuments } from './state-documents.ts';

const CHUNK_GROUPS = 500;

interface IntentChunk {
  readonly chunk: string;
  /** Commit order within the rule's life; wall-clock free. */
  readonly n: number;
}

/** The cursor document's content. */
interface RuleHead {
  readonly cursor: Json;
  /** Chunk per bucket; a group's bucket is a function of its key. */
  readonly buckets: readonly (string | null)[];
  readonly intents: readonly IntentChunk[];
  readonly ticks: readonly { readonly t: number; readonly body: Json }[];
  readonly commits: number;
  /** True when the rule is gone but some of its intents are not consumed yet. */
  readonly dropped: boolean;
}

interface Loaded {
  /** When it was read or written: by how many reads and writes of this process it was preceded. */
  readonly n: number;
  version: string;
  head: RuleHead;
  groups: Map<string, Json>;
  intents: Map<string, { readonly body: Json; readonly n: number; readonly order: number; readonly chunk: string }>;
}

const EMPTY: RuleHead = { cursor: null, buckets: [null], intents: [], ticks: [], commits: 0, dropped: false };

export class StateRules {
  readonly #docs: StateDocuments;
  readonly #loaded = new Map<string, Loaded>();
  /** Reads and writes so far. */
  #n = 0;

  constructor(docs: StateDocuments) {
    this.#docs = docs;
  }

  async loadAll(signal?: AbortSignal): Promise<StoredRuleState[]> {
    await this.#loadEverything(signal);
    return [...this.#loaded]
      .filter(([, rule]) => !rule.head.dropped)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([ruleId, rule]) => ({
        ruleId,
        version: rule.version,
        cursor: rule.head.cursor,
        groups: new Map(rule.groups),
      }));
  }

  async commit(
    ruleId: string,
    expected: string | null,
    commit: TickCommit,
    isConsumed: (intentId: string) => boolean,
    signal?: AbortSignal,
  ): Promise<string> {
    const known = await this.#current(ruleId, signal);
    const alive = known && !known.head.dropped;
    if ((alive ? known.version : null) !== expected)
      throw new VersionConflictError(`rule ${ruleId} was committed by somebody else`);
    const attempt = randomBytes(9).toString('base64url');
    const groups = new Map(alive ? known.groups : []);
    for (const [key, body] of commit.groups) {
      if (body === null) groups.delete(key);
      else groups.set(key, body);
    }
    const head = alive
      ? known.head
      : { ...EMPTY, intents: known?.head.intents ?? [], commits: known?.head.commits ?? 0 };
    const buckets = this.#rebucket(ruleId, attempt, head.buckets, groups, commit.groups.keys());
    const intents = new Map(known?.intents ?? []);
    for (const id of intents.keys()) if (isConsumed(id)) intents.delete(id);
    const fresh = commit.intents.filter(i => !intents.has(i.id) && !isConsumed(i.id));
    const chunk = `${ruleId}/i/${attempt}`;
    const chunks: StateDocument[] = [...buckets.documents];
    if (fresh.length > 0) chunks.push({ type: 'chunk', id: chunk, rule: ruleId, json: JSON.stringify(fresh) });
    fresh.forEach((intent, order) => {
      intents.set(intent.id, { body: intent.body, n: head.commits, order, chunk });
    });
    if (chunks.length > 0) await this.#docs.writeMany(chunks, 'index', signal);
    const open = new Map([...intents.values()].map(i => [i.chunk, i.n]));
    const next: RuleHead = {
      cursor: commit.cursor,
      buckets: buckets.ids,
      intents: [...open].map(([id, n]) => ({ chunk: id, n })),
      ticks: commit.ticks,
      commits: head.commits + 1,
      dropped: false,
    };
    const version = await this.#write(ruleId, next, known?.version ?? null, signal);
    this.#loaded.set(ruleId, { n: ++this.#n, version, head: next, groups, intents });
    await this.#publishTicks(ruleId, next, signal);
    const stale = [...head.buckets, ...head.intents.map(i => i.chunk)].filter(
      id => id !== null && !next.buckets.includes(id) && !open.has(id),
    );
    for (const id of stale) await this.#docs.delete('chunk', id ?? '', 'any', signal);
    return version;
  }

  async drop(ruleId: string, signal?: AbortSignal): Promise<void> {
    const known = await this.#current(ruleId, signal);
    if (known && !known.head.dropped) {
      const head: RuleHead = { ...EMPTY, intents: known.head.intents, commits: known.head.commits, dropped: true };
      const version = await this.#write(ruleId, head, known.version, signal);
      this.#loaded.set(ruleId, { n: ++this.#n, version, head, groups: new Map(), intents: known.intents });
      for (const id of known.head.buckets) if (id !== null) await this.#docs.delete('chunk', id, 'any', signal);
    }
    await this.#docs.deleteWhere([{ term: { type: 'tick' } }, { term: { rule: ruleId } }], signal);
  }

  /** Committed intents, oldest commit first. */
  async intents(signal?: AbortSignal): Promise<StoredIntent[]> {
    await this.#loadEverything(signal);
    return [...this.#loaded]
      .flatMap(([ruleId, rule]) =>
        [...rule.intents].map(([id, i]) => ({ id, ruleId, body: i.body, n: i.n, order: i.order })),
      )
      .sort((a, b) => a.n - b.n || a.order - b.order)
      .map(({ id, ruleId, body }) => ({ id, ruleId, body }));
  }

  async #write(ruleId: string, head: RuleHead, version: string | null, signal?: AbortSignal): Promise<string> {
    try {
      return await this.#docs.put(
        { type: 'rule_state', id: ruleId, rule: ruleId, json: JSON.stringify(head) },
        version,
        signal,
      );
    } catch (error) {
      // Whatever went wrong, what is known here may be old.
      this.#loaded.delete(ruleId);
      throw error;
    }
  }

  async #publishTicks(ruleId: string, head: RuleHead, signal?: AbortSignal): Promise<void> {
    const docs = head.ticks.map(tick => ({
      type: 'tick',
      id: `${ruleId}/${tick.t}`,
      rule: ruleId,
      t: tick.t,
      json: JSON.stringify(tick.body),
    }));
    if (docs.length > 0) await this.#docs.writeMany(docs, 'index', signal);
  }

  /** Rules that are committed meanwhile are left as they are: the search may have found them as they were before. */
  async #loadEverything(signal?: AbortSignal): Promise<void> {
    const begun = ++this.#n;
    const heads = await this.#docs.all([{ term: { type: 'rule_state' } }], [{ id: 'asc' }], signal);
    const seen = new Set<string>();
    for (const { doc, version } of heads) {
      seen.add(doc.id);
      const known = this.#loaded.get(doc.id);
      if (known?.version !== version && (known?.n ?? 0) < begun) await this.#load(doc.id, doc, version, begun, signal);
    }
    for (const [id, { n }] of this.#loaded) if (n < begun && !seen.has(id)) this.#loaded.delete(id);
  }

  /** A rule's state for a commit: what is known here, which the version check at the end makes safe, or read anew. */
  async #current(ruleId: string, signal?: AbortSignal): Promise<Loaded | null> {
    const known = this.#loaded.get(ruleId);
    if (known) return known;
    const begun = ++this.#n;
    const found = await this.#docs.get('rule_state', ruleId, signal);
    return found && this.#load(ruleId, found.doc, found.version, begun, signal);
  }

  /** Lays a head's state out in memory, unless something newer than `begun` is there in the end. */
  async #load(
    ruleId: string,
    doc: StateDocument,
    version: string,
    begun: number,
    signal?: AbortSignal,
  ): Promise<Loaded> {
    const head = JSON.parse(doc.json) as RuleHead;
    const groups = new Map<string, Json>();
    for (const id of head.buckets) {
      const chunk = id === null ? null : await this.#docs.get('chunk', id, signal);
      if (chunk) for (const [key, body] of JSON.parse(chunk.doc.json) as [string, Json][]) groups.set(key, body);
    }
    const intents: Loaded['intents'] = new Map();
    for (const { chunk: id, n } of head.intents) {
      const chunk = await this.#docs.get('chunk', id, signal);
      const list = chunk ? (JSON.parse(chunk.doc.json) as { id: string; body: Json }[]) : [];
      list.forEach((intent, order) => {
        intents.set(intent.id, { body: intent.body, n, order, chunk: id });
      });
    }
    const newer = this.#loaded.get(ruleId);
    if (newer !== undefined && newer.n > begun) return newer;
    const loaded: Loaded = { n: begun, version, head, groups, intents };
    this.#loaded.set(ruleId, loaded);
    // A process that died after its commit may not have laid these out.
    await this.#publishTicks(ruleId, head, signal);
    return loaded;
  }

  /** New chunks for the buckets whose groups changed; twice the buckets, all anew, when they have become too full. */
  #rebucket(
    ruleId: string,
    attempt: string,
    old: readonly (string | null)[],
    groups: ReadonlyMap<string, Json>,
    changed: Iterable<string>,
  ) {
    let count = Math.max(1, old.length);
    while (groups.size > count * CHUNK_GROUPS * 0.8) count *= 2;
    const dirty =
      count === old.length
        ? new Set([...changed].map(key => bucketOf(key, count)))
        : new Set(Array.from({ length: count }, (_, b) => b));
    const contents = new Map<number, [string, Json][]>();
    for (const [key, body] of groups) {
      const bucket = bucketOf(key, count);
      if (!dirty.has(bucket)) continue;
      const content = contents.get(bucket);
      if (content) content.push([key, body]);
      else contents.set(bucket, [[key, body]]);
    }
    const documents = [...contents].map(([b, content]) => ({
      type: 'chunk',
      id: `${ruleId}/${b}/${attempt}`,
      rule: ruleId,
      json: JSON.stringify(content),
    }));
    const ids = Array.from({ length: count }, (_, b) =>
      dirty.has(b) ? (contents.has(b) ? `${ruleId}/${b}/${attempt}` : null) : (old[b] ?? null),
    );
    return { documents, ids };
  }
}

/** FNV-1a; spreads group keys evenly over buckets. */
function bucketOf(key: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % count;
}
