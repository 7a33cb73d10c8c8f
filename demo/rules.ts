/** The rules a platform team would have written on such an estate; posted over the public API. Who is told stands in `alerting.ts`. */

const EVERY_HALF_MINUTE = '*/30 * * * * *';
const shared = {
  schedule: EVERY_HALF_MINUTE,
  zone: 'Asia/Shanghai',
  delay: '10s',
  labels: { team: 'dw' },
};

/**
 * Rule documents: absolute thresholds, a period-over-period comparison, a restart counter, a skew detector. What may be a cause holds on a
 * little longer than its consequences, so that none of them is told alone at the end.
 */
export function demoRules(): readonly Record<string, unknown>[] {
  return [
    {
      ...shared,
      name: 'report_freshness',
      level: 'critical',
      window: '2m',
      repeat_interval: '29m',
      keep_firing_for: '30s',
      group_by: ['report'],
      // Ages are also told of datasets, which have no such label.
      matchers: { report: { op: '=~', value: '.+' } },
      metrics: [
        { name: 'age', metric: 'age_ms', op: 'LAST' },
        { name: 'lag_sum', metric: 'lag_sum_ms', op: 'LAST' },
      ],
      condition: 'age > 180000',
      annotations: [
        { name: '数据新鲜度 age (s)', formula: 'round([0]/1000)' },
        { name: '链路延迟之和 sum of lags (s)', formula: 'round([1]/1000)' },
      ],
      summary: '报表 {{report}} 的数据已落后 {{value.0|duration}} · its data is late',
    },
    {
      ...shared,
      name: 'job_lag',
      level: 'warning',
      window: '1m',
      repeat_interval: '29m',
      keep_firing_for: '3m',
      group_by: ['job'],
      metrics: [
        { name: 'lag_time', metric: 'lag_ms', op: 'LAST', across: 'max' },
        { name: 'lag_count', metric: 'lag', op: 'LAST', across: 'sum' },
      ],
      condition: 'lag_time > 60000 and lag_count > 100',
      annotations: [
        { name: '消费延迟 lag (s)', formula: 'round([0]/1000)' },
        { name: '积压条数 records behind', formula: '[1]' },
      ],
      summary: '{{job}} 消费落后 {{value.0|duration}}，积压 {{value.1|number}} 条 · the job lags',
    },
    {
      ...shared,
      name: 'job_restarts',
      level: 'error',
      window: '5m',
      keep_firing_for: '2m',
      repeat_interval: '29m',
      group_by: ['job'],
      metrics: [{ name: 'restarts', metric: 'restarts', op: 'DELTA' }],
      condition: 'restarts >= 1',
      annotations: [{ name: '5 分钟内重启 restarts within 5 min', formula: '[0]' }],
      summary: '{{job}} 5 分钟内重启 {{value.0|number}} 次 · the job has restarted',
    },
    {
      ...shared,
      name: 'input_drop',
      level: 'warning',
      window: '1m',
      for: '1m',
      repeat_interval: '29m',
      group_by: ['job'],
      matchers: { job: { op: '=~', value: 'dwd_.*' } },
      metrics: [
        { name: 'now', metric: 'records_in_per_second', op: 'AVG' },
        { name: 'ten_minutes_ago', metric: 'records_in_per_second', op: 'AVG', offset: '10m' },
        { name: 'twenty_minutes_ago', metric: 'records_in_per_second', op: 'AVG', offset: '20m' },
      ],
      // Against two moments: the burst after an outage must not make the usual look like a drop.
      condition: 'pct({0},{1}) < -0.6 and pct({0},{2}) < -0.6',
      annotations: [
        { name: '当前流入 now (条/s)', formula: 'round([0])' },
        { name: '10 分钟前 before (条/s)', formula: 'round([1])' },
      ],
      summary: '{{job}} 的输入比 10 分钟前少 60% 以上 · its input has dropped',
    },
    {
      ...shared,
      name: 'busy_skew',
      level: 'warning',
      window: '1m',
      for: '30s',
      keep_firing_for: '4m',
      repeat_interval: '29m',
      group_by: ['job', 'task'],
      matchers: { job: { op: '=~', value: 'dwd_.*' } },
      metrics: [
        { name: 'busiest', metric: 'busy_ratio', op: 'LAST', across: 'max' },
        { name: 'mean', metric: 'busy_ratio', op: 'LAST', across: 'avg' },
      ],
      condition: 'busiest > 0.9 and busiest - mean > 0.5',
      annotations: [
        { name: '最忙 subtask busiest (%)', formula: 'round([0]*100)' },
        { name: '平均 mean (%)', formula: 'round([1]*100)' },
      ],
      summary: '{{job}} 数据倾斜，最忙的 subtask 忙碌度 {{value.0|percent}} · a hot key',
    },
    {
      ...shared,
      name: 'nifi_stall',
      level: 'error',
      window: '1m',
      keep_firing_for: '3m',
      repeat_interval: '29m',
      group_by: ['process_group'],
      metrics: [
        { name: 'oldest', metric: 'nifi.connection.queuedDuration', op: 'LAST', across: 'max' },
        { name: 'queued', metric: 'nifi.connection.queuedCount', op: 'LAST', across: 'sum' },
      ],
      condition: 'oldest > 45000',
      annotations: [
        { name: '最早一条已排队 oldest waits (s)', formula: 'round([0]/1000)' },
        { name: '排队条数 queued', formula: '[1]' },
      ],
      summary: 'NiFi {{process_group}} 停滞，最早一条已排队 {{value.0|duration}} · it has stalled',
    },
  ];
}
