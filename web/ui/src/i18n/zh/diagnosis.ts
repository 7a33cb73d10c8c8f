/** “原因”卡片的中文文案；其中的句子由服务端给出。 */
export const diagnosisWords = {
  diagnosis: {
    title: '原因',
    calm: '未发现异常。',
    ended: '作业已结束。',
    confidence: (percent: string) => `可信度 ${percent}`,
    confidenceHow: '现有指标对该原因的支持程度；指标缺失或有反证时降低。',
    against: '反证',
    missing: (what: string) => `未知：${what}`,
    inVain: '最近一小时内已尝试，未见效果。',
    log: '日志',
    noticed: '已观察到',
    unknown: '未知项',
    parallelism: '并行度',
    proposed: (now: number, next: number) => `${now} → ${next}`,
    keep: (now: number) => `${now}，无需调整`,
    cannotSay: (now: number) => `${now}，无法判断`,
    capacity: (can: string, needs: string) => `可处理 ${can}，需要 ${needs}`,
    limited: {
      partitions: '受分区数限制',
      'max-parallelism': '受最大并行度限制',
      least: '单次不再降低',
    } as Readonly<Record<string, string>>,
    reasons: {
      'no-records': '没有输入',
      'busy-time-unknown': '繁忙时间未知',
      'backlog-unknown': '积压未知',
      'upstream-unknown': '上游未知',
      cycle: '任务成环',
    } as Readonly<Record<string, string>>,
    assumed: 'Flink 指标不提供算子顺序，此处为推断。',
  },
};
