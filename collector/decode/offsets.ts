/** Records of the offsets stream -> offset rows. Bodies are as in wire-formats.md section 1, `tidewatch.offsets`. */
import type { OffsetRow } from '../../model/offset-row.ts';
import { countField, type Fields, textField, timeField } from './fields.ts';
import { recordFields } from './json-record.ts';
import { Rejected } from './rejected.ts';

/** Decodes one row; `unknown-shape` for another `type`, `bad-field` names the field that is missing or wrong. */
export function decodeOffsets(bytes: Uint8Array): OffsetRow | Rejected {
  const fields = recordFields(bytes);
  if (fields instanceof Rejected) return fields;
  const ts = timeField(fields['ts']);
  if (ts === null) return new Rejected('bad-field', 'ts: expected epoch milliseconds');
  switch (fields['type']) {
    case 'offsets':
      return offsetsRow(ts, fields);
    case 'checkpoint': {
      const barrierTs = timeField(fields['barrier_ts']);
      const hop = textField(fields['hop']);
      if (hop === '' || barrierTs === null) return new Rejected('bad-field', 'expected hop and barrier_ts');
      return { type: 'checkpoint', ts, hop, barrierTs };
    }
    case 'queue_lag': {
      const hop = textField(fields['hop']);
      const ms = durationOf(fields['ms']);
      if (hop === '' || ms === null) return new Rejected('bad-field', 'expected hop and ms >= 0');
      return { type: 'queue_lag', ts, hop, ms, ...(fields['estimated'] === true && { estimated: true }) };
    }
    case 'lag':
      return lagRow(ts, fields);
    case 'watermark':
      return watermarkRow(ts, fields);
    case 'event_lag': {
      const hop = textField(fields['hop']);
      const topic = textField(fields['topic']);
      const ms = durationOf(fields['ms']);
      if (hop === '' || topic === '' || ms === null)
        return new Rejected('bad-field', 'expected hop, topic and ms >= 0');
      return { type: 'event_lag', ts, hop, topic, ms };
    }
    default:
      return new Rejected(
        'unknown-shape',
        'type: expected offsets, checkpoint, queue_lag, lag, watermark or event_lag',
      );
  }
}

function offsetsRow(ts: number, fields: Fields): OffsetRow | Rejected {
  const topic = textField(fields['topic']);
  const partition = countField(fields['partition']);
  if (topic === '') return new Rejected('bad-field', 'topic: missing');
  if (partition === null) return new Rejected('bad-field', 'partition: expected a whole number');
  const endOffset = optionalCount(fields, 'end_offset');
  const lastStableOffset = optionalCount(fields, 'last_stable_offset');
  const position = optionalCount(fields, 'position');
  const committed = optionalCount(fields, 'committed');
  const startOffset = optionalCount(fields, 'start_offset');
  for (const value of [endOffset, lastStableOffset, position, committed, startOffset]) {
    if (value instanceof Rejected) return value;
  }
  if (endOffset === undefined && position === undefined && committed === undefined) {
    return new Rejected('bad-field', 'expected one of end_offset, position, committed');
  }
  return {
    type: 'offsets',
    ts,
    hop: textField(fields['hop']),
    topic,
    partition,
    ...(typeof endOffset === 'number' && { endOffset }),
    ...(typeof lastStableOffset === 'number' && { lastStableOffset }),
    ...(typeof position === 'number' && { position }),
    ...(typeof committed === 'number' && { committed }),
    ...(typeof startOffset === 'number' && { startOffset }),
    ...origin(fields),
  };
}

function lagRow(ts: number, fields: Fields): OffsetRow | Rejected {
  const hop = textField(fields['hop']);
  const topic = textField(fields['topic']);
  const lagRecords = countField(fields['lag_records']);
  const partition = optionalCount(fields, 'partition');
  if (partition instanceof Rejected) return partition;
  if (hop === '' || topic === '' || lagRecords === null) {
    return new Rejected('bad-field', 'expected hop, topic and lag_records >= 0');
  }
  return { type: 'lag', ts, hop, topic, lagRecords, ...(partition !== undefined && { partition }), ...origin(fields) };
}

function watermarkRow(ts: number, fields: Fields): OffsetRow | Rejected {
  const hop = textField(fields['hop']);
  const { watermark: told } = fields;
  const watermark = told === null ? null : timeField(told);
  const lateDropped = optionalCount(fields, 'late_dropped');
  if (lateDropped instanceof Rejected) return lateDropped;
  if (hop === '' || (watermark === null && told !== null))
    return new Rejected('bad-field', 'expected hop and watermark');
  return { type: 'watermark', ts, hop, watermark, ...(lateDropped !== undefined && { lateDropped }) };
}

function origin(fields: Fields): { cluster?: string; group?: string } {
  const cluster = textField(fields['cluster']);
  const group = textField(fields['group']);
  return { ...(cluster && { cluster }), ...(group && { group }) };
}

/** Absent, null and negative (Kafka's "none yet") read as undefined. */
function optionalCount(fields: Fields, name: string): number | undefined | Rejected {
  const value = fields[name];
  if (value === undefined || value === null || (typeof value === 'number' && value < 0)) return undefined;
  return countField(value) ?? new Rejected('bad-field', `${name}: expected a whole number`);
}

function durationOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}
