/**
 * Druid's Kafka emitter (flat objects, flink.md section 5) -> metrics `druid.<metric path>` (`ingest/kafka/lag` is
 * `druid.ingest.kafka.lag`) and lag rows. The hop is the supervisor, whose name is the datasource's.
 */
import type { LagRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { countField, type Fields, textField, timeField } from './fields.ts';
import { recordFields } from './json-record.ts';
import { metricNumber } from './metric-value.ts';
import { Rejected } from './rejected.ts';

export interface DecodedDruid {
  readonly group: MetricGroup;
  readonly row: LagRow | null;
}

/** Dimensions that name a task, which lives for an hour. */
const ATTRIBUTES = new Set(['taskId', 'groupId', 'id', 'version', 'host', 'segment', 'interval']);
const NOT_DIMENSIONS = new Set(['feed', 'timestamp', 'metric', 'value', 'tags']);

/** Decodes one event of the `metrics` feed. */
export function decodeDruid(bytes: Uint8Array, recordTs: number, arrivedAt: number): DecodedDruid | Rejected {
  const fields = recordFields(bytes);
  if (fields instanceof Rejected) return fields;
  const metric = textField(fields['metric']);
  if (metric === '' || (fields['feed'] !== undefined && fields['feed'] !== 'metrics')) {
    return new Rejected('unknown-shape', 'expected an event of the metrics feed: feed, metric, value');
  }
  const value = metricNumber(fields['value']);
  if (value === 'not-finite') return new Rejected('not-finite', 'value: NaN or infinite');
  if (value === 'not-a-number') return new Rejected('bad-field', 'value: expected a number');
  const ts = timeField(fields['timestamp']) ?? recordTs;

  const labels: Record<string, string> = {};
  const attrs: Record<string, string> = {};
  for (const [name, dimension] of Object.entries(fields)) {
    const text = NOT_DIMENSIONS.has(name) ? '' : textField(dimension);
    if (text === '') continue;
    if (ATTRIBUTES.has(name)) attrs[name] = text;
    else labels[name] = text;
  }
  const group = { ts, labels, attrs, values: [[`druid.${metric.replaceAll('/', '.')}`, value] as const], arrivedAt };
  return { group, row: lagOf(ts, metric, value, fields) };
}

function lagOf(ts: number, metric: string, value: number, fields: Fields): LagRow | null {
  const hop = textField(fields['supervisorId'] ?? fields['dataSource']);
  const topic = textField(fields['stream']);
  if (hop === '' || topic === '' || value < 0) return null;
  const row = { type: 'lag', ts, hop, topic, lagRecords: Math.round(value) } as const;
  if (metric === 'ingest/kafka/lag') return row;
  const partition = countField(fields['partition']);
  return metric === 'ingest/kafka/partitionLag' && partition !== null ? { ...row, partition } : null;
}
