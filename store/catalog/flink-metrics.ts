/**
 * The Flink metrics the daemon knows before it has seen them: names, units and meaning as measured on Flink 2.3.0 and 1.20.3
 * (docs: Flink "Metrics" page, "System metrics"). Used to resolve bare names on an empty store and to explain metrics.
 */
import type { MetricText } from './aliases.ts';

type Row = readonly [path: string, unit: string, en: string, zh: string];

const JOB: readonly Row[] = [
  ['numRestarts', 'count', 'Restarts since the job was submitted', '提交以来的重启次数'],
  ['fullRestarts', 'count', 'Full restarts (Flink 1.x)', '完整重启次数（Flink 1.x）'],
  ['uptime', 'ms', 'Time the job has run without interruption; 0 while down', '连续运行时间，停机时为 0'],
  ['downtime', 'ms', 'Time in a failing or recovering state; often 0 in practice', '故障恢复时间（实际常为 0）'],
  ['runningTime', 'ms', 'Time in state RUNNING', '处于 RUNNING 的时间'],
  ['restartingTime', 'ms', 'Time in state RESTARTING; above 0 while down', '处于 RESTARTING 的时间'],
  ['initializingTime', 'ms', 'Time in state INITIALIZING', '处于 INITIALIZING 的时间'],
  ['failingTime', 'ms', 'Time in state FAILING', '处于 FAILING 的时间'],
  ['lastCheckpointDuration', 'ms', 'Duration of the last completed checkpoint', '最近一次成功 Checkpoint 的耗时'],
  [
    'lastCheckpointSize',
    'bytes',
    'Size of the last completed checkpoint (increment)',
    '最近一次 Checkpoint 的（增量）大小',
  ],
  ['lastCheckpointFullSize', 'bytes', 'Full size of the last completed checkpoint', '最近一次 Checkpoint 的完整大小'],
  [
    'lastCheckpointProcessedData',
    'bytes',
    'In-flight data processed during the last checkpoint',
    '最近一次 Checkpoint 期间处理的数据量',
  ],
  [
    'lastCheckpointPersistedData',
    'bytes',
    'In-flight data persisted by the last checkpoint',
    '最近一次 Checkpoint 持久化的在途数据量',
  ],
  [
    'lastCheckpointCompletedTimestamp',
    'epoch ms',
    'When the last checkpoint completed (Flink 2.x)',
    '最近一次 Checkpoint 完成时刻（Flink 2.x）',
  ],
  [
    'lastCheckpointRestoreTimestamp',
    'epoch ms',
    'When a checkpoint was last restored',
    '最近一次从 Checkpoint 恢复的时刻',
  ],
  ['lastCompletedCheckpointId', 'count', 'Id of the last completed checkpoint', '最近一次成功 Checkpoint 的编号'],
  ['numberOfCompletedCheckpoints', 'count', 'Completed checkpoints', 'Checkpoint 成功次数'],
  ['numberOfFailedCheckpoints', 'count', 'Failed checkpoints', 'Checkpoint 失败次数'],
  ['numberOfInProgressCheckpoints', 'count', 'Checkpoints under way', '进行中的 Checkpoint 数'],
  ['totalNumberOfCheckpoints', 'count', 'Checkpoints in any state', 'Checkpoint 总数'],
];

/** Counters and rates that both a task and its operators report. */
const TASK_AND_OPERATOR: readonly Row[] = [
  ['numRecordsIn', 'records', 'Records taken in since the (re)start', '启动以来的输入条数'],
  ['numRecordsOut', 'records', 'Records put out since the (re)start', '启动以来的输出条数'],
  ['numRecordsInPerSecond', 'records/s', 'Records taken in per second (60 s average)', '每秒输入条数（60 秒平均）'],
  ['numRecordsOutPerSecond', 'records/s', 'Records put out per second (60 s average)', '每秒输出条数（60 秒平均）'],
  ['numBytesIn', 'bytes', 'Bytes taken in since the (re)start', '启动以来的输入字节数'],
  ['numBytesOut', 'bytes', 'Bytes put out since the (re)start', '启动以来的输出字节数'],
  ['numBytesInPerSecond', 'bytes/s', 'Bytes taken in per second', '每秒输入字节数'],
  ['numBytesOutPerSecond', 'bytes/s', 'Bytes put out per second', '每秒输出字节数'],
  ['currentInputWatermark', 'epoch ms', 'Watermark last received', '最近收到的水位线'],
];

const TASK: readonly Row[] = [
  [
    'busyTimeMsPerSecond',
    'ms/s',
    'Busy time (60 s average); 1000 in the first report after a start',
    '繁忙时间（60 秒平均；启动后首次上报为 1000）',
  ],
  ['idleTimeMsPerSecond', 'ms/s', 'Idle time (60 s average)', '空闲时间（60 秒平均）'],
  ['backPressuredTimeMsPerSecond', 'ms/s', 'Back-pressured time (60 s average)', '反压时间（60 秒平均）'],
  ['softBackPressuredTimeMsPerSecond', 'ms/s', 'Time waiting softly for output buffers', '软反压时间'],
  ['hardBackPressuredTimeMsPerSecond', 'ms/s', 'Time blocked on output buffers', '硬反压时间'],
  ['isBackPressured', 'bool', '1 while back-pressured', '正在反压为 1'],
  [
    'accumulateBusyTimeMs',
    'ms',
    'Busy time since the start; exact over an interval by difference',
    '启动以来的繁忙时间',
  ],
  ['accumulateBackPressuredTimeMs', 'ms', 'Back-pressured time since the start', '启动以来的反压时间'],
  ['accumulateIdleTimeMs', 'ms', 'Idle time since the start', '启动以来的空闲时间'],
  ['checkpointAlignmentTime', 'ns', 'Time the last barrier alignment took', '最近一次 Barrier 对齐耗时'],
  [
    'checkpointStartDelayNanos',
    'ns',
    'Time from trigger to start of the last checkpoint',
    '最近一次 Checkpoint 的启动延迟',
  ],
  ['mailboxQueueSize', 'count', 'Letters in the mailbox of the task', '任务信箱中的消息数'],
  ['Shuffle.Netty.Output.Buffers.outPoolUsage', 'ratio', 'Output buffer pool in use; 1 = full', '输出缓冲池使用率'],
  ['Shuffle.Netty.Input.Buffers.inPoolUsage', 'ratio', 'Input buffer pool in use; 1 = full', '输入缓冲池使用率'],
];

const OPERATOR: readonly Row[] = [
  [
    'pendingRecords',
    'records',
    'Records a source has not fetched as far as it knows; wrong under back-pressure, prefer `lag`',
    '源算子自报的积压条数（反压时不准，建议用 lag）',
  ],
  [
    'currentEmitEventTimeLag',
    'ms',
    'Emit time minus event time of the last record; stands still when nothing is emitted',
    '最近一条记录的发送时间与事件时间之差',
  ],
  [
    'currentFetchEventTimeLag',
    'ms',
    'Fetch time minus event time of the last record',
    '最近一条记录的拉取时间与事件时间之差',
  ],
  [
    'watermarkLag',
    'ms',
    'Now minus the emitted watermark; keeps growing when the source is stuck',
    '当前时间与已发送水位线之差',
  ],
  ['watermarkLatency', 'ms', 'Now minus the watermark at a window operator', '窗口算子的水位线延迟'],
  ['sourceIdleTime', 'ms', 'Time since the source had a record', '源算子空闲时间'],
  ['currentOutputWatermark', 'epoch ms', 'Watermark last emitted', '最近发送的水位线'],
  ['numRecordsSend', 'records', 'Records a sink writer has sent', 'Sink 已发送条数'],
  ['numBytesSend', 'bytes', 'Bytes a sink writer has sent', 'Sink 已发送字节数'],
  ['numRecordsSendErrors', 'records', 'Records a sink writer failed to send', 'Sink 发送失败条数'],
  ['numRecordsInErrors', 'records', 'Records a source failed to read', '源算子读取失败条数'],
  ['currentSendTime', 'ms', 'Time the last send took', '最近一次发送耗时'],
  ['numLateRecordsDropped', 'records', 'Records dropped because they came too late', '丢弃的迟到条数'],
  ['lateRecordsDroppedRate', 'records/s', 'Late records dropped per second', '每秒丢弃的迟到条数'],
  [
    'KafkaSourceReader.currentOffset',
    'offset',
    'Offset of the last record emitted (position is one more); -1 before the first',
    '最近发送记录的位点（消费位点为其加一）',
  ],
  [
    'KafkaSourceReader.committedOffset',
    'offset',
    'Next offset, as committed by the last checkpoint',
    '最近一次 Checkpoint 提交的位点',
  ],
  ['KafkaSourceReader.commitsSucceeded', 'count', 'Offset commits that succeeded', '位点提交成功次数'],
  ['KafkaSourceReader.commitsFailed', 'count', 'Offset commits that failed', '位点提交失败次数'],
  [
    'KafkaSourceReader.KafkaConsumer.records-lag-max',
    'records',
    'Largest lag of the client in its window; stays high for a minute after',
    '客户端窗口内最大积压',
  ],
  [
    'KafkaSourceReader.KafkaConsumer.records-consumed-rate',
    'records/s',
    'Records the client consumes per second',
    '客户端每秒消费条数',
  ],
  [
    'KafkaSourceReader.KafkaConsumer.bytes-consumed-rate',
    'bytes/s',
    'Bytes the client consumes per second',
    '客户端每秒消费字节数',
  ],
  [
    'KafkaSourceReader.KafkaConsumer.last-poll-seconds-ago',
    's',
    'Time since the client was last polled',
    '距客户端上次 poll 的时间',
  ],
];

const PROCESS: readonly Row[] = [
  ['Status.JVM.CPU.Load', 'ratio', 'CPU load of the process', '进程 CPU 负载'],
  ['Status.JVM.Threads.Count', 'count', 'Live threads', '线程数'],
  ['Status.JVM.Memory.Heap.Used', 'bytes', 'Heap in use', '堆内存使用量'],
  ['Status.JVM.Memory.Heap.Max', 'bytes', 'Heap limit', '堆内存上限'],
  ['Status.JVM.Memory.NonHeap.Used', 'bytes', 'Memory outside the heap in use', '非堆内存使用量'],
  ['Status.JVM.Memory.Metaspace.Used', 'bytes', 'Metaspace in use', '元空间使用量'],
  ['Status.JVM.Memory.Direct.MemoryUsed', 'bytes', 'Direct buffers in use', '直接内存使用量'],
  ['Status.JVM.GarbageCollector.All.Time', 'ms', 'Time in garbage collection since the start', '启动以来的 GC 时间'],
  ['Status.JVM.GarbageCollector.All.Count', 'count', 'Garbage collections since the start', '启动以来的 GC 次数'],
  ['Status.JVM.GarbageCollector.All.TimeMsPerSecond', 'ms/s', 'Time in garbage collection per second', '每秒 GC 时间'],
];

const JOBMANAGER: readonly Row[] = [
  ['numRunningJobs', 'count', 'Running jobs', '运行中的作业数'],
  ['numRegisteredTaskManagers', 'count', 'Registered task managers', '已注册的 TaskManager 数'],
  ['taskSlotsAvailable', 'count', 'Free task slots', '空闲 Slot 数'],
  ['taskSlotsTotal', 'count', 'All task slots', 'Slot 总数'],
];

/** Known Flink metrics under their full stored names, `flink.<scope>.<group path>.<metric>`. */
export const FLINK_METRICS: readonly MetricText[] = [
  ...under('job', JOB),
  ...under('task', [...TASK_AND_OPERATOR, ...TASK]),
  ...under('operator', [...TASK_AND_OPERATOR, ...OPERATOR]),
  ...under('taskmanager', PROCESS),
  ...under('jobmanager', [...PROCESS, ...JOBMANAGER]),
];

function under(scope: string, rows: readonly Row[]): MetricText[] {
  return rows.map(([path, unit, en, zh]) => ({ name: `flink.${scope}.${path}`, unit, en, zh }));
}
