/** Answers of /overview, /status, /freshness, /jobs and /lineage over the fixture's estate. */

import type { Freshness, Job, JobDetail, Overview, Status, StreamStatus } from '../../../web/ui/src/api/estate.ts';
import { alertsAt } from './alerts.ts';
import {
  appId,
  containerId,
  FAILED_JOB,
  jobId,
  lagMs,
  levelOf,
  MINUTE,
  nameOf,
  noise,
  pathTo,
  REPORTS,
  type ReportSpec,
  rateOf,
  SLOW_JOB,
  STAGES,
  type Stage,
  supervisor,
} from './estate.ts';

const SQL = `-- widens orders with payments and products
INSERT INTO dwd_order_wide
SELECT o.order_id, o.user_id, p.amount, d.category,
       CASE WHEN p.amount > 10000 THEN 'large' ELSE 'normal' END AS size_class
FROM dwd_order AS o
JOIN dwd_pay AS p
  ON o.order_id = p.order_id
 AND p.ts BETWEEN o.ts - INTERVAL '10' MINUTE AND o.ts + INTERVAL '10' MINUTE
LEFT JOIN dim_product FOR SYSTEM_TIME AS OF o.proc_time AS d
  ON o.product_id = d.id;`;

function hop(stage: Stage): string {
  return `${stage.job}<-${stage.reads[0]}`;
}

export function freshness(spec: ReportSpec, now: number): Freshness {
  const path = pathTo(spec.topic);
  const residence = (t: number): [string, number][] => [
    [`nifi:ingest<-file://nifi/upload`, 900 + 600 * noise('nifi', Math.floor(t / 60_000))],
    ...path.map((s): [string, number] => [hop(s), lagMs(s.job, t)]),
    [`${supervisor(spec)}<-${spec.topic}`, 1500 + 900 * noise(spec.report, Math.floor(t / 60_000))],
  ];
  const age = (t: number): number => residence(t).reduce((sum, [, ms]) => sum + ms, 0);
  const parts = residence(now);
  const ms = age(now);
  const worst = parts.toSorted((a, b) => b[1] - a[1])[0]!;
  return {
    report: spec.report,
    owner: spec.owner,
    sink: supervisor(spec),
    dataset: spec.datasource,
    ts: now,
    age_ms: Math.round(ms),
    age_low_ms: Math.round(ms * 0.85),
    age_high_ms: Math.round(ms * 1.12),
    complete_up_to: Math.round(now - ms * 1.12),
    lag_sum_ms: Math.round(ms * 0.94),
    blame: worst[0],
    residence_ms: Object.fromEntries(parts.map(([id, value]) => [id, Math.round(value)])),
    per_source: {},
    stale: [],
    status: Object.fromEntries(parts.map(([id]) => [id, id.startsWith(SLOW_JOB) ? 'WARN' : 'OK'])),
    rules: [],
    eta_ms: ms > spec.sloMs ? { low: 8 * MINUTE, high: 15 * MINUTE } : null,
    slo: { age_ms: spec.sloMs, target: 0.995 },
    level: ms > 2 * spec.sloMs ? 'critical' : ms > spec.sloMs ? 'warning' : 'ok',
    trend: Array.from({ length: 60 }, (_, i) => [now - (59 - i) * MINUTE, Math.round(age(now - (59 - i) * MINUTE))]),
  };
}

function job(stage: Stage, now: number): Job {
  const failed = stage.job === FAILED_JOB;
  const slow = stage.job === SLOW_JOB;
  const lag = Math.round(lagMs(stage.job, now));
  const input = rateOf(stage, now);
  return {
    name: stage.job,
    owner: stage.owner,
    status: failed ? 'RESTARTING' : 'RUNNING',
    status_since: failed ? now - 2 * MINUTE : now - 26 * 60 * MINUTE,
    flaps: failed ? 4 : 0,
    job_id: jobId(stage.job),
    app_id: appId(stage.job),
    containers: [0, 1, 2].map(n => containerId(stage.job, n)),
    cluster: 'data-1',
    lag_records: Math.round((lag / 1000) * stage.rate * 0.4),
    lag_ms: lag,
    records_in_per_second: input,
    records_out_per_second: failed ? 0 : input * (0.4 + 0.6 * noise(stage.job, 7)),
    busy_ratio: failed ? null : slow ? 0.985 : 0.08 + 0.5 * noise(stage.job, Math.floor(now / 30_000)),
    back_pressured_ratio: failed ? null : slow ? 0.04 : 0.02 * noise(stage.job, 3),
    restarts: failed ? 14 : slow ? 1 : 0,
    checkpoint_age_ms: failed ? 42 * MINUTE : Math.round(60_000 * noise(stage.job, Math.floor(now / 60_000))),
    last_seen: now - 3000,
    reads: stage.reads,
    writes: [stage.writes],
    alerts: failed || slow ? 1 : 0,
    level: levelOf(stage.job),
  };
}

/** Extra jobs make the estate as large as a test wants it. */
export function jobs(now: number, count: number): Job[] {
  const real = STAGES.map(stage => job(stage, now));
  const extra = Array.from({ length: Math.max(0, count - real.length) }, (_, i) => {
    const stage = STAGES[i % STAGES.length]!;
    return { ...job({ ...stage, job: `copy_${String(i).padStart(4, '0')}_${stage.job}` }, now), alerts: 0 };
  });
  const order = { critical: 0, warning: 1, unknown: 2, ok: 3 };
  return [...real, ...extra].sort((a, b) => order[a.level] - order[b.level] || (b.lag_ms ?? 0) - (a.lag_ms ?? 0));
}

export function jobDetail(stage: Stage, now: number): JobDetail {
  const base = job(stage, now);
  const failed = stage.job === FAILED_JOB;
  const affects = REPORTS.filter(spec => pathTo(spec.topic).some(s => s.job === stage.job)).map(
    ({ report, owner }) => ({ report, owner }),
  );
  return {
    ...base,
    sql:
      stage.job === SLOW_JOB
        ? SQL
        : `INSERT INTO ${nameOf(stage.writes)}\nSELECT * FROM ${nameOf(stage.reads[0]!)}\nWHERE event_time IS NOT NULL;`,
    session: 'hive.dw',
    runs: [{ job_id: base.job_id, app_id: base.app_id, status: base.status, from: now - 26 * 60 * MINUTE, to: null }],
    subtasks: Array.from({ length: 8 }, (_, i) => ({
      task: i < 4 ? `Join(order_id) -> Calc` : `Source: ${nameOf(stage.reads[0]!)}`,
      subtask: i % 4,
      busy_ratio: i === 0 && base.busy_ratio !== null ? base.busy_ratio : 0.1 + 0.3 * noise(stage.job, i),
      back_pressured_ratio: i < 4 ? 0 : stage.job === SLOW_JOB ? 0.72 : 0.01,
      records_in_per_second: rateOf(stage, now) / 4,
      container_id: containerId(stage.job, i % 3),
    })),
    task_managers: Array.from({ length: 3 }, (_, i) => ({
      tm_id: `10.0.0.${i + 1}:28200-0f7ff${i}`,
      host: `worker-${i + 1}`,
      container_id: containerId(stage.job, i),
      heap_used_bytes: 300_000_000 + i * 250_000_000,
      heap_used_ratio: 0.35 + i * 0.28,
      gc_ms_per_second: i === 2 ? 120 : 4,
      cpu_load: 0.2 + 0.1 * i,
      threads: 80 + i,
      subtasks: 3,
    })),
    events: failed
      ? [
          { ts: now - 2 * MINUTE, status: 'RESTARTING', flaps: 4 },
          {
            ts: now - 3 * MINUTE,
            status: 'FAILED',
            exception:
              'java.lang.NumberFormatException: For input string: "N/A"\n\tat com.acme.udf.ParseScore.eval(ParseScore.java:31)',
          },
          { ts: now - 9 * MINUTE, status: 'RUNNING' },
        ]
      : [{ ts: now - 26 * 60 * MINUTE, status: 'RUNNING' }],
    affects,
  };
}

export function overview(now: number, count: number): Overview {
  const all = jobs(now, count);
  const byStatus: Record<string, number> = {};
  for (const { status } of all) byStatus[status] = (byStatus[status] ?? 0) + 1;
  const alerts = alertsAt(now);
  return {
    at: now,
    reports: REPORTS.map(spec => freshness(spec, now)),
    jobs: { total: all.length, by_status: byStatus, worst: all.slice(0, 8) },
    alerts: {
      firing: alerts.filter(a => a.state === 'firing').length,
      pending: alerts.filter(a => a.state === 'pending').length,
      by_severity: { critical: 1, error: 1 },
      latest: alerts.filter(a => a.state === 'firing'),
    },
    pipeline: { streams: streams(now) },
  };
}

function streams(now: number): StreamStatus[] {
  const row = (stream: string, topic: string, rate: number, errors: Record<string, number> = {}) => ({
    stream,
    topic,
    watermark: now - 1200,
    lag: stream === 'logs' ? 1840 : 0,
    rate_per_second: rate * (0.95 + 0.1 * noise(stream, Math.floor(now / 5000))),
    errors,
    paused: false,
  });
  return [
    row('metrics', 'tidewatch.metrics', 18_400),
    row('logs', 'tidewatch.logs', 4_120, { 'not-json': 12, 'too-large': 1 }),
    row('jobs', 'tidewatch.jobs', 0.2),
    row('offsets', 'tidewatch.offsets', 31),
  ];
}

export function status(now: number, demo: boolean): Status {
  return {
    version: '0.1.0',
    mode: 'embedded',
    now,
    started_at: now - 3 * 60 * MINUTE,
    roles: ['collect', 'evaluate', 'web'],
    streams: streams(now),
    stores: [{ name: 'logs', ok: true, detail: 'SQLite', lines: 4_812_331, bytes: 3_211_000_000 }],
    rules: { total: 4, behind: 0, error: 1 },
    channels: [
      { name: 'dw-oncall-mail', type: 'email', pending: 0, dead: 0 },
      { name: 'dw-dingtalk', type: 'dingtalk', pending: 2, dead: 1 },
    ],
    dead_letters: { total: 13, kept: 13 },
    demo,
  };
}
