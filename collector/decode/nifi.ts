/**
 * NiFi's SiteToSiteStatusReportingTask (an array of flat status objects, flink.md section 5) -> metrics and queue lags.
 * Series: `nifi.connection.<field>` and `nifi.process_group.<field>`. A process group's queue lag is that of its worst queue.
 */
import type { QueueLagRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { type Fields, isFields, textField, timeField } from './fields.ts';
import { parseJson, recordText } from './json-record.ts';
import { metricNumber } from './metric-value.ts';
import { Rejected } from './rejected.ts';

export interface DecodedNifi {
  readonly groups: readonly MetricGroup[];
  readonly rows: readonly QueueLagRow[];
}

/** NiFi's input and output counts are totals of a five-minute window. */
const STATUS_WINDOW_MS = 300_000;
const COMPONENTS: Readonly<Record<string, string>> = {
  Connection: 'connection',
  ProcessGroup: 'process_group',
  RootProcessGroup: 'process_group',
};
const LABELS: Readonly<Record<string, string>> = {
  componentName: 'component',
  parentName: 'process_group',
  sourceName: 'source',
  destinationName: 'destination',
  application: 'application',
};
const ATTRIBUTES: Readonly<Record<string, string>> = {
  componentId: 'component_id',
  parentId: 'parent_id',
  parentPath: 'parent_path',
  platform: 'platform',
  actorHostname: 'host',
};
/** Fields that are texts or times, never measurements. */
const NOT_METRICS = new Set(
  'timestampMillis timestamp statusId componentType componentId componentName parentId parentName parentPath'.split(
    ' ',
  ),
);

/** Decodes one report: an array, or a single object of one. Components other than connections and groups say nothing here. */
export function decodeNifi(bytes: Uint8Array, recordTs: number, arrivedAt: number): DecodedNifi | Rejected {
  const text = recordText(bytes);
  if (text instanceof Rejected) return text;
  const parsed = parseJson(text);
  if (parsed instanceof Rejected) return parsed;
  const list: readonly unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  const groups: MetricGroup[] = [];
  const worst = new Map<string, QueueLagRow>();
  for (const status of list) {
    if (!isFields(status)) return new Rejected('not-object', 'expected status objects');
    if (typeof status['componentType'] !== 'string') return new Rejected('unknown-shape', 'componentType: missing');
    const kind = COMPONENTS[status['componentType']];
    if (!kind) continue;
    const ts = timeField(status['timestampMillis']) ?? timeField(status['timestamp']) ?? recordTs;
    groups.push(metricsOf(kind, ts, status, arrivedAt));
    const row = kind === 'connection' ? queueLagOf(ts, status) : null;
    if (row && row.ms >= (worst.get(row.hop)?.ms ?? 0)) worst.set(row.hop, row);
  }
  return { groups, rows: [...worst.values()] };
}

function metricsOf(kind: string, ts: number, status: Fields, arrivedAt: number): MetricGroup {
  const labels: Record<string, string> = {};
  const attrs: Record<string, string> = {};
  const values: [string, number][] = [];
  for (const [field, value] of Object.entries(status)) {
    const text = textField(value);
    const label = LABELS[field];
    const attribute = ATTRIBUTES[field];
    if (label !== undefined && text !== '') labels[label] = text;
    if (attribute !== undefined && text !== '') attrs[attribute] = text;
    if (label !== undefined || attribute !== undefined || NOT_METRICS.has(field)) continue;
    // NiFi writes booleans as the texts "true" and "false"
    const number = text === 'true' ? 1 : text === 'false' ? 0 : metricNumber(value);
    if (typeof number === 'number') values.push([`nifi.${kind}.${field}`, number]);
  }
  return { ts, labels, attrs, values, arrivedAt };
}

/**
 * Age of the oldest item in a queue: `queuedDuration` (or `maxQueuedDuration`) where NiFi reports it, else the time the queue
 * takes to drain at its output rate, marked as estimated. A queue that holds something and puts out nothing has no estimate.
 */
function queueLagOf(ts: number, status: Fields): QueueLagRow | null {
  const hop = textField(status['parentName']);
  if (hop === '') return null;
  const reported = metricNumber(status['maxQueuedDuration'] ?? status['queuedDuration']);
  if (typeof reported === 'number' && reported >= 0) return { type: 'queue_lag', ts, hop, ms: reported };
  const queued = metricNumber(status['queuedCount']);
  const output = metricNumber(status['outputCount']);
  if (typeof queued !== 'number' || queued < 0) return null;
  if (queued === 0) return { type: 'queue_lag', ts, hop, ms: 0, estimated: true };
  if (typeof output !== 'number' || output <= 0) return null;
  return { type: 'queue_lag', ts, hop, ms: (queued * STATUS_WINDOW_MS) / output, estimated: true };
}
