/**
 * The simulated company: NiFi flows into three Kafka layers (ods -> dwd -> dws, some on to ads), Flink SQL jobs between them, Druid
 * behind, reports on top. Declarative: `simulate.ts` brings it to life, `sql.ts` writes each job's SQL.
 */
export const KAFKA_BROKERS = 'kafka-1.demo:9092';
export const CLUSTER = 'data-1';
export const DRUID_CLUSTER = 'druid-demo';

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
}

/** A NiFi process group that publishes one topic at `rate` records/s. */
export interface NifiSpec {
  readonly name: string;
  readonly topic: string;
  readonly rate: number;
}

export type JobKind = 'filter' | 'enrich' | 'dedup' | 'window' | 'join-window' | 'union-window';

export interface JobSpec {
  readonly name: string;
  readonly kind: JobKind;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly owner: string;
  readonly parallelism: number;
  /** Share of the input that passes (filters), or rows a window emits. */
  readonly selectivity: number;
  /** Dimension tables looked up (维表). */
  readonly dims: readonly string[];
  /** Runs in the shared session cluster: its log lines carry only the job's id. */
  readonly session: boolean;
}

export interface DruidSpec {
  readonly dataSource: string;
  readonly topic: string;
}

export interface ReportSpec {
  readonly name: string;
  readonly owner: string;
  readonly dataSources: readonly string[];
  /** What it promises, as a `report` record states it: `age_ms`, and where they are not the defaults `target`, `period`, `calendar`. */
  readonly slo: Readonly<Record<string, unknown>> & { readonly age_ms: number };
}

export interface Estate {
  readonly nifi: readonly NifiSpec[];
  readonly topics: readonly TopicSpec[];
  readonly jobs: readonly JobSpec[];
  readonly druid: readonly DruidSpec[];
  readonly reports: readonly ReportSpec[];
  /** A job that was switched off some time ago: lineage still shows it, faded. */
  readonly ended: JobSpec;
}

const NIFI: readonly NifiSpec[] = [
  { name: 'access_sdk_log', topic: 'ods_sdk_log', rate: 3000 },
  { name: 'access_app_event', topic: 'ods_app_event', rate: 2200 },
  { name: 'access_order', topic: 'ods_order', rate: 320 },
  { name: 'access_payment', topic: 'ods_payment', rate: 260 },
  { name: 'access_ad_click', topic: 'ods_ad_click', rate: 900 },
  { name: 'access_push_log', topic: 'ods_push_log', rate: 1400 },
  { name: 'access_device_status', topic: 'ods_device_status', rate: 700 },
  { name: 'access_search_log', topic: 'ods_search_log', rate: 600 },
];

/** name, kind, inputs, owner, parallelism, selectivity, dims; the output topic has the job's name without its suffix. */
type Row = readonly [string, JobKind, readonly string[], string, number, number, (readonly string[])?];
const JOBS: readonly Row[] = [
  ['dwd_sdk_log_cdo_etl', 'filter', ['ods_sdk_log'], 'growth', 4, 0.34],
  ['dwd_sdk_log_game_etl', 'filter', ['ods_sdk_log'], 'games', 4, 0.22],
  ['dwd_app_event_clean_etl', 'filter', ['ods_app_event'], 'growth', 4, 0.91],
  ['dwd_app_event_crash_etl', 'filter', ['ods_app_event'], 'quality', 2, 0.03],
  ['dwd_order_detail_etl', 'enrich', ['ods_order'], 'trade', 2, 1, ['dim_user', 'dim_product']],
  ['dwd_order_refund_etl', 'filter', ['ods_order'], 'trade', 2, 0.06],
  ['dwd_payment_detail_etl', 'enrich', ['ods_payment'], 'trade', 2, 1, ['dim_user']],
  ['dwd_ad_click_valid_etl', 'enrich', ['ods_ad_click'], 'ads', 3, 0.72, ['dim_advertiser']],
  ['dwd_ad_click_dedup_etl', 'dedup', ['ods_ad_click'], 'ads', 3, 0.66],
  ['dwd_push_delivery_etl', 'filter', ['ods_push_log'], 'push', 3, 0.81],
  ['dwd_push_open_etl', 'filter', ['ods_push_log'], 'push', 3, 0.12],
  ['dwd_device_status_etl', 'enrich', ['ods_device_status'], 'iot', 2, 1, ['dim_device']],
  ['dwd_search_query_etl', 'filter', ['ods_search_log'], 'search', 2, 0.88],
  ['dwd_search_click_etl', 'filter', ['ods_search_log'], 'search', 2, 0.31],
  ['dws_sdk_active_1m_agg', 'window', ['dwd_sdk_log_cdo'], 'growth', 2, 240],
  ['dws_game_active_1m_agg', 'window', ['dwd_sdk_log_game'], 'games', 2, 120],
  ['dws_app_event_pv_1m_agg', 'window', ['dwd_app_event_clean'], 'growth', 4, 300],
  ['dws_crash_rate_1m_agg', 'window', ['dwd_app_event_crash'], 'quality', 1, 60],
  ['dws_order_gmv_1m_agg', 'join-window', ['dwd_order_detail', 'dwd_payment_detail'], 'trade', 2, 180],
  ['dws_order_city_1m_agg', 'window', ['dwd_order_detail'], 'trade', 2, 320],
  ['dws_refund_1m_agg', 'window', ['dwd_order_refund'], 'trade', 1, 40],
  ['dws_pay_channel_1m_agg', 'window', ['dwd_payment_detail'], 'trade', 1, 30],
  ['dws_ad_ctr_1m_agg', 'window', ['dwd_ad_click_valid'], 'ads', 2, 200],
  ['dws_ad_spend_1m_agg', 'window', ['dwd_ad_click_dedup'], 'ads', 2, 150],
  ['dws_push_funnel_1m_agg', 'join-window', ['dwd_push_delivery', 'dwd_push_open'], 'push', 2, 90],
  ['dws_device_online_1m_agg', 'window', ['dwd_device_status'], 'iot', 2, 110],
  ['dws_search_hot_1m_agg', 'window', ['dwd_search_query'], 'search', 2, 400],
  ['dws_search_ctr_1m_agg', 'join-window', ['dwd_search_query', 'dwd_search_click'], 'search', 2, 80],
  ['dws_user_active_1m_agg', 'union-window', ['dwd_sdk_log_cdo', 'dwd_app_event_clean'], 'growth', 4, 260],
  ['dws_marketing_roi_1m_agg', 'join-window', ['dwd_ad_click_dedup', 'dwd_order_detail'], 'ads', 2, 100],
  ['ads_marketing_board_etl', 'union-window', ['dws_marketing_roi_1m', 'dws_ad_spend_1m'], 'ads', 1, 90],
  ['ads_user_board_etl', 'enrich', ['dws_user_active_1m'], 'growth', 1, 1, ['dim_channel']],
];

const DRUID: readonly DruidSpec[] = [
  { dataSource: 'sdk_active', topic: 'dws_sdk_active_1m' },
  { dataSource: 'app_event_pv', topic: 'dws_app_event_pv_1m' },
  { dataSource: 'order_gmv', topic: 'dws_order_gmv_1m' },
  { dataSource: 'ad_ctr', topic: 'dws_ad_ctr_1m' },
  { dataSource: 'push_funnel', topic: 'dws_push_funnel_1m' },
  { dataSource: 'search_hot', topic: 'dws_search_hot_1m' },
  { dataSource: 'marketing_board', topic: 'ads_marketing_board' },
  { dataSource: 'user_board', topic: 'ads_user_board' },
  { dataSource: 'game_active', topic: 'dws_game_active_1m' },
  { dataSource: 'crash_rate', topic: 'dws_crash_rate_1m' },
  { dataSource: 'device_online', topic: 'dws_device_online_1m' },
  { dataSource: 'order_city', topic: 'dws_order_city_1m' },
  { dataSource: 'pay_channel', topic: 'dws_pay_channel_1m' },
  { dataSource: 'refund', topic: 'dws_refund_1m' },
];

const MINUTE = 60_000;
const WORKDAY = { zone: 'Asia/Shanghai', days: [1, 2, 3, 4, 5], from: '09:00', to: '21:00' };
const REPORTS: readonly ReportSpec[] = [
  {
    name: '用户活跃看板',
    owner: 'growth',
    dataSources: ['user_board', 'sdk_active'],
    slo: { age_ms: 4 * MINUTE, target: 0.98, period: '1d' },
  },
  {
    name: '应用访问实时报表',
    owner: 'growth',
    dataSources: ['app_event_pv'],
    slo: { age_ms: 4 * MINUTE, target: 0.98, period: '1d' },
  },
  // The only one strict enough for a fault to burn its budget within minutes.
  {
    name: '交易大盘 GMV',
    owner: 'trade',
    dataSources: ['order_gmv'],
    slo: { age_ms: 3 * MINUTE, target: 0.99, period: '1d' },
  },
  {
    name: '广告点击率',
    owner: 'ads',
    dataSources: ['ad_ctr'],
    slo: { age_ms: 3 * MINUTE, target: 0.98, period: '1d' },
  },
  {
    name: '营销投放 ROI',
    owner: 'ads',
    dataSources: ['marketing_board'],
    slo: { age_ms: 5 * MINUTE, target: 0.98, period: 'month', calendar: WORKDAY },
  },
  {
    name: '推送漏斗',
    owner: 'push',
    dataSources: ['push_funnel'],
    slo: { age_ms: 4 * MINUTE, target: 0.98, period: '1d' },
  },
  {
    name: '搜索热词榜',
    owner: 'search',
    dataSources: ['search_hot'],
    slo: { age_ms: 4 * MINUTE, target: 0.98, period: '1d' },
  },
  {
    name: '交易分布大屏',
    owner: 'trade',
    dataSources: ['order_city', 'pay_channel', 'refund'],
    slo: { age_ms: 4 * MINUTE, target: 0.98, period: '1d' },
  },
  {
    name: '游戏活跃看板',
    owner: 'games',
    dataSources: ['game_active'],
    slo: { age_ms: 4 * MINUTE, target: 0.98, period: '1d' },
  },
  {
    name: '终端质量看板',
    owner: 'quality',
    dataSources: ['crash_rate', 'device_online'],
    slo: { age_ms: 4 * MINUTE, target: 0.98, period: 'week' },
  },
];

const PARTITIONS: Readonly<Record<string, number>> = {
  ods_sdk_log: 8,
  ods_app_event: 8,
  ods_push_log: 6,
  ods_ad_click: 6,
};

/** Replaced by `dwd_sdk_log_cdo_etl`; its topic went with it. */
const ENDED: JobSpec = {
  name: 'dwd_sdk_log_legacy_etl',
  kind: 'filter',
  inputs: ['ods_sdk_log'],
  output: 'dwd_sdk_log_legacy',
  owner: 'growth',
  parallelism: 4,
  selectivity: 0.34,
  dims: [],
  session: false,
};

/** The demo's estate: 32 jobs and one that ended, 40 topics (nobody reads `dws_search_ctr_1m`), 14 Druid data sources, 10 reports. */
export function demoEstate(): Estate {
  const jobs = JOBS.map(
    ([name, kind, inputs, owner, parallelism, selectivity, dims], i): JobSpec => ({
      name,
      kind,
      inputs,
      output: name.replace(/_(etl|agg)$/, ''),
      owner,
      parallelism,
      selectivity,
      dims: dims ?? [],
      session: i % 6 === 5,
    }),
  );
  const names = [...NIFI.map(n => n.topic), ...jobs.map(j => j.output)];
  const topics = names.map(name => ({
    name,
    partitions: PARTITIONS[name] ?? (name.startsWith('dwd_') ? 4 : name.startsWith('ods_') ? 4 : 2),
  }));
  return { nifi: NIFI, topics, jobs, druid: DRUID, reports: REPORTS, ended: ENDED };
}
