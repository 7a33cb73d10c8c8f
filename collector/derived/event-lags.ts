import type { EventLagRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';

const EMIT_LAG = 'flink.operator.currentEmitEventTimeLag';
const POSITION = 'flink.operator.KafkaSourceReader.currentOffset';

/**
 * How old the events were that sources emitted last, as rows of the offsets stream: the largest of a job's subtasks, per topic and report.
 * The gauge itself names no topic; the positions that the same subtask of the same operator reports beside it do. One that reads several
 * topics tells of none. Before the first record the gauge has no value.
 */
export function eventLagsOf(groups: readonly MetricGroup[]): readonly EventLagRow[] {
  const lags = new Map<string, number>();
  const topics = new Map<string, Set<string>>();
  const reports = new Map<string, MetricGroup>();
  for (const group of groups) {
    const { job, operator, subtask, topic } = group.labels;
    if (!job || operator === undefined || subtask === undefined) continue;
    const key = `${group.ts} ${job} ${group.attrs['operator_id'] ?? operator} ${subtask}`;
    for (const [name, value] of group.values) {
      if (name === EMIT_LAG && value >= 0) lags.set(key, value);
      else if (name === POSITION && value >= 0 && topic !== undefined) {
        topics.set(key, (topics.get(key) ?? new Set()).add(topic));
        reports.set(key, group);
      }
    }
  }
  const rows = new Map<string, EventLagRow>();
  for (const [key, ms] of lags) {
    const [topic, ...others] = topics.get(key) ?? [];
    const report = reports.get(key);
    const hop = report?.labels['job'];
    if (report === undefined || hop === undefined || topic === undefined || others.length > 0) continue;
    const at = `${report.ts} ${hop} ${topic}`;
    rows.set(at, { type: 'event_lag', ts: report.ts, hop, topic, ms: Math.max(ms, rows.get(at)?.ms ?? 0) });
  }
  return [...rows.values()];
}
