/**
 * PORT StateStore: versioned documents, rule state, the outbox, leases. Adapters: `sqlite/state-store.ts` (embedded),
 * `elasticsearch/state-store.ts`. `test/contract/state-store.ts` is the suite both pass. Bodies are opaque JSON: their types
 * belong to the folders that write them. Every write is durable when its promise resolves, and visible to the next read.
 */
import type { Json } from '../model/json.ts';

/** What a document is; each kind is a namespace of ids. */
export type DocKind =
  | 'rule'
  | 'rule_version'
  | 'generated_rule'
  | 'channel'
  | 'receiver'
  | 'route'
  | 'silence'
  | 'inhibition'
  | 'rota'
  | 'ack'
  | 'job'
  | 'job_id'
  | 'job_version'
  | 'declared_version'
  | 'table'
  | 'report'
  | 'druid_supervisor'
  | 'nifi_flow'
  | 'lineage'
  | 'lineage_told'
  | 'lag_table'
  | 'objective_minutes'
  | 'source_offset'
  | 'intake_key'
  | 'setting'
  | 'inbox';

export interface Doc<T = Json> {
  readonly id: string;
  /** Opaque; equal versions mean equal bodies. */
  readonly version: string;
  readonly updatedAt: number;
  readonly body: T;
}

/** `null`: must not exist yet; `any`: whatever is there; a version: exactly that one. */
export type Expected = string | null | 'any';

/** A rule's evaluation state as of its last committed tick. */
export interface StoredRuleState {
  readonly ruleId: string;
  readonly version: string;
  readonly cursor: Json;
  readonly groups: ReadonlyMap<string, Json>;
}

/** One commit as readers see it: cursor, changed groups, intents and history of one or several ticks. */
export interface TickCommit {
  readonly cursor: Json;
  /** Only groups whose state changed; null forgets a group. */
  readonly groups: ReadonlyMap<string, Json | null>;
  /** Transitions without a channel; unique ids, an id committed before is ignored. */
  readonly intents: readonly { readonly id: string; readonly body: Json }[];
  /** History entries, one per tick. */
  readonly ticks: readonly { readonly t: number; readonly body: Json }[];
}

export interface StoredIntent {
  readonly id: string;
  readonly ruleId: string;
  readonly body: Json;
}

/** A message to one channel. `id` is a function of (channel, group key, episode, kind, n), so it exists once. */
export interface OutboxRow {
  readonly id: string;
  readonly channel: string;
  readonly createdAt: number;
  readonly nextAttemptAt: number;
  readonly status: 'pending' | 'retrying' | 'delivered' | 'dead' | 'suppressed';
  readonly attempts: number;
  /** The rendered-later message and, after attempts, their results. */
  readonly body: Json;
}

export interface FlushCommit {
  /** The notification group's own state; null forgets the group. */
  readonly state: Json | null;
  readonly consumedIntents: readonly string[];
  readonly outbox: readonly OutboxRow[];
}

export interface StateStore {
  get<T = Json>(kind: DocKind, id: string, signal?: AbortSignal): Promise<Doc<T> | null>;
  /** All documents of a kind, sorted by id. */
  list<T = Json>(kind: DocKind, signal?: AbortSignal): Promise<readonly Doc<T>[]>;
  /** Returns the new version. Throws `VersionConflictError`. */
  put(kind: DocKind, id: string, body: Json, expected: Expected, signal?: AbortSignal): Promise<string>;
  /** Writes many documents whatever their versions; all or a prefix is there after a crash. */
  putMany(
    kind: DocKind,
    docs: readonly { readonly id: string; readonly body: Json }[],
    signal?: AbortSignal,
  ): Promise<void>;
  /** Throws `VersionConflictError`; deleting what is not there is fine with `any`. */
  delete(kind: DocKind, id: string, expected: Expected, signal?: AbortSignal): Promise<void>;

  loadRuleStates(signal?: AbortSignal): Promise<readonly StoredRuleState[]>;
  /** All or nothing. `expected` null begins a rule's state. Returns the new version. Throws `VersionConflictError`. */
  commitTick(ruleId: string, expected: string | null, commit: TickCommit, signal?: AbortSignal): Promise<string>;
  /** Forgets a rule's state and history; its unconsumed intents stay. */
  dropRule(ruleId: string, signal?: AbortSignal): Promise<void>;
  /** History of a rule, from <= t <= to, oldest first. */
  ticks(
    ruleId: string,
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<readonly { readonly t: number; readonly body: Json }[]>;
  /** Committed intents no flush has consumed, oldest commit first. */
  openIntents(signal?: AbortSignal): Promise<readonly StoredIntent[]>;
  loadGroups(signal?: AbortSignal): Promise<readonly Doc[]>;
  /** Consumes intents and writes outbox rows, all or nothing. An outbox id that exists is left as it is. */
  commitFlush(groupKey: string, expected: string | null, flush: FlushCommit, signal?: AbortSignal): Promise<string>;

  /** Rows not yet delivered, dead or suppressed whose nextAttemptAt <= now, oldest first. */
  outboxDue(now: number, limit: number, signal?: AbortSignal): Promise<readonly OutboxRow[]>;
  /**
   * Replaces a row. What is finished is not opened again, a delivery is never taken back, and what has expired stays away (`mayReplace`): a
   * process that was stopped and goes on after another has taken over knows an old state.
   */
  updateOutbox(row: OutboxRow, signal?: AbortSignal): Promise<void>;
  /** Newest first. */
  listOutbox(
    filter: { channel?: string; status?: OutboxRow['status']; limit: number; cursor?: string },
    signal?: AbortSignal,
  ): Promise<{ readonly items: readonly OutboxRow[]; readonly next: string | null }>;

  appendAudit(entry: Json, at: number, signal?: AbortSignal): Promise<void>;
  listAudit(
    limit: number,
    cursor?: string,
    signal?: AbortSignal,
  ): Promise<{ readonly items: readonly Json[]; readonly next: string | null }>;

  /** Takes or renews a lease for `ttlMs`; false while another owner's lease runs. */
  acquireLease(name: string, owner: string, now: number, ttlMs: number, signal?: AbortSignal): Promise<boolean>;
  releaseLease(name: string, owner: string, signal?: AbortSignal): Promise<void>;
  /** Drops tick history and finished outbox rows older than `before`, and intake keys older than `keysBefore`. */
  expire(before: number, keysBefore: number, signal?: AbortSignal): Promise<void>;
  ping(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Whether a row of the outbox may become what somebody says it is: while it is open anything, after that only delivered. */
export function mayReplace(stored: OutboxRow['status'], next: OutboxRow['status']): boolean {
  return stored === 'pending' || stored === 'retrying' || (next === 'delivered' && stored !== 'delivered');
}
