import type { FactKind, Place } from './fact.ts';
import type { Figures } from './words.ts';
import type { FactWords } from './words-en.ts';

const subtask = (p: Place): string => (p.subtask === undefined ? '某个子任务' : `子任务 ${p.subtask}`);
const task = (p: Place): string => (p.task ? `${p.task} 的` : '');
const on = (p: Place): string => (p.taskManager ? `（${p.taskManager}）` : '');
const heap = (f: Figures): string => (f.has('heap') ? `，回收后堆使用率 ${f.percent('heap')}` : '');

export const FACT_WORDS_ZH: Readonly<Record<FactKind, FactWords>> = {
  lagging: {
    about: '消费延迟',
    says: (f, p) =>
      `在 ${p.topic ?? '输入'} 上落后 ${f.duration('lagMs')}${f.has('usual') ? `（该时段通常 ${f.duration('usual')}）` : ''}`,
  },
  growing: {
    about: '积压增长',
    says: f => `积压 ${f.count('backlog')} 条，每秒增长 ${f.count('perSecond')} 条，每秒到达 ${f.count('arrival')} 条`,
  },
  falling: {
    about: '积压下降',
    says: f =>
      `积压 ${f.count('backlog')} 条，每秒变化 ${f.count('perSecond')} 条，每秒到达 ${f.count('arrival')} 条` +
      (f.has('etaLowMs') ? `；预计 ${f.duration('etaLowMs')} 至 ${f.duration('etaHighMs')} 追平` : ''),
  },
  level: { about: '待消费条数', says: f => `待消费 ${f.count('backlog')} 条：本作业没有积压` },
  'back-pressured': {
    about: '反压',
    says: (f, p) => `${task(p)}反压最高 ${f.percent('ratio')}（${f.text('grade') === 'high' ? '高' : '低'}）`,
  },
  saturated: { about: '繁忙时间', says: (f, p) => `${task(p)}最忙的子任务繁忙 ${f.percent('ratio')}` },
  idle: { about: '空闲时间', says: f => `有子任务空闲 ${f.percent('ratio')}` },
  bottleneck: {
    about: '瓶颈',
    says: (f, p) =>
      `瓶颈是 ${p.task ?? '某个任务'}，繁忙 ${f.percent('busyRatio')}${f.has('upstream') ? `；其上游反压 ${f.percent('upstream')}` : ''}`,
  },
  'sink-bottleneck': {
    about: '瓶颈是否在 Sink',
    says: (f, p) => `瓶颈在含 Sink 的任务：${p.task ?? '某个任务'}，繁忙 ${f.percent('busyRatio')}`,
  },
  'slower-records': {
    about: '每繁忙秒的通常条数',
    says: f => `每繁忙秒处理 ${f.count('perBusySecond')} 条，通常 ${f.count('usual')} 条`,
  },
  'sink-slow': {
    about: 'Sink 是否变慢',
    says: f => `Sink 每繁忙秒写入 ${f.count('perBusySecond')} 条，通常 ${f.count('usual')} 条`,
  },
  'busy-skew': {
    about: '各子任务繁忙时间',
    says: (f, p) =>
      f.holds
        ? `${task(p)}${subtask(p)} 繁忙 ${f.percent('busyRatio')}，中位数 ${f.percent('median')}`
        : `没有子任务明显更忙（最忙 ${f.percent('busyRatio')}，中位数 ${f.percent('median')}）`,
  },
  'rate-skew': {
    about: '各子任务条数',
    says: (f, p) =>
      f.holds
        ? `${task(p)}${subtask(p)} 每秒输入 ${f.count('perSecond')} 条，为均值的 ${f.count('times')} 倍`
        : `没有子任务的输入明显多于其他（最多为均值的 ${f.count('times')} 倍）`,
  },
  gc: { about: 'GC', says: (f, p) => `每秒 GC ${f.count('gcMsPerSecond')} 毫秒${on(p)}${heap(f)}` },
  'gc-on-bottleneck': {
    about: '瓶颈所在 TaskManager 的 GC',
    says: (f, p) => `瓶颈所在 TaskManager${on(p)}每秒 GC ${f.count('gcMsPerSecond')} 毫秒${heap(f)}`,
  },
  'gc-on-hot-subtask': {
    about: '繁忙子任务所在 TaskManager 的 GC',
    says: (f, p) => `繁忙子任务所在 TaskManager${on(p)}每秒 GC ${f.count('gcMsPerSecond')} 毫秒${heap(f)}`,
  },
  'capacity-short': {
    about: '瓶颈的处理能力',
    says: f => `每秒最多处理 ${f.count('truePerSecond')} 条，需要 ${f.count('neededPerSecond')} 条`,
  },
  checkpoint: {
    about: 'Checkpoint',
    says: f =>
      [
        f.has('ageMs') ? `上次 Checkpoint 成功于 ${f.duration('ageMs')}前` : '',
        f.has('intervalMs') ? `通常每 ${f.duration('intervalMs')}一次` : '',
        f.has('failures') ? `此后失败 ${f.count('failures')} 次` : '',
        f.has('durationMs') ? `耗时 ${f.duration('durationMs')}` : '',
      ]
        .filter(Boolean)
        .join('，'),
  },
  'visible-on-checkpoint': { about: 'Sink 的提交方式', says: () => '写出的数据在 Checkpoint 成功后才可见' },
  'age-grows': {
    about: '下游数据新鲜度',
    says: (f, p) => `${p.hop ?? '报表'} 的数据已落后 ${f.duration('ageMs')}且仍在变旧`,
  },
  restarted: { about: '重启次数', says: f => `最近 10 分钟重启 ${f.count('restarts')} 次` },
  'restart-loop': { about: '重启次数', says: f => `最近 10 分钟重启 ${f.count('restarts')} 次` },
  'input-drop': {
    about: '通常的输入速率',
    says: (f, p) =>
      `${p.topic ?? '输入'} 每秒到达 ${f.count('perSecond')} 条，${BASELINES[f.text('baseline')] ?? '通常'} ${f.count('usual')} 条；任务空闲 ${f.percent('idleRatio')}`,
  },
  silent: { about: '最近上报', says: f => `已有 ${f.count('intervals')} 个上报周期没有上报` },
  'output-flat': { about: '输出是否有新数据', says: () => '输出没有新数据' },
  stopped: { about: '位点提交', says: (_, p) => `${p.topic ?? '输入'} 有数据待消费，但位点不再提交（STOP）` },
  'standing-offsets': {
    about: '位点提交',
    says: (f, p) =>
      f.has('status')
        ? `${p.topic ?? '输入'} 的位点没有进展（${f.text('status')}）`
        : `每秒到达 ${f.count('arrival')} 条，积压每秒增长 ${f.count('perSecond')} 条：所读数据随重启丢弃`,
  },
  'watermark-stuck': {
    about: '水位线',
    says: f => `有数据流入，但水位线不前进，已落后 ${f.duration('watermarkLagMs')}`,
  },
  'silent-partition': {
    about: '各分区进展',
    says: (f, p) => `${p.topic ?? '输入'} 有 ${f.count('silent')} 个分区无数据，${f.count('moving')} 个分区有数据`,
  },
  'age-elsewhere': {
    about: '下游报表新鲜度',
    says: (f, p) =>
      `${f.text('report')} 的数据已落后 ${f.duration('ageMs')}，其中 ${f.duration('spentMs')}花在 ${p.hop ?? '其他环节'}`,
  },
};

const BASELINES: Readonly<Record<string, string>> = {
  'last-week': '上周同一时段',
  yesterday: '昨天同一时段',
  'last-hour': '此前一小时',
};
