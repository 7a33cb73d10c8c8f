/** Names for people (contracts.md section 3). Aliases never change their unit or meaning; new ones may be added. */

import type { StoredName } from '../metric-store.ts';

/** A metric as users meet it: its unit and what it says, in both languages. */
export interface MetricText {
  readonly name: string;
  readonly unit: string;
  readonly en: string;
  readonly zh: string;
}

/**
 * An alias and the stored series it reads besides series of its own name; `scale` turns their unit into the alias's. Rates are
 * stored under the alias itself where Flink's counters and accumulated times give them exactly (`collector/derived/`); Flink's own
 * 60 s average stands in only for a series that has none.
 */
export interface Alias extends MetricText {
  readonly reads: readonly StoredName[];
}

export const ALIASES: readonly Alias[] = [
  own(
    'lag',
    'records',
    'Records a consumer is behind on a topic, summed over partitions',
    '消费者在一个 Topic 上的积压条数（各分区之和）',
  ),
  own(
    'lag_records',
    'records',
    'Records a consumer is behind on one partition: end offset minus position',
    '单个分区的积压条数：最新位点减消费位点',
  ),
  own('lag_ms', 'ms', 'Time a hop is behind on a topic', '一个环节在 Topic 上的消费延迟'),
  own(
    'age_ms',
    'ms',
    'Age of the newest complete data of a report or dataset (point estimate)',
    '报表或表的数据新鲜度（点估计）',
  ),
  own('age_low_ms', 'ms', 'Lower bound of the age', '数据新鲜度下界'),
  own(
    'age_high_ms',
    'ms',
    'Upper bound of the age; complete up to now minus this',
    '数据新鲜度上界；数据完整至当前时间减去该值',
  ),
  own('lag_sum_ms', 'ms', 'Sum of the hop lags along the slowest path', '最慢链路上各环节延迟之和'),
  own(
    'residence_ms',
    'ms',
    'Time the data of a report spent in one hop; all hops sum to the age',
    '报表数据在某一环节停留的时间；各环节之和等于新鲜度',
  ),
  own(
    'hop_arrival_per_second',
    'records/s',
    'Records written to a topic that a hop reads',
    '环节所读 Topic 的写入速率',
  ),
  own('hop_processed_per_second', 'records/s', 'Records a hop reads from a topic', '环节对 Topic 的消费速率'),
  own('hop_trend', 'x', 'Backlog of a hop: 1 growing, 0 steady, -1 shrinking', '环节积压趋势：1 增长，0 平稳，-1 下降'),
  own(
    'hop_status',
    'x',
    'Status of a hop: 1 OK, 2 WARN, 3 STOP, 4 STALL, 5 REWIND',
    '环节状态：1 OK，2 WARN，3 STOP，4 STALL，5 REWIND',
  ),
  own(
    'hop_complete_ratio',
    'ratio',
    'Share of the samples a status looks at that are there',
    '状态判定所需样本的完整度',
  ),
  own('hop_eta_low_ms', 'ms', 'Earliest time until a hop has caught up', '环节追平所需时间（下界）'),
  own('hop_eta_high_ms', 'ms', 'Latest time until a hop has caught up', '环节追平所需时间（上界）'),
  own(
    'hop_lost_records',
    'records',
    'Records deleted by retention before a hop read them',
    '未消费即被保留策略删除的记录数',
  ),
  own(
    'upload_delay_ms',
    'ms',
    'Time from event to append of the records of a topic that enters the pipeline (p95 of an hour); not part of any age',
    '入口 Topic 记录从事件发生到写入的延迟（一小时 P95，不计入数据新鲜度）',
  ),
  own(
    'lookup_refresh_ms',
    'ms',
    'How old what a job looks up in a dimension table may be because of its cache; not part of any age',
    '维表缓存刷新周期（不计入数据新鲜度）',
  ),
  own(
    'dataset_rows',
    'records',
    'Rows of a dataset in the period that ends at each point, as counted outside',
    '表在以该时刻结束的周期内的行数（外部统计）',
  ),
  own(
    'slo_burn_rate',
    'x',
    'Speed at which a report spends its error budget; 1 = in its period',
    '错误预算消耗速度；1 = 恰好在周期内用完',
  ),
  own('slo_budget_left_ratio', 'ratio', 'Share of a report’s error budget that is left', '报表剩余的错误预算比例'),
  own('heap_used_ratio', 'ratio', 'Heap used divided by its maximum', '堆内存使用率'),
  own('checkpoint_age_ms', 'ms', 'Time since the last completed checkpoint', '距上次成功 Checkpoint 的时间'),
  rate('records_in_per_second', 'records/s', 'numRecordsInPerSecond', {
    en: 'Records a task takes in per second',
    zh: '任务每秒输入条数',
  }),
  rate('records_out_per_second', 'records/s', 'numRecordsOutPerSecond', {
    en: 'Records a task puts out per second',
    zh: '任务每秒输出条数',
  }),
  alias(
    'records_in_total',
    'records',
    ['flink.task.numRecordsIn'],
    'Records a task has taken in since it started',
    '任务启动以来的输入条数',
  ),
  alias(
    'records_out_total',
    'records',
    ['flink.task.numRecordsOut'],
    'Records a task has put out since it started',
    '任务启动以来的输出条数',
  ),
  rate('bytes_in_per_second', 'bytes/s', 'numBytesInPerSecond', {
    en: 'Bytes a task takes in per second',
    zh: '任务每秒输入字节数',
  }),
  rate('bytes_out_per_second', 'bytes/s', 'numBytesOutPerSecond', {
    en: 'Bytes a task puts out per second',
    zh: '任务每秒输出字节数',
  }),
  rate('busy_ratio', 'ratio', 'busyTimeMsPerSecond', {
    en: 'Share of time a task is busy, over one reporting interval',
    zh: '任务繁忙时间占比（按上报周期）',
    scale: 0.001,
  }),
  rate('back_pressured_ratio', 'ratio', 'backPressuredTimeMsPerSecond', {
    en: 'Share of time a task is back-pressured, over one reporting interval',
    zh: '任务反压时间占比（按上报周期）',
    scale: 0.001,
  }),
  rate('idle_ratio', 'ratio', 'idleTimeMsPerSecond', {
    en: 'Share of time a task is idle, over one reporting interval',
    zh: '任务空闲时间占比（按上报周期）',
    scale: 0.001,
  }),
  {
    name: 'gc_ms_per_second',
    unit: 'ms/s',
    en: 'Time a task manager spends in garbage collection',
    zh: 'TaskManager 每秒 GC 时间',
    reads: [{ name: 'flink.taskmanager.Status.JVM.GarbageCollector.All.TimeMsPerSecond', unless: 'gc_ms_per_second' }],
  },
  {
    name: 'restarts',
    unit: 'count',
    en: 'Restarts of a job since it was submitted, every attempt counted',
    zh: '作业重启次数（每次尝试均计）',
    // Flink 1.x reports both.
    reads: [{ name: 'flink.job.numRestarts' }, { name: 'flink.job.fullRestarts', unless: 'flink.job.numRestarts' }],
  },
  own('runs_on', 'bool', '1 while a job has tasks on a task manager', '作业在该 TaskManager 上有任务时为 1'),
  alias(
    'checkpoint_duration_ms',
    'ms',
    ['flink.job.lastCheckpointDuration'],
    'Duration of the last completed checkpoint; stands still while later ones fail',
    '最近一次成功 Checkpoint 的耗时（后续失败时不更新）',
  ),
  alias(
    'checkpoint_failures',
    'count',
    ['flink.job.numberOfFailedCheckpoints'],
    'Failed checkpoints of a job',
    'Checkpoint 失败次数',
  ),
  alias(
    'checkpoints_completed',
    'count',
    ['flink.job.numberOfCompletedCheckpoints'],
    'Completed checkpoints of a job',
    'Checkpoint 成功次数',
  ),
  alias(
    'state_bytes',
    'bytes',
    ['flink.job.lastCheckpointFullSize'],
    'Full size of the last completed checkpoint',
    '状态大小（最近一次 Checkpoint 的完整大小）',
  ),
  alias(
    'late_records_total',
    'records',
    ['flink.operator.numLateRecordsDropped'],
    'Records a window dropped because they came too late',
    '窗口丢弃的迟到条数',
  ),
  alias(
    'watermark_lag_ms',
    'ms',
    ['flink.operator.watermarkLag'],
    'Time the source watermark is behind; keeps growing when the source is stuck',
    '源算子水位线延迟',
  ),
];

function alias(name: string, unit: string, reads: readonly string[], en: string, zh: string): Alias {
  return { name, unit, en, zh, reads: reads.map(read => ({ name: read })) };
}

/** An alias whose series the daemon derives and stores under the alias itself. */
function own(name: string, unit: string, en: string, zh: string): Alias {
  return alias(name, unit, [], en, zh);
}

/** A rate the daemon derives, with the average of Flink that stands in for it. */
function rate(
  name: string,
  unit: string,
  meter: string,
  { en, zh, scale }: { en: string; zh: string; scale?: number },
): Alias {
  const standIn = { name: `flink.task.${meter}`, ...(scale !== undefined && { scale }), unless: name };
  return { name, unit, en, zh, reads: [standIn] };
}
