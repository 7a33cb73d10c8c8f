/**
 * The embedded LogStore: one SQLite file with full text per UTC day, one thread that writes and one that reads, so that neither
 * blocks the daemon. log-schema.ts says what is in a file, log-id.ts how a line's id carries its time and level.
 */
import { type Clock, systemClock } from '../../model/clock.ts';
import type { JobNames } from '../../model/job-names.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import type { LogCountQuery, LogFollow, LogFollower, LogItem, LogRow, LogStore, RefusedRow } from '../log-store.ts';
import { AppendQueue } from './log-append-queue.ts';
import { LogClient } from './log-client.ts';
import { expireDays } from './log-expire.ts';
import { IdleMerge } from './log-idle-merge.ts';
import type { NameChanges, ReaderRequests, WriterRequests } from './log-messages.ts';
import { encodeMark } from './log-order.ts';

export interface SqliteLogStoreOptions {
  /** Directory of the day files; made when it is not there. */
  readonly dir: string;
  readonly telemetry?: Telemetry;
  readonly clock?: Clock;
}

/** Rejects with `StoreAwayError` when the directory cannot be used. */
export async function openSqliteLogStore(options: SqliteLogStoreOptions): Promise<LogStore> {
  const store = new SqliteLogStore(options);
  try {
    await store.ping();
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

class SqliteLogStore implements LogStore {
  readonly #writer: LogClient<WriterRequests>;
  readonly #reader: LogClient<ReaderRequests>;
  readonly #queue: AppendQueue;
  readonly #idleMerge: IdleMerge;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry | undefined;
  /** What the reader knows of job names, and which start of it. */
  #told = new Map<string, string>();
  #toldStart = 0;

  constructor({ dir, telemetry, clock = systemClock }: SqliteLogStoreOptions) {
    this.#writer = new LogClient('writer', dir);
    this.#reader = new LogClient('reader', dir);
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#queue = new AppendQueue(
      async (batches, transfer) =>
        (await this.#writer.ask('append', { batches, now: clock.now() }, { transfer })).refused,
    );
    this.#idleMerge = new IdleMerge(clock, async () => (await this.#writer.ask('merge', {})).more);
  }

  /** Rows are visible as soon as they are durable, so `visible` changes nothing. */
  async append(
    rows: readonly LogRow[],
    _options: { visible?: boolean },
    signal?: AbortSignal,
  ): Promise<readonly RefusedRow[]> {
    signal?.throwIfAborted();
    if (rows.length === 0) return [];
    const begin = this.#clock.monotonic();
    try {
      const refused = this.#queue.append(rows);
      this.#telemetry?.storeQueue.set({ store: 'logs' }, this.#queue.length);
      return await refused;
    } catch (error) {
      this.#telemetry?.storeErrors.inc({ store: 'logs', reason: 'append' });
      throw error;
    } finally {
      this.#idleMerge.postpone();
      this.#telemetry?.storeQueue.set({ store: 'logs' }, this.#queue.length);
      this.#telemetry?.storeSeconds.observe({ store: 'logs' }, (this.#clock.monotonic() - begin) / 1000);
    }
  }

  async search(
    { query, from, to, limit, cursor }: Parameters<LogStore['search']>[0],
    names: JobNames,
    signal?: AbortSignal,
  ) {
    this.#tell(names);
    const page = await this.#reader.ask('search', { query, from, to, limit, cursor }, { signal });
    return { ...page, items: page.items.map(item => named(item, names)) };
  }

  async forward(
    { query, from, to, limit, cursor }: Parameters<LogStore['forward']>[0],
    names: JobNames,
    signal?: AbortSignal,
  ) {
    this.#tell(names);
    const page = await this.#reader.ask('forward', { query, from, to, limit, cursor }, { signal });
    return { ...page, items: page.items.map(item => named(item, names)) };
  }

  async follow(
    { query, from, to, limit, after }: LogFollow,
    names: JobNames,
    signal?: AbortSignal,
  ): Promise<LogFollower | null> {
    let { place } = await this.#reader.ask('standing', { after }, { signal });
    if (place === null) return null;
    const next = async (signal?: AbortSignal) => {
      this.#tell(names);
      if (place === null) throw new Error('a follower stands somewhere');
      const asked = { query, from, to, limit, after: place };
      const { items, missed, place: reached } = await this.#reader.ask('arrivals', asked, { signal });
      place = reached;
      return { items: items.map(item => named(item, names)), missed, mark: encodeMark(reached.arrival) };
    };
    return { next };
  }

  async histogram(
    { query, from, to, intervalMs }: Parameters<LogStore['histogram']>[0],
    names: JobNames,
    signal?: AbortSignal,
  ) {
    this.#tell(names);
    return (await this.#reader.ask('histogram', { query, from, to, intervalMs }, { signal })).buckets;
  }

  async facet(
    { query, from, to, field, limit }: Parameters<LogStore['facet']>[0],
    names: JobNames,
    signal?: AbortSignal,
  ) {
    this.#tell(names);
    return (await this.#reader.ask('facet', { query, from, to, field, limit }, { signal })).values;
  }

  async counts(query: LogCountQuery, names: JobNames, signal?: AbortSignal) {
    this.#tell(names);
    return (await this.#reader.ask('counts', query, { signal })).groups;
  }

  async get(id: string, names: JobNames, signal?: AbortSignal): Promise<LogItem | null> {
    const { item } = await this.#reader.ask('get', { id }, { signal });
    return item === null ? null : named(item, names);
  }

  async around({ id, scope, before, after }: Parameters<LogStore['around']>[0], names: JobNames, signal?: AbortSignal) {
    this.#tell(names);
    const { found } = await this.#reader.ask('around', { id, scope, before, after }, { signal });
    if (found === null) return null;
    const all = (items: readonly LogItem[]): LogItem[] => items.map(item => named(item, names));
    return { before: all(found.before), line: named(found.line, names), after: all(found.after) };
  }

  /** A day's lines go when the whole day is past their job's retention; a file goes when nothing in it stays. */
  expire(
    now: number,
    retentionMs: (jobName: string) => number,
    signal?: AbortSignal,
  ): Promise<{ readonly dropped: number }> {
    return expireDays(this.#writer, this.#reader, now, retentionMs, signal);
  }

  stats(signal?: AbortSignal) {
    return this.#reader.ask('stats', {}, { signal });
  }

  async ping(signal?: AbortSignal): Promise<void> {
    await this.#writer.ask('open', {}, { signal });
  }

  async close(): Promise<void> {
    this.#idleMerge.stop();
    await this.#queue.drain();
    await Promise.all([this.#writer.close(), this.#reader.close()]);
  }

  /** Sends the reader what changed among the known job names: requests after it see them. */
  #tell(names: JobNames): void {
    if (this.#toldStart !== this.#reader.starts) this.#told = new Map();
    const changes: [string, string | null][] = [];
    const gone = new Set(this.#told.keys());
    for (const id of names.knownIds()) {
      const name = names.nameOf(id);
      if (name === undefined) continue;
      gone.delete(id);
      if (this.#told.get(id) === name) continue;
      this.#told.set(id, name);
      changes.push([id, name]);
    }
    for (const id of gone) {
      this.#told.delete(id);
      changes.push([id, null]);
    }
    if (changes.length === 0) return;
    // a reader that dies here fails the request behind this one too
    this.#reader.ask('learn', { names: changes satisfies NameChanges }).catch(() => undefined);
    this.#toldStart = this.#reader.starts;
  }
}

function named(item: LogItem, names: JobNames): LogItem {
  const name = item.jobId === '' ? undefined : names.nameOf(item.jobId);
  return name === undefined ? item : { ...item, jobName: name };
}
