/**
 * What a metric name written by a person stands for (contracts.md section 3): a full name, a stable alias, or a bare Flink name
 * such as `pendingRecords` or `KafkaSourceReader.currentOffset`. Known Flink metrics resolve on an empty store too, so that
 * rules can be saved before the first record arrives.
 */
import { ALIASES, type MetricText } from './catalog/aliases.ts';
import { describeFlink, FLINK_METRICS } from './catalog/flink-metrics.ts';
import type { FlinkMetricType } from './catalog/flink-row.ts';
import { NIFI_METRICS } from './catalog/nifi.ts';
import type { StoredName } from './metric-store.ts';

/**
 * `ambiguous`: the bare name exists in several places and the candidates (full names, sorted) measure different things: a
 * rule is refused, a query answers each under its own `__name__`. `unknown`: no series, alias or known metric has this name
 * (yet); it stands for the series of exactly that name.
 */
export type Resolution =
  | { readonly kind: 'ok'; readonly names: readonly StoredName[] }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] }
  | { readonly kind: 'unknown'; readonly names: readonly StoredName[] };

/** One line of `GET /metrics/catalog`. `unit` and texts are empty for series nobody has described. */
export interface CatalogEntry extends MetricText {
  readonly kind: 'alias' | 'metric';
  /** What Flink calls it; null for aliases and metrics nobody has described. */
  readonly type: FlinkMetricType | null;
  /** The stored names an alias reads. */
  readonly reads: readonly StoredName[];
  /** True when a series of it is stored now. */
  readonly stored: boolean;
}

const SCOPE = /^flink\.(?:jobmanager|job|taskmanager|task|operator)\./;
const aliasOf = new Map(ALIASES.map(alias => [alias.name, alias]));
const textOf = new Map(FLINK_METRICS.map(metric => [metric.name, metric]));
const nifiOf = new Map(NIFI_METRICS.map(metric => [metric.name, metric]));
/** Flink 1.x has these a second time, under a shorter path; unless stored they must not be what a bare name means. */
const SECOND_NAME = /^flink\.task\.buffers\./;
const resolvable = [...textOf.keys()].filter(name => !SECOND_NAME.test(name));

/** Resolves a name against the catalog and the names stored now. An alias also reads series stored under its own name. */
export function resolveMetric(name: string, storedNames: Iterable<string>): Resolution {
  const alias = aliasOf.get(name);
  if (alias) return { kind: 'ok', names: [...alias.reads, { name }] };
  if (textOf.has(name)) return { kind: 'ok', names: [{ name }] };

  const stored = new Set(storedNames);
  const exact: Resolution = { kind: stored.has(name) ? 'ok' : 'unknown', names: [{ name }] };
  if (SCOPE.test(name)) return exact;
  const scoped = nearest(name, [...resolvable, ...stored]);
  if (scoped.length === 0) return exact;
  if (scoped.length === 1)
    return { kind: 'ok', names: [{ name: scoped[0]! }, ...(stored.has(name) ? [{ name }] : [])] };
  // A flat record without a scope may have brought the bare name itself: alone in the store, it is what is meant.
  if (stored.has(name) && !scoped.some(full => stored.has(full))) return exact;
  return { kind: 'ambiguous', candidates: scoped };
}

/**
 * The full names whose path after the scope is `bare`, or, when there is none, those that end in it with the shortest path:
 * `idleTimeMsPerSecond` is the task's, not the one of `split.watermark`; `currentOffset` finds `KafkaSourceReader.currentOffset`.
 */
function nearest(bare: string, fullNames: Iterable<string>): string[] {
  let found = new Set<string>();
  let depth = Infinity;
  for (const full of fullNames) {
    if (!full.endsWith(`.${bare}`)) continue;
    const scope = SCOPE.exec(full);
    if (!scope) continue;
    const above = full.length - scope[0].length - bare.length;
    const groups = above === 0 ? 0 : full.slice(scope[0].length, -bare.length).split('.').length - 1;
    if (groups > depth) continue;
    if (groups < depth) found = new Set();
    depth = groups;
    found.add(full);
  }
  return [...found].sort();
}

/** Every alias, every known Flink metric and every other stored name, sorted by name within its kind. */
export function catalogEntries(storedNames: Iterable<string>): readonly CatalogEntry[] {
  const stored = new Set(storedNames);
  const aliases = ALIASES.map(({ reads, ...text }): CatalogEntry => {
    const names = [...reads, { name: text.name }];
    return { ...text, kind: 'alias', type: null, reads: names, stored: names.some(read => stored.has(read.name)) };
  });
  const names = new Set([...textOf.keys(), ...stored].filter(name => !aliasOf.has(name)));
  const metrics = [...names].sort().map((name): CatalogEntry => {
    const text = describeFlink(name) ?? nifiOf.get(name) ?? { name, unit: '', en: '', zh: '' };
    return { type: null, ...text, kind: 'metric', reads: [{ name }], stored: stored.has(name) };
  });
  return [...aliases, ...metrics];
}

/** A metric as a person names it, with unit and meaning; undefined for one nobody has described. */
export function describeMetric(name: string): MetricText | undefined {
  return aliasOf.get(name) ?? textOf.get(name) ?? describeFlink(name) ?? nifiOf.get(name);
}

/** Unit of a metric as a person names it; '' for one nobody has described. */
export function unitOf(name: string): string {
  return describeMetric(name)?.unit ?? '';
}
