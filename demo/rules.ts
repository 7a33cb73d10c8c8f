/** The rules and channels a platform team would have set up on such an estate; posted over the public API. */
import type { Inbox } from './inbox.ts';

/** Channel documents that deliver into the inbox. */
export function demoChannels(inbox: Inbox): readonly Record<string, unknown>[] {
  return [
    {
      name: 'dw-oncall-mail',
      type: 'email',
      host: '127.0.0.1',
      port: inbox.smtpPort,
      from: 'tidewatch@demo.example',
      to: ['dw-oncall@demo.example'],
    },
    {
      name: 'dw-oncall-dingtalk',
      type: 'dingtalk',
      base_url: inbox.dingtalkUrl,
      access_token: inbox.dingtalkToken,
      secret: inbox.dingtalkSecret,
    },
  ];
}

const EVERY_HALF_MINUTE = '*/30 * * * * *';
const shared = {
  schedule: EVERY_HALF_MINUTE,
  zone: 'Asia/Shanghai',
  delay: '10s',
  receivers: ['dw-oncall-mail', 'dw-oncall-dingtalk'],
  labels: { team: 'dw' },
};

/** Rule documents: absolute thresholds, a period-over-period comparison, a restart counter, a skew detector. */
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
      metrics: [
        { name: 'age', metric: 'age_ms', op: 'LAST' },
        { name: 'lag_sum', metric: 'lag_sum_ms', op: 'LAST' },
      ],
      condition: 'age > 180000',
      annotations: [
        { name: '数据新鲜度 (ms)', formula: '[0]' },
        { name: '链路延迟之和 (ms)', formula: '[1]' },
      ],
      summary: '报表 {{report}} 的数据已落后 {{value.0|duration}}',
    },
    {
      ...shared,
      name: 'job_lag',
      level: 'warning',
      window: '1m',
      repeat_interval: '29m',
      for: '30s',
      keep_firing_for: '30s',
      group_by: ['job', 'topic'],
      metrics: [
        { name: 'lag_time', metric: 'lag_ms', op: 'MAX' },
        { name: 'lag_count', metric: 'lag', op: 'MAX' },
      ],
      condition: 'lag_time > 60000 and lag_count > 100',
      annotations: [
        { name: '消费延迟 (ms)', formula: '[0]' },
        { name: '积压条数', formula: '[1]' },
      ],
      summary: '{{job}} 消费 {{topic}} 落后 {{value.0|duration}}（{{value.1|number}} 条）',
    },
    {
      ...shared,
      name: 'job_restarts',
      level: 'error',
      window: '1m',
      repeat_interval: '29m',
      keep_firing_for: '2m',
      group_by: ['job'],
      metrics: [
        { name: 'now', metric: 'restarts', op: 'MAX' },
        { name: 'before', metric: 'restarts', op: 'MAX', offset: '5m' },
      ],
      condition: '{0} - {1} >= 1',
      annotations: [{ name: '5 分钟内重启次数', formula: '[0]-[1]' }],
      summary: '{{job}} 在 5 分钟内重启',
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
      ],
      condition: 'pct({0},{1}) < -0.6',
      annotations: [
        { name: '当前流入 (条/s)', formula: '[0]' },
        { name: '10 分钟前 (条/s)', formula: '[1]' },
      ],
      summary: '{{job}} 的输入比 10 分钟前少 60% 以上',
    },
    {
      ...shared,
      name: 'busy_skew',
      level: 'warning',
      window: '1m',
      for: '1m',
      repeat_interval: '29m',
      group_by: ['job', 'task'],
      matchers: { job: { op: '=~', value: 'dwd_.*' } },
      metrics: [
        { name: 'busiest', metric: 'busy_ratio', op: 'MAX' },
        { name: 'median', metric: 'busy_ratio', op: 'P50' },
      ],
      condition: 'busiest > 0.9 and busiest - median > 0.5',
      annotations: [
        { name: '最忙 subtask', formula: '[0]' },
        { name: '中位数', formula: '[1]' },
      ],
      summary: '{{job}} 数据倾斜：最忙的 subtask 忙碌度 {{value.0|percent}}',
    },
  ];
}
