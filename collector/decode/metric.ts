/**
 * Records of the metrics stream -> metric groups. Three shapes, told apart by their fields: batched (`groups`), flat (one
 * metric a record, with or without `logical` scope), dotted (an identifier in `name`). Metrics of one batch with equal time and
 * labels end up in one group. A hot path: checks are written by hand.
 */
import type { Labels } from '../../model/labels.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { derivedValues } from '../derived-metrics.ts';
import { type FlinkScope, parseLogicalScope, seriesIdentity, seriesName, seriesPrefix } from '../scope.ts';
import type { RawRecord } from '../source.ts';
import type { DottedMetric } from './dotted.ts';
import { type Fields, isFields, textField, timeField } from './fields.ts';
import { recordFields } from './json-record.ts';
import { meterFields, metricNumber, putHistogram, putMeter, putNumber } from './metric-value.ts';
import { guarded, Rejected, type RejectedAt } from './rejected.ts';

/** Points up to this far ahead of the clock are kept as stamped. */
export const MAX_AHEAD_MS = 600_000;
const MAX_NAME = 512;
const NO_ENV = { app_id: '', container_id: '' };

export interface MetricDecoding {
  /** Wall-clock time of receipt. */
  readonly arrivedAt: number;
  readonly retentionMs: number;
  /** Whether a series of this full name is kept (`metrics.include`, `metrics.exclude`). */
  readonly keeps: (name: string) => boolean;
  readonly dotted: (identifier: string) => DottedMetric | null;
}

/** A group that still knows what Flink called it. */
export interface DecodedGroup extends MetricGroup {
  /** Null for a flat record without a logical scope. */
  readonly scope: FlinkScope | null;
  /** Full names of the values that count up from 0 at the start: counters, and the counts of meters. */
  readonly counters: readonly string[];
}

export interface DecodedMetrics {
  readonly groups: readonly DecodedGroup[];
  readonly rejected: readonly RejectedAt[];
  /** Values that do not become points, by reason: `not-finite`, `not-a-number`, `excluded`. */
  readonly dropped: ReadonlyMap<string, number>;
}

/**
 * Decodes records as far as they can be: a value that is no finite number is dropped and counted, a record without a usable
 * time, name or shape is rejected (`bad-field`, `unknown-shape`, `unknown-scope`, `ts-future`, `ts-expired`, and those of
 * every stream).
 */
export function decodeMetrics(records: readonly RawRecord[], decoding: MetricDecoding): DecodedMetrics {
  const collected = new Collected(decoding);
  const rejected: RejectedAt[] = [];
  records.forEach((record, index) => {
    const failure = guarded(() => {
      const fields = recordFields(record.value);
      return fields instanceof Rejected ? fields : decodeRecord(fields, decoding, collected);
    });
    if (failure) rejected.push({ index, rejected: failure });
  });
  return { groups: collected.finish(), rejected, dropped: collected.dropped };
}

function decodeRecord(fields: Fields, decoding: MetricDecoding, out: Collected): Rejected | null {
  const ts = timeField(fields['ts']);
  if (ts === null) return new Rejected('bad-field', 'ts: expected epoch milliseconds');
  if (ts > decoding.arrivedAt + MAX_AHEAD_MS)
    return new Rejected('ts-future', `ts is ${ts - decoding.arrivedAt} ms ahead`);
  if (ts < decoding.arrivedAt - decoding.retentionMs)
    return new Rejected('ts-expired', 'ts is older than the retention');
  if (fields['groups'] !== undefined) return decodeBatched(ts, fields, out);
  if (typeof fields['name'] === 'string' && fields['name'] !== '') return decodeFlat(ts, fields, decoding, out);
  return new Rejected('unknown-shape', 'expected groups (a batched record) or name (a flat record)');
}

function decodeBatched(ts: number, fields: Fields, out: Collected): Rejected | null {
  const groups = fields['groups'];
  if (!Array.isArray(groups)) return new Rejected('bad-field', 'groups: expected a list');
  const common = isFields(fields['vars']) ? fields['vars'] : {};
  const env = isFields(fields['env']) ? fields['env'] : {};
  const unknown: string[] = [];
  for (const group of groups as readonly unknown[]) {
    if (!isFields(group)) return new Rejected('bad-field', 'groups: expected objects');
    const logical = parseLogicalScope(textField(group['scope']));
    if (!logical) {
      unknown.push(textField(group['scope'], 80));
      continue;
    }
    const vars = isFields(group['vars']) ? { ...common, ...group['vars'] } : common;
    const prefix = seriesPrefix(logical, vars);
    const target = out.target(ts, logical.scope, vars, env);
    for (const [metric, value] of entries(group['gauges'])) target.number(prefix, metric, value);
    for (const [metric, value] of entries(group['counters'])) target.counter(prefix, metric, value);
    for (const [metric, value] of entries(group['meters'])) {
      const { rate, count } = meterFields(value);
      target.meter(prefix, metric, rate, count);
    }
    for (const [metric, value] of entries(group['histograms'])) target.histogram(prefix, metric, value);
  }
  // the other groups of the record are kept: points are idempotent, so a repaired record may be sent again
  return unknown.length > 0 ? new Rejected('unknown-scope', `no Flink scope: ${unknown.slice(0, 3).join(', ')}`) : null;
}

function decodeFlat(ts: number, fields: Fields, decoding: MetricDecoding, out: Collected): Rejected | null {
  const name = textField(fields['name'], MAX_NAME);
  const vars = isFields(fields['vars']) ? fields['vars'] : {};
  const type = fields['type'];
  if (type !== 'histogram') {
    if (fields['value'] === undefined) return new Rejected('bad-field', 'value: missing');
    // a reporter says what it sends and may send texts; anyone else is told
    const number = type === undefined && fields['value'] !== null ? metricNumber(fields['value']) : 0;
    if (number === 'not-finite') return new Rejected('not-finite', 'value: NaN or infinite');
    if (number === 'not-a-number') return new Rejected('bad-field', 'value: expected a number');
  }
  const scope = fields['logical'];
  if (scope !== undefined && scope !== null && scope !== '') {
    const logical = parseLogicalScope(textField(scope));
    if (!logical) return new Rejected('unknown-scope', `logical: no Flink scope: ${textField(scope, 80)}`);
    out.target(ts, logical.scope, vars, fields).put(type, seriesPrefix(logical, vars), name, fields);
    return null;
  }
  const dotted = fields['vars'] === undefined && name.includes('.') ? decoding.dotted(name) : null;
  if (dotted)
    out.target(ts, dotted.scope, dotted.vars, fields).put(type, seriesPrefix(dotted, {}), dotted.metric, fields);
  else out.target(ts, null, vars, fields).put(type, '', name, fields);
  return null;
}

function entries(value: unknown): [string, unknown][] {
  return isFields(value) ? Object.entries(value) : [];
}

/** Groups under construction, found again by time and identity. */
class Collected {
  readonly dropped = new Map<string, number>();
  readonly #decoding: MetricDecoding;
  readonly #byKey = new Map<string, Target>();
  readonly #drop = (code: string): void => void this.dropped.set(code, (this.dropped.get(code) ?? 0) + 1);

  constructor(decoding: MetricDecoding) {
    this.#decoding = decoding;
  }

  /** The group of this time and identity. `env` is where app_id, container_id and job_name of the environment stand. */
  target(ts: number, scope: FlinkScope | null, vars: Fields, env: Fields): Target {
    const appId = textField(env['app_id']);
    const containerId = textField(env['container_id']);
    let key = `${ts}\u0001${scope}\u0001${appId}\u0001${containerId}`;
    for (const name in vars) key += `\u0001${name}\u0002${textField(vars[name])}`;
    const known = this.#byKey.get(key);
    if (known) return known;

    const identity = seriesIdentity(
      scope,
      vars,
      appId || containerId ? { app_id: appId, container_id: containerId } : NO_ENV,
    );
    const target = new Target(
      ts,
      scope,
      identity.labels,
      withProcessJob(scope, identity.attrs, env),
      this.#decoding.keeps,
      this.#drop,
    );
    this.#byKey.set(key, target);
    return target;
  }

  finish(): DecodedGroup[] {
    const groups: DecodedGroup[] = [];
    for (const target of this.#byKey.values()) target.finish(this.#decoding.arrivedAt, groups);
    return groups;
  }
}

/**
 * A process that serves one job says so in its environment. That makes the job findable by its processes' metrics without
 * being part of their identity; a session cluster's processes serve many.
 */
function withProcessJob(scope: FlinkScope | null, attrs: Labels, env: Fields): Labels {
  const job = textField(env['job_name']);
  const isProcess = scope === 'jobmanager' || scope === 'taskmanager';
  return isProcess && job !== '' && job !== 'session' ? { ...attrs, job } : attrs;
}

/** One metric group being filled. */
class Target {
  readonly #ts: number;
  readonly #scope: FlinkScope | null;
  readonly #labels: Labels;
  readonly #attrs: Labels;
  readonly #keeps: (name: string) => boolean;
  readonly #drop: (code: string) => void;
  readonly #values: [string, number][] = [];
  readonly #counters: string[] = [];
  /** Values whose name carried labels (legacy offset metrics), by those labels. */
  readonly #extra: { readonly labels: Labels; readonly value: readonly [string, number] }[] = [];

  constructor(
    ts: number,
    scope: FlinkScope | null,
    labels: Labels,
    attrs: Labels,
    keeps: (name: string) => boolean,
    drop: (code: string) => void,
  ) {
    this.#ts = ts;
    this.#scope = scope;
    this.#labels = labels;
    this.#attrs = attrs;
    this.#keeps = keeps;
    this.#drop = drop;
  }

  /** Puts the metric of a flat record. */
  put(type: unknown, prefix: string, metric: string, fields: Fields): void {
    if (type === 'histogram') this.histogram(prefix, metric, fields);
    else if (type === 'meter') this.meter(prefix, metric, fields['value'], fields['count']);
    else if (type === 'counter') this.counter(prefix, metric, fields['value']);
    else this.number(prefix, metric, fields['value']);
  }

  number(prefix: string, metric: string, value: unknown): void {
    this.#write(prefix, metric, (name, put) => putNumber(name, value, put, this.#drop));
  }

  counter(prefix: string, metric: string, value: unknown): void {
    this.#write(prefix, metric, (name, put) => {
      this.#counters.push(name);
      putNumber(name, value, put, this.#drop);
    });
  }

  meter(prefix: string, metric: string, rate: unknown, count: unknown): void {
    this.#write(prefix, metric, (name, put) => {
      if (count !== undefined) this.#counters.push(`${name}.count`);
      putMeter(name, rate, count, put, this.#drop);
    });
  }

  histogram(prefix: string, metric: string, snapshot: unknown): void {
    this.#write(prefix, metric, (name, put) => putHistogram(name, snapshot, put, this.#drop));
  }

  finish(arrivedAt: number, groups: DecodedGroup[]): void {
    const group = { ts: this.#ts, scope: this.#scope, attrs: this.#attrs, arrivedAt };
    if (this.#values.length > 0) {
      for (const value of derivedValues(this.#ts, this.#values)) this.#values.push([value[0], value[1]]);
      groups.push({ ...group, labels: this.#labels, values: this.#values, counters: this.#counters });
    }
    for (const { labels, value } of this.#extra)
      groups.push({ ...group, labels: { ...this.#labels, ...labels }, values: [value], counters: [] });
  }

  #write(
    prefix: string,
    metric: string,
    write: (name: string, put: (name: string, value: number) => void) => void,
  ): void {
    const { name, extra } = prefix === '' ? { name: metric } : seriesName(prefix, metric);
    if (name.length > MAX_NAME || !this.#keeps(name)) {
      this.#drop('excluded');
      return;
    }
    write(name, (full, value) => {
      if (extra) this.#extra.push({ labels: extra, value: [full, value] });
      else this.#values.push([full, value]);
    });
  }
}
