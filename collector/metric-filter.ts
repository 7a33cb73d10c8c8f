import { globTest } from '../model/glob.ts';

/**
 * Which metrics are kept. Flink passes on some 140 metrics of every Kafka client, nearly half of all it reports; of these
 * only the few below are kept by default. Everything else is kept.
 */
const KEPT_CLIENT_METRICS = new Set([
  'records-lag-max',
  'records-lead-min',
  'records-consumed-rate',
  'records-consumed-total',
  'bytes-consumed-rate',
  'last-poll-seconds-ago',
  'poll-idle-ratio-avg',
  'fetch-latency-avg',
  'commit-latency-avg',
  'assigned-partitions',
  'record-send-rate',
  'record-send-total',
  'record-error-rate',
  'record-error-total',
  'record-retry-rate',
  'outgoing-byte-rate',
  'request-latency-avg',
  'produce-throttle-time-avg',
  'buffer-available-bytes',
  'batch-size-avg',
]);
const CLIENT_GROUP = /\.Kafka(?:Consumer|Producer)\./;
const MAX_REMEMBERED = 20_000;

/**
 * Compiles `metrics.include` and `metrics.exclude`: full series names in which `*` stands for any text. A name that `include`
 * lists is kept whatever the rest says; then `exclude` and the default list leave names out.
 */
export function createMetricFilter(lists: {
  include?: readonly string[];
  exclude?: readonly string[];
}): (name: string) => boolean {
  const included = globTest(lists.include ?? []);
  const excluded = globTest(lists.exclude ?? []);
  const decided = new Map<string, boolean>();
  return name => {
    const known = decided.get(name);
    if (known !== undefined) return known;
    const internal = CLIENT_GROUP.test(name) && !KEPT_CLIENT_METRICS.has(name.slice(name.lastIndexOf('.') + 1));
    const kept = included(name) || !(excluded(name) || internal);
    if (decided.size >= MAX_REMEMBERED) decided.clear();
    decided.set(name, kept);
    return kept;
  };
}
