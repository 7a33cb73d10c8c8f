/**
 * Decoding alone, on one core: microseconds per record for log lines and metrics, with and without the check that lets native
 * lines through as bytes. `node bench/decode.ts [rounds]`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDottedParser } from '../collector/decode/dotted.ts';
import { decodeLog } from '../collector/decode/log.ts';
import { decodeMetrics } from '../collector/decode/metric.ts';
import { createMetricFilter } from '../collector/metric-filter.ts';
import { createRedactor } from '../collector/redact.ts';
import type { RawRecord } from '../collector/source.ts';

const ROUNDS = Number(process.argv[2] ?? 200);
const DAY = 86_400_000;
const fixture = (name: string): RawRecord[] =>
  readFileSync(join(import.meta.dirname, '../test/fixtures/flink', name), 'utf8')
    .trim()
    .split('\n')
    .map((line, offset) => ({ partition: 0, offset, recordTs: 0, value: Buffer.from(line) }));

const logs = fixture('logs-flat-2.3.0.ndjson');
const metrics = fixture('metrics-flat-2.3.0.ndjson');
const at = (JSON.parse(Buffer.from(metrics[0]?.value ?? '').toString()) as { ts: number }).ts;
const redactor = createRedactor();
const decoding = {
  arrivedAt: at + 1000,
  retentionMs: DAY,
  keeps: createMetricFilter({}),
  dotted: createDottedParser({}),
};

interface Row {
  readonly what: string;
  readonly records: number;
  readonly bytes: number;
  readonly usPerRecord: number;
}

function measure(what: string, records: readonly RawRecord[], decode: () => void): Row {
  for (let i = 0; i < ROUNDS / 4; i++) decode();
  const begun = process.cpuUsage();
  for (let i = 0; i < ROUNDS; i++) decode();
  const { user, system } = process.cpuUsage(begun);
  const bytes = records.reduce((sum, record) => sum + record.value.length, 0);
  const usPerRecord = (user + system) / (ROUNDS * records.length);
  return { what, records: records.length * ROUNDS, bytes: Math.round(bytes / records.length), usPerRecord };
}

function decodeLogs(wantRaw: boolean): void {
  const options = { retentionMs: 7 * DAY, redactor, wantRaw, onCut: () => {} };
  for (const record of logs) decodeLog(record.value, at, options);
}

const rows = [
  measure('JSON.parse of the log lines', logs, () => {
    for (const record of logs) JSON.parse(Buffer.from(record.value).toString());
  }),
  measure('log lines', logs, () => decodeLogs(false)),
  measure('log lines, may be passed on as bytes', logs, () => decodeLogs(true)),
  measure('flat metrics', metrics, () => void decodeMetrics(metrics, decoding)),
];
console.table(
  rows.map(row => ({
    ...row,
    usPerRecord: row.usPerRecord.toFixed(2),
    recordsPerCpuSecond: Math.round(1e6 / row.usPerRecord),
  })),
);
