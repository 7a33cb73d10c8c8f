/** Small stand-ins for the stores: they keep what they are given and fail when told to. */

import type { DeadLetter, DeadLetterEntry } from '../../collector/dead-letter.ts';
import type { RawBatch, RawRecord, StreamName } from '../../collector/source.ts';
import { StoreAwayError, VersionConflictError } from '../../model/errors.ts';
import type { JobEvent } from '../../model/job-event.ts';
import type { Json } from '../../model/json.ts';
import type { OffsetRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { positionId } from '../../model/source-position.ts';
import type { LogRow, LogStore, RefusedRow } from '../../store/log-store.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import type { Doc, DocKind, Expected, StateStore } from '../../store/state-store.ts';

/** Versioned documents in memory. */
export class MemoryDocs implements Pick<StateStore, 'get' | 'put' | 'putMany'> {
  readonly docs = new Map<string, { version: number; body: Json }>();
  /** While true every call rejects with `StoreAwayError`. */
  away = false;

  async get<T = Json>(kind: DocKind, id: string): Promise<Doc<T> | null> {
    this.#check();
    const doc = this.docs.get(`${kind}/${id}`);
    return doc ? { id, version: String(doc.version), updatedAt: 0, body: structuredClone(doc.body) as T } : null;
  }

  async put(kind: DocKind, id: string, body: Json, expected: Expected): Promise<string> {
    this.#check();
    const doc = this.docs.get(`${kind}/${id}`);
    const version = doc ? String(doc.version) : null;
    if (expected !== 'any' && expected !== version) throw new VersionConflictError(id);
    const next = (doc?.version ?? 0) + 1;
    this.docs.set(`${kind}/${id}`, { version: next, body: structuredClone(body) });
    return String(next);
  }

  async putMany(kind: DocKind, docs: readonly { readonly id: string; readonly body: Json }[]): Promise<void> {
    for (const { id, body } of docs) await this.put(kind, id, body, 'any');
  }

  #check(): void {
    if (this.away) throw new StoreAwayError('the test took the documents away');
  }
}

/** Log rows by position: a repeated row changes nothing. */
export class MemoryLogs implements Pick<LogStore, 'append'> {
  readonly rows = new Map<string, LogRow>();
  appends = 0;
  away = false;
  refuse: (row: LogRow) => string | null = () => null;

  async append(rows: readonly LogRow[]): Promise<readonly RefusedRow[]> {
    if (this.away) throw new StoreAwayError('the test took the log store away');
    this.appends++;
    const refused: RefusedRow[] = [];
    rows.forEach((row, index) => {
      const reason = this.refuse(row);
      if (reason !== null) refused.push({ index, reason });
      else if (!this.rows.has(positionId(row.position))) this.rows.set(positionId(row.position), row);
    });
    return refused;
  }

  messages(): string[] {
    return [...this.rows.values()].map(row => row.record.message);
  }
}

/** Metric groups in the order they came. */
export class MemoryMetrics implements Pick<MetricStore, 'append'> {
  readonly groups: MetricGroup[] = [];
  away = false;
  refused = 0;

  async append(groups: readonly MetricGroup[]): Promise<{ written: number; refused: number }> {
    if (this.away) throw new StoreAwayError('the test took the metric store away');
    this.groups.push(...groups);
    return { written: groups.length, refused: this.refused };
  }

  names(): string[] {
    return this.groups.flatMap(group => group.values.map(([name]) => name));
  }
}

/** Dead letters in memory. */
export class MemoryDeadLetter implements DeadLetter {
  readonly entries: DeadLetterEntry[] = [];

  async write(entries: readonly DeadLetterEntry[]): Promise<void> {
    this.entries.push(...entries);
  }

  stats(): { kept: number; lost: number } {
    return { kept: this.entries.length, lost: 0 };
  }

  async close(): Promise<void> {}
}

/** Events and offset rows handed on. */
export class MemoryDerived {
  readonly events: JobEvent[] = [];
  readonly rows: OffsetRow[] = [];
  away = false;

  async accept(events: readonly JobEvent[]): Promise<void> {
    if (this.away) throw new StoreAwayError('the test took the job store away');
    this.events.push(...events);
  }

  derive(rows: readonly OffsetRow[], arrivedAt: number): MetricGroup[] {
    this.rows.push(...rows);
    return rows.map(row => ({ ts: row.ts, labels: {}, attrs: {}, values: [['lag', 1]], arrivedAt }));
  }
}

/** Records of one partition, offsets from 0. */
export function records(values: readonly (string | Uint8Array | object)[], recordTs: number): RawRecord[] {
  return values.map((value, offset) => {
    const bytes =
      value instanceof Uint8Array ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    return { partition: 0, offset, recordTs, value: bytes };
  });
}

export function batch(stream: StreamName, values: readonly (string | Uint8Array | object)[], at: number): RawBatch {
  return { stream, topic: `tidewatch.${stream}`, epoch: '0', records: records(values, at), arrivedAt: at };
}
