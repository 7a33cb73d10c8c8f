/**
 * A captured Flink run (`test/fixtures/flink-capture`: two jobs, induced faults), read as plain JSON: what tests count here owes
 * nothing to the daemon's decoders. Second 0 is the begin of the baseline; times are moved so that the last record is at `now`.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const DIR = new URL('../fixtures/flink-capture/', import.meta.url);
const SECOND_0 = 1_795_255_880_238;

export interface CapturedLog {
  readonly ts: number;
  readonly level: string;
  readonly logger: string;
  readonly message: string;
  readonly stack?: string;
  readonly exception_class?: string;
  readonly job_name: string;
  readonly app_id: string;
  readonly container_id: string;
  readonly mdc?: Readonly<Record<string, string>>;
}

export interface CapturedMetric {
  readonly ts: number;
  readonly name: string;
  /** Flink's logical scope. */
  readonly logical: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly container_id: string;
  readonly value?: number | boolean | string | null;
}

/** One status change as the listener of the run wrote it. */
export interface CapturedStatus {
  readonly ts: number;
  readonly event: string;
  readonly job_id: string;
  readonly job_name: string;
  readonly old?: string;
  readonly new?: string;
  readonly exception?: string | null;
}

export interface Capture {
  readonly logs: readonly CapturedLog[];
  readonly metrics: readonly CapturedMetric[];
  readonly statuses: readonly CapturedStatus[];
  readonly openLineage: object;
  /** Time of a second of the run's timeline, moved like the records. */
  at(second: number): number;
  /** Second of the timeline of a moved time. */
  second(ts: number): number;
}

/** Reads the whole run, moved so that its last record is at `now`. */
export function readCapture(now: number): Capture {
  const logs = read<CapturedLog>('logs-flink-2.3.0');
  const metrics = read<CapturedMetric>('metrics-flink-2.3.0');
  const events = read<CapturedStatus>('lineage-native-flink-2.3.0');
  const [openLineage = {}] = read<object>('openlineage-1.53.0-flink-2.3.0');
  const last = [...logs, ...metrics].reduce((max, record) => Math.max(max, record.ts), 0);
  const shift = now - last;
  const moved = <T extends { readonly ts: number }>(records: readonly T[]): T[] =>
    records.map(record => ({ ...record, ts: record.ts + shift }));
  return {
    logs: moved(logs),
    metrics: moved(metrics),
    statuses: moved(events.filter(event => event.new !== undefined)),
    openLineage,
    at: second => SECOND_0 + shift + second * 1000,
    second: ts => (ts - shift - SECOND_0) / 1000,
  };
}

function read<T>(name: string): T[] {
  const text = gunzipSync(readFileSync(new URL(`${name}.ndjson.gz`, DIR))).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as T);
}

/** How many there are of each key. */
export function countBy<T>(records: readonly T[], key: (record: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const record of records) counts[key(record)] = (counts[key(record)] ?? 0) + 1;
  return counts;
}
