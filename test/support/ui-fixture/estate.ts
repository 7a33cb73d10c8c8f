/**
 * A small living estate for the browser tests: NiFi, three Kafka layers, Flink jobs, Druid and reports, as pure functions
 * of time. One fault is always under way: `dwd_order_wide` is slow, so what it feeds falls behind in a slow wave.
 */
export const MINUTE = 60_000;
const KAFKA = 'kafka://kafka-1:9092';
export const SLOW_JOB = 'dwd_order_wide';
export const FAILED_JOB = 'dwd_user_profile';

export interface Stage {
  readonly job: string;
  readonly reads: readonly string[];
  readonly lookups?: readonly string[];
  readonly writes: string;
  readonly owner: string;
  /** Records per second. */
  readonly rate: number;
}

const OWNERS = ['dw-team', 'ads-team', 'growth', 'search', 'finance'];
const DOMAINS = ['order', 'pay', 'user', 'search', 'ads', 'push', 'video', 'game', 'store', 'map'];

function topic(name: string): string {
  return `${KAFKA}/${name}`;
}

/** Two hops a domain (clean, aggregate) and a few joins. */
export const STAGES: readonly Stage[] = [
  ...DOMAINS.flatMap((domain, i): Stage[] => [
    {
      job: `etl_${domain}_clean`,
      reads: [topic(`ods_${domain}_log`)],
      writes: topic(`dwd_${domain}`),
      owner: OWNERS[i % 5]!,
      rate: 800 * (i + 2) ** 1.6,
    },
    {
      job: `agg_${domain}_1m`,
      reads: [topic(`dwd_${domain}`)],
      writes: topic(`dws_${domain}_1m`),
      owner: OWNERS[(i + 1) % 5]!,
      rate: 760 * (i + 2) ** 1.6,
    },
  ]),
  {
    job: SLOW_JOB,
    reads: [topic('dwd_order'), topic('dwd_pay')],
    lookups: ['mysql://meta:3306/dim_product'],
    writes: topic('dwd_order_wide'),
    owner: 'dw-team',
    rate: 6200,
  },
  { job: 'agg_gmv_1m', reads: [topic('dwd_order_wide')], writes: topic('dws_gmv_1m'), owner: 'finance', rate: 5900 },
  { job: FAILED_JOB, reads: [topic('dwd_user')], writes: topic('dwd_user_profile'), owner: 'growth', rate: 2100 },
  {
    job: 'dws_ads_conversion',
    reads: [topic('dwd_ads'), topic('dwd_order_wide')],
    writes: topic('dws_ads_conversion'),
    owner: 'ads-team',
    rate: 4100,
  },
  {
    job: 'rt_risk_score',
    reads: [topic('dwd_pay'), topic('dwd_user')],
    writes: topic('dws_risk'),
    owner: 'finance',
    rate: 3300,
  },
  {
    job: 'sdk_log_cdo_filter',
    reads: [topic('ods_sdk_log')],
    writes: topic('dw_sdk_log_cdo'),
    owner: 'dw-team',
    rate: 52_000,
  },
];

export interface ReportSpec {
  readonly report: string;
  readonly owner: string;
  readonly datasource: string;
  readonly topic: string;
  readonly sloMs: number;
}

export const REPORTS: readonly ReportSpec[] = [
  {
    report: '实时 GMV 大屏',
    owner: 'finance',
    datasource: 'druid://prod/gmv',
    topic: topic('dws_gmv_1m'),
    sloMs: 3 * MINUTE,
  },
  {
    report: 'ads_conversion',
    owner: 'ads-team',
    datasource: 'druid://prod/ads_conversion',
    topic: topic('dws_ads_conversion'),
    sloMs: 5 * MINUTE,
  },
  {
    report: 'search_quality',
    owner: 'search',
    datasource: 'druid://prod/search_quality',
    topic: topic('dws_search_1m'),
    sloMs: 5 * MINUTE,
  },
  {
    report: 'push_reach',
    owner: 'growth',
    datasource: 'druid://prod/push_reach',
    topic: topic('dws_push_1m'),
    sloMs: 10 * MINUTE,
  },
  {
    report: 'game_dau',
    owner: 'growth',
    datasource: 'druid://prod/game_dau',
    topic: topic('dws_game_1m'),
    sloMs: 10 * MINUTE,
  },
];

/** Deterministic noise in [0, 1). */
export function noise(seed: string, step = 0): number {
  let h = 2166136261 ^ step;
  for (let i = 0; i < seed.length; i++) h = Math.imul(h ^ seed.charCodeAt(i), 16777619);
  h = Math.imul(h ^ (h >>> 15), 2246822507);
  return ((h ^ (h >>> 13)) >>> 0) / 4294967296;
}

/** Time lag of a job's source at `t`, ms; null for the job that never reported. */
export function lagMs(job: string, t: number): number {
  const wobble = 0.6 + 0.8 * noise(job, Math.floor(t / 30_000));
  if (job === SLOW_JOB) return (11 + 4 * Math.sin(t / (9 * MINUTE))) * MINUTE;
  if (job === FAILED_JOB) return 42 * MINUTE;
  if (job === 'agg_push_1m') return 95_000 * wobble;
  return (1200 + 5000 * noise(job)) * wobble;
}

export function rateOf(stage: Stage, t: number): number {
  if (stage.job === FAILED_JOB) return 0;
  const slowed = stage.job === SLOW_JOB ? 0.55 : 1;
  return (
    stage.rate *
    slowed *
    (0.92 + 0.16 * noise(stage.job, Math.floor(t / 15_000))) *
    (1 + 0.12 * Math.sin(t / (20 * MINUTE)))
  );
}

export function levelOf(job: string): 'ok' | 'warning' | 'critical' {
  if (job === SLOW_JOB || job === FAILED_JOB) return 'critical';
  return job === 'agg_push_1m' ? 'warning' : 'ok';
}

export function appId(job: string): string {
  return `application_1763000000000_${String(1 + STAGES.findIndex(s => s.job === job)).padStart(4, '0')}`;
}

export function containerId(job: string, n: number): string {
  return `container_e12_${appId(job).slice('application_'.length)}_01_${String(n + 2).padStart(6, '0')}`;
}

export function jobId(job: string): string {
  return Array.from({ length: 32 }, (_, i) => Math.floor(noise(job, i) * 16).toString(16)).join('');
}

/** The Druid supervisor that reads a report's topic. */
export function supervisor(spec: ReportSpec): string {
  return `druid:${spec.datasource.split('/').at(-1)}`;
}

/** Jobs from the first topic to a dataset along the first input, source first. */
export function pathTo(dataset: string): Stage[] {
  const writer = STAGES.find(s => s.writes === dataset);
  return writer ? [...pathTo(writer.reads[0]!), writer] : [];
}

/** A dataset id without its namespace. */
export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}
