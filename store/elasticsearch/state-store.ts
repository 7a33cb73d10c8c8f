/** StateStore on Elasticsearch, from single-document writes under versions (`state-documents.ts`). */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import { UserError, VersionConflictError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { Doc, DocKind, StateStore } from '../state-store.ts';
import type { Elasticsearch } from './client.ts';
import { type Sort, type StateDocument, StateDocuments, type Versioned } from './state-documents.ts';
import { StateFlushes } from './state-flushes.ts';
import { OutboxRows, toRow } from './state-outbox.ts';
import { StateRules } from './state-rules.ts';

const NEWEST: Sort = [{ created: 'desc' }, { id: 'desc' }];

interface Lease {
  readonly owner: string;
  readonly until: number;
}

/** Opens the store; nothing is sent before the first call. Documents of a kind have the type `doc:<kind>`. */
export function openElasticsearchStateStore(es: Elasticsearch, options: { clock: Clock }): StateStore {
  const { clock } = options;
  const docs = new StateDocuments(es);
  const rules = new StateRules(docs);
  const flushes = new StateFlushes(docs, () => clock.now());
  const outbox = new OutboxRows(docs);
  let audited = 0;

  const typeOf = (kind: DocKind): string => `doc:${kind}`;
  const document = (kind: DocKind, id: string, body: Json): StateDocument => ({
    type: typeOf(kind),
    id,
    created: clock.now(),
    json: JSON.stringify(body),
  });
  const toDoc = <T>({ doc, version }: Versioned): Doc<T> => ({
    id: doc.id,
    version,
    updatedAt: doc.created ?? 0,
    body: JSON.parse(doc.json) as T,
  });

  return {
    async get(kind, id, signal) {
      const found = await docs.get(typeOf(kind), id, signal);
      return found && toDoc(found);
    },
    async list(kind, signal) {
      const found = await docs.all([{ term: { type: typeOf(kind) } }], [{ id: 'asc' }], signal);
      return found.map(f => toDoc<never>(f)).sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    put: (kind, id, body, expected, signal) => docs.put(document(kind, id, body), expected, signal),
    async putMany(kind, many, signal) {
      if (many.length > 0)
        await docs.writeMany(
          many.map(d => document(kind, d.id, d.body)),
          'index',
          signal,
        );
    },
    delete: (kind, id, expected, signal) => docs.delete(typeOf(kind), id, expected, signal),

    loadRuleStates: signal => rules.loadAll(signal),
    commitTick: (ruleId, expected, commit, signal) =>
      rules.commit(ruleId, expected, commit, id => flushes.isConsumed(id), signal),
    dropRule: (ruleId, signal) => rules.drop(ruleId, signal),
    async ticks(ruleId, from, to, signal) {
      const filter = [{ term: { type: 'tick' } }, { term: { rule: ruleId } }, { range: { t: { gte: from, lte: to } } }];
      const found = await docs.all(filter, [{ t: 'asc' }], signal);
      return found.map(({ doc }) => ({ t: doc.t ?? 0, body: JSON.parse(doc.json) as Json }));
    },
    async openIntents(signal) {
      await flushes.load(signal);
      return (await rules.intents(signal)).filter(i => !flushes.isConsumed(i.id));
    },
    loadGroups: signal => flushes.list(signal),
    commitFlush: (groupKey, expected, flush, signal) => flushes.commit(groupKey, expected, flush, signal),

    outboxDue: (now, limit, signal) => outbox.due(now, limit, signal),
    updateOutbox: (row, signal) => outbox.update(row, signal),
    async listOutbox({ channel, status, limit, cursor }, signal) {
      const filter: object[] = [{ term: { type: 'outbox' } }];
      if (channel !== undefined) filter.push({ term: { channel } });
      if (status !== undefined) filter.push({ term: { status } });
      const page = await pageOf(docs, filter, limit, cursor, signal);
      return { items: page.items.map(toRow), next: page.next };
    },

    async appendAudit(entry, at, signal) {
      // The counter orders entries of one millisecond; ids of other processes differ by their own random part.
      audited += 1;
      const id = `${String(audited).padStart(12, '0')}-${randomUUID()}`;
      await docs.put({ type: 'audit', id, created: at, json: JSON.stringify(entry) }, null, signal);
    },
    async listAudit(limit, cursor, signal) {
      const page = await pageOf(docs, [{ term: { type: 'audit' } }], limit, cursor, signal);
      return { items: page.items.map(doc => JSON.parse(doc.json) as Json), next: page.next };
    },

    async acquireLease(name, owner, now, ttlMs, signal) {
      const found = await docs.get('lease', name, signal);
      const held = found ? (JSON.parse(found.doc.json) as Lease) : null;
      if (held && held.owner !== owner && held.until > now) return false;
      try {
        await docs.put(
          { type: 'lease', id: name, json: JSON.stringify({ owner, until: now + ttlMs }) },
          found?.version ?? null,
          signal,
        );
        return true;
      } catch (error) {
        if (error instanceof VersionConflictError) return false;
        throw error;
      }
    },
    async releaseLease(name, owner, signal) {
      const found = await docs.get('lease', name, signal);
      if (!found || (JSON.parse(found.doc.json) as Lease).owner !== owner) return;
      await docs.delete('lease', name, found.version, signal).catch(error => {
        if (!(error instanceof VersionConflictError)) throw error;
      });
    },

    async expire(before, keysBefore, signal) {
      const old = { lt: before };
      await docs.deleteWhere([{ term: { type: 'tick' } }, { range: { t: old } }], signal);
      await docs.deleteWhere(
        [
          { term: { type: 'outbox' } },
          { terms: { status: ['delivered', 'dead', 'suppressed'] } },
          { range: { created: old } },
        ],
        signal,
      );
      await docs.deleteWhere(
        [{ term: { type: 'doc:intake_key' } }, { range: { created: { lt: keysBefore } } }],
        signal,
      );
    },
    ping: signal => es.ping(signal),
    close: async () => undefined,
  };
}

async function pageOf(
  docs: StateDocuments,
  filter: readonly object[],
  limit: number,
  cursor: string | undefined,
  signal?: AbortSignal,
): Promise<{ items: readonly StateDocument[]; next: string | null }> {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  const found = await docs.page(filter, NEWEST, limit + 1, after, signal);
  const last = found.length > limit ? found[limit - 1] : undefined;
  return {
    items: found.slice(0, limit).map(f => f.doc),
    next: last ? Buffer.from(JSON.stringify(last.sort)).toString('base64url') : null,
  };
}

function parseCursor(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === 2 && typeof parts[0] === 'number' && typeof parts[1] === 'string')
      return parts;
  } catch {
    // told below
  }
  throw new UserError('bad-cursor', 'the cursor is not one this server gave out; list again without it');
}
