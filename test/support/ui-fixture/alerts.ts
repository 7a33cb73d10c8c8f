/** Alerts, rules, deliveries and the demo's inbox over the fixture's estate. */
import type { AlertBrief, AlertDetail, Delivery, InboxItem } from '../../../web/ui/src/api/alerts.ts';
import type { Rule, RuleHistory } from '../../../web/ui/src/api/rules.ts';
import { containerId, FAILED_JOB, lagMs, MINUTE, SLOW_JOB } from './estate.ts';

const RULES: readonly Rule[] = [
  {
    id: 'r1',
    version: '3',
    name: 'ostream_lag',
    enabled: true,
    level: 'critical',
    schedule: '*/5 * * * *',
    zone: 'Asia/Shanghai',
    window: '30m',
    delay: '30s',
    repeat_interval: '29m',
    for: '0s',
    group_by: ['job', 'topic'],
    matchers: { cluster: 'data-1' },
    metrics: [
      { name: 'lag', metric: 'lag_ms', op: 'MAX', offset: '0m' },
      { name: 'lag_yesterday', metric: 'lag_ms', op: 'MAX', offset: '1d' },
    ],
    condition: 'lag > 300000 and pct({0},{1}) > 0.5',
    receivers: ['dw-oncall'],
    summary: '{{job}} lags {{value.0|duration}}',
    annotations: [{ name: 'lag', formula: '[0]' }],
    health: { state: 'ok' },
    late_after_eval: 2,
  },
  {
    id: 'r2',
    version: '1',
    name: 'job_restarts',
    origin: 'generated',
    source: 'jobs',
    overridden: true,
    enabled: true,
    level: 'error',
    schedule: '* * * * *',
    window: '10m',
    group_by: ['job'],
    metrics: [{ name: 'restarts', metric: 'restarts', op: 'MAX' }],
    condition: '{0} >= 3',
    receivers: ['dw-oncall'],
    health: { state: 'ok' },
  },
  {
    id: 'r3',
    version: '1',
    name: 'push_lag',
    origin: 'file',
    file: 'rules/push.yaml',
    enabled: true,
    level: 'warning',
    schedule: '*/2 * * * *',
    for: '10m',
    metrics: [{ metric: 'lag_ms', op: 'MAX', matchers: { job: 'agg_push_1m' } }],
    condition: '{0} > 60000',
    health: { state: 'error', code: 'query-failed' },
  },
  {
    id: 'r4',
    version: '1',
    name: 'nightly_volume',
    enabled: false,
    level: 'info',
    schedule: '0 8 * * *',
    metrics: [{ metric: 'records_out_total', op: 'SUM' }],
    condition: '{0} < 1',
  },
];

export function rules(): readonly Rule[] {
  return RULES;
}

function alert(
  id: string,
  over: {
    job: string;
    topic?: string;
    rule: Rule;
    state: string;
    since: number;
    values: number[];
    formula: string;
    summary: string;
    affects: string[];
  },
): AlertBrief {
  return {
    id,
    kind: 'rule',
    labels: {
      alertname: over.rule.name,
      severity: over.rule.level ?? 'warning',
      job: over.job,
      ...(over.topic ? { topic: over.topic } : {}),
    },
    state: over.state,
    severity: over.rule.level ?? 'warning',
    starts_at: over.state === 'pending' ? null : over.since,
    active_at: over.since,
    values: over.values,
    formula: over.formula,
    summary: over.summary,
    rule_id: over.rule.id,
    rule_name: over.rule.name,
    annotations: [{ name: 'sdk_log', value: String(over.values[0]) }],
    owner: 'dw-team',
    affects: over.affects.map(report => ({ report, owner: 'finance' })),
  };
}

export function alertsAt(now: number): AlertBrief[] {
  const lag = Math.round(lagMs(SLOW_JOB, now));
  const tick = Math.floor(now / (5 * MINUTE)) * 5 * MINUTE;
  return [
    alert('a1', {
      job: SLOW_JOB,
      topic: 'dwd_order',
      rule: RULES[0]!,
      state: 'firing',
      since: tick - 25 * MINUTE,
      values: [lag, 5100],
      formula: `lag ${lag.toLocaleString('en')} > 300,000 and pct(${lag.toLocaleString('en')}, 5,100) ${(lag / 5100 - 1).toFixed(1)} > 0.5`,
      summary: `${SLOW_JOB} lags ${Math.round(lag / MINUTE)} min behind dwd_order`,
      affects: ['实时 GMV 大屏', 'ads_conversion'],
    }),
    alert('a2', {
      job: FAILED_JOB,
      rule: RULES[1]!,
      state: 'firing',
      since: tick - 10 * MINUTE,
      values: [14],
      formula: 'restarts 14 >= 3',
      summary: `${FAILED_JOB} restarted 14 times in 10 min`,
      affects: [],
    }),
    alert('a3', {
      job: 'agg_push_1m',
      rule: RULES[2]!,
      state: 'pending',
      since: now - 4 * MINUTE,
      values: [95_000],
      formula: '{0} 95,000 > 60,000',
      summary: 'agg_push_1m lags 95 s',
      affects: ['push_reach'],
    }),
  ];
}

/** `over`: the alert of a resolved message. It fired for ten minutes and ended two hours ago, before the job last changed. */
function endedAlert(now: number): AlertDetail {
  const step = 5 * MINUTE;
  const end = Math.floor(now / step) * step - 120 * MINUTE;
  const since = end - 2 * step;
  const [firing, ended] = [480_000, 12_000];
  const found = alert('over', {
    job: SLOW_JOB,
    topic: 'dwd_order',
    rule: RULES[0]!,
    state: 'resolved',
    since,
    values: [firing, 5100],
    formula: 'lag 480,000 > 300,000 and pct(480,000, 5,100) 93.1 > 0.5',
    summary: `${SLOW_JOB} lagged 8 min behind dwd_order`,
    affects: ['ads_conversion'],
  });
  return {
    ...found,
    rule: RULES[0]!,
    ends_at: end,
    reason: 'recovered',
    at_firing: { t: since, values: found.values, formula: found.formula },
    at_end: { t: end, values: [ended, 5100], formula: 'lag 12,000 > 300,000' },
    history: Array.from({ length: 12 }, (_, i) => {
      const t = end + (i - 8) * step;
      const fires = t >= since && t < end;
      return { t, values: [fires ? firing : ended, 5100], state: fires ? 'firing' : 'inactive' };
    }),
    log_line: null,
    deliveries: (['resolved', 'firing'] as const).map(kind => ({
      id: `over-${kind}`,
      channel: 'dw-oncall-mail',
      kind,
      status: 'delivered',
      attempts: 1,
      alerts: [{ labels: found.labels, status: kind }],
      created_at: kind === 'resolved' ? end : since,
    })),
  };
}

export function alertDetail(id: string, now: number): AlertDetail | null {
  if (id === 'over') return endedAlert(now);
  const found = alertsAt(now).find(a => a.id === id);
  if (!found) return null;
  const since = found.active_at ?? now;
  const step = 5 * MINUTE;
  const ticks = Array.from({ length: 24 }, (_, i) => Math.floor(now / step) * step - (23 - i) * step);
  return {
    ...found,
    rule: RULES.find(r => r.id === found.rule_id) ?? null,
    history: ticks.map(t => ({
      t,
      values: found.values.map((v, i) => (i === 0 ? Math.round((v ?? 0) * (t < since ? 0.1 : 0.9)) : v)),
      state: t < since ? 'inactive' : found.state,
    })),
    log_line:
      id === 'a2'
        ? {
            ts: now - 3 * MINUTE,
            text: `${FAILED_JOB} switched from RUNNING to FAILED: java.lang.NumberFormatException: For input string: "N/A"`,
            url: `/logs?job=${FAILED_JOB}&around=line-exception`,
          }
        : null,
  };
}

export function ruleHistory(id: string, from: number, to: number): RuleHistory {
  const step = 5 * MINUTE;
  const firing = id === 'r1';
  const ticks = [];
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
    ticks.push({
      t,
      groups: [
        {
          labels: { job: SLOW_JOB, topic: 'dwd_order' },
          values: [Math.round(lagMs(SLOW_JOB, t)), 5100],
          state: firing && t > to - 25 * MINUTE ? 'firing' : 'inactive',
        },
        {
          labels: { job: 'etl_pay_clean', topic: 'ods_pay_log' },
          values: [3100, 3000],
          state: 'inactive',
        },
      ],
    });
  }
  return { ticks };
}

export function deliveries(now: number): Delivery[] {
  return [
    {
      id: 'd1',
      channel: 'dw-oncall-mail',
      kind: 'firing',
      status: 'delivered',
      attempts: 1,
      recipients: [{ address: 'oncall@example.com', status: 'accepted' }],
      alerts: [{ labels: { alertname: 'ostream_lag', job: SLOW_JOB }, status: 'firing' }],
      created_at: now - 25 * MINUTE,
    },
    {
      id: 'd2',
      channel: 'dw-dingtalk',
      kind: 'firing',
      status: 'retrying',
      attempts: 3,
      class: 'throttled',
      error: 'errcode 130101: send too fast',
      alerts: [{ labels: { alertname: 'job_restarts', job: FAILED_JOB }, status: 'firing' }],
    },
    {
      id: 'd3',
      channel: 'dw-dingtalk',
      kind: 'resolved',
      status: 'dead',
      attempts: 12,
      class: 'permanent',
      error: 'errcode 310000: sign not match',
      alerts: [{ labels: { alertname: 'push_lag' }, status: 'resolved' }],
    },
  ];
}

export function inbox(now: number): InboxItem[] {
  return [
    {
      id: 'm1',
      kind: 'email',
      at: now - 25 * MINUTE,
      to: ['oncall@example.com'],
      subject: `[critical] ${SLOW_JOB} lags 13 min behind dwd_order`,
      html: `<div style="font:14px sans-serif;padding:24px;max-width:640px"><h2 style="color:#b3261e">${SLOW_JOB} lags 13 min</h2><p>2 reports are behind.</p><table border="0" cellpadding="6" style="border-collapse:collapse;background:#f5f7f8"><tr><td>lag</td><td><b>780,000</b> &gt; 300,000</td></tr><tr><td>container</td><td>${containerId(SLOW_JOB, 1)}</td></tr></table><script>window.parent.document.title = 'owned'</script></div>`,
      text: `${SLOW_JOB} lags 13 min`,
    },
    {
      id: 'm2',
      kind: 'dingtalk',
      at: now - 10 * MINUTE,
      to: 'dw-dingtalk',
      subject: `${FAILED_JOB} restarted 14 times`,
      text: `#### [error] ${FAILED_JOB} restarted 14 times\n> restarts **14** >= 3\n\n- owner: growth\n- [open the alert](/alerts/a2)\n- [not a link](javascript:alert(1))`,
    },
  ];
}
