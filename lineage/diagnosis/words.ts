/** Diagnoses in words, English and Chinese: what screens, the command line and messages say. */
import { type Language, spokenDuration } from '../objectives/words.ts';
import type { DiagnosisKind } from './causes.ts';
import type { NoAdvice } from './diagnose.ts';
import type { Fact, FactKind, Place } from './fact.ts';
import { FACT_WORDS_EN } from './words-en.ts';
import { FACT_WORDS_ZH } from './words-zh.ts';

/** How the figures of a fact read in a language. */
export interface Figures {
  /** `62 %`. */
  readonly percent: (name: string) => string;
  /** `1,250`. */
  readonly count: (name: string) => string;
  readonly duration: (name: string) => string;
  readonly text: (name: string) => string;
  readonly has: (name: string) => boolean;
  readonly holds: boolean;
}

interface CauseWords {
  readonly name: string;
  readonly remedy: (place: Place) => string;
}

const CAUSE_WORDS: Readonly<Record<Language, Readonly<Record<DiagnosisKind, CauseWords>>>> = {
  en: {
    'data-skew': {
      name: 'Data skew',
      remedy: () =>
        'Salt the key or aggregate in two phases; at a source spread the records evenly over the partitions.',
    },
    'slow-instance': {
      name: 'Slow instance',
      remedy: p => `Look at the host${p.taskManager ? ` of ${p.taskManager}` : ''} and move the slot away from it.`,
    },
    'gc-pressure': {
      name: 'Garbage collection',
      remedy: () => 'Give the task managers more heap, or keep less state on it (RocksDB).',
    },
    'external-sink-slow': {
      name: 'Slow sink',
      remedy: () => 'Look at the store it writes to, or an operator chained before it; write in larger batches.',
    },
    'under-provisioned': { name: 'Too few subtasks', remedy: () => 'Raise the parallelism.' },
    'upstream-drop': {
      name: 'Input has dropped',
      remedy: p =>
        p.hop ? `Look at ${p.hop}, which writes ${p.topic}.` : `Look at who writes ${p.topic ?? 'the input'}.`,
    },
    'restart-loop': {
      name: 'Restarts over and over',
      remedy: () => 'Read the exception in the log: most likely one record or one dependency that fails each time.',
    },
    'dead-job': { name: 'Dead job', remedy: () => 'Restart it from its last checkpoint.' },
    'checkpoint-bound': {
      name: 'Waits for checkpoints',
      remedy: () => 'Get checkpoints to complete, or shorten their interval: what it wrote is seen only after one.',
    },
    'idle-partition': {
      name: 'A silent partition holds the watermark back',
      remedy: () =>
        'Set an idleness timeout (table.exec.source.idle-timeout, or scan.watermark.idle-timeout of the table).',
    },
    'catching-up': { name: 'Is catching up', remedy: () => 'Nothing to do.' },
    'upstream-hop': { name: 'Another hop is late', remedy: p => `Look at ${p.hop ?? 'that hop'}: this job is level.` },
  },
  zh: {
    'data-skew': { name: '数据倾斜', remedy: () => '对 Key 加盐或两阶段聚合；源端请让各分区数据均匀。' },
    'slow-instance': {
      name: '单个实例变慢',
      remedy: p => `检查${p.taskManager ? ` ${p.taskManager} 所在` : ''}主机，并将 Slot 迁走。`,
    },
    'gc-pressure': { name: 'GC 压力', remedy: () => '增大 TaskManager 堆内存，或减少堆上状态（RocksDB）。' },
    'external-sink-slow': {
      name: '外部存储写入慢',
      remedy: () => '检查所写存储，或与其同链的前置算子；加大写入批次。',
    },
    'under-provisioned': { name: '并行度不足', remedy: () => '提高并行度。' },
    'upstream-drop': {
      name: '上游数据骤减',
      remedy: p => (p.hop ? `检查写入 ${p.topic} 的 ${p.hop}。` : `检查 ${p.topic ?? '输入'} 的写入方。`),
    },
    'restart-loop': { name: '反复重启', remedy: () => '查看日志中的异常：多半是某条数据或某个依赖每次都失败。' },
    'dead-job': { name: '作业已停止工作', remedy: () => '从最近的 Checkpoint 重启。' },
    'checkpoint-bound': {
      name: '等待 Checkpoint',
      remedy: () => '让 Checkpoint 恢复成功或缩短间隔：写出的数据在其成功后才可见。',
    },
    'idle-partition': {
      name: '空闲分区拖住水位线',
      remedy: () => '设置空闲超时（table.exec.source.idle-timeout 或表的 scan.watermark.idle-timeout）。',
    },
    'catching-up': { name: '正在追平', remedy: () => '无需处理。' },
    'upstream-hop': { name: '延迟在其他环节', remedy: p => `查看 ${p.hop ?? '该环节'}：本作业没有积压。` },
  },
};

const NO_ADVICE: Readonly<Record<Language, Readonly<Record<NoAdvice, string>>>> = {
  en: {
    skew: 'No parallelism is proposed: the load is uneven, more subtasks would wait beside the hot one.',
    gc: 'No parallelism is proposed: garbage collection comes first.',
    'slow-sink': 'No parallelism is proposed: more writers would not make the store faster.',
    'no-tasks': 'No parallelism is proposed: no subtask reports.',
  },
  zh: {
    skew: '不建议调整并行度：负载不均，新增子任务只会闲置。',
    gc: '不建议调整并行度：应先解决 GC。',
    'slow-sink': '不建议调整并行度：更多写入并不会让存储变快。',
    'no-tasks': '不建议调整并行度：没有子任务上报。',
  },
};

/** What a diagnosis is called. */
export function causeName(kind: DiagnosisKind, language: Language): string {
  return CAUSE_WORDS[language][kind].name;
}

/** What to do about it. */
export function causeRemedy(kind: DiagnosisKind, place: Place, language: Language): string {
  return CAUSE_WORDS[language][kind].remedy(place);
}

/** Why no parallelism is proposed. */
export function noAdviceText(reason: NoAdvice, language: Language): string {
  return NO_ADVICE[language][reason];
}

/** A fact as one sentence with its figures. */
export function factText(known: Fact, language: Language): string {
  const words = language === 'zh' ? FACT_WORDS_ZH : FACT_WORDS_EN;
  return words[known.kind].says(figuresOf(known, language), known.place);
}

/** What a fact is about, for those nobody could tell. */
export function factName(kind: FactKind, language: Language): string {
  return (language === 'zh' ? FACT_WORDS_ZH : FACT_WORDS_EN)[kind].about;
}

function figuresOf({ values, holds }: Fact, language: Language): Figures {
  const number = (name: string): number => Number(values[name] ?? 0);
  return {
    percent: name => `${Math.round(number(name) * 100)} %`,
    count: name => {
      const value = number(name);
      return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 });
    },
    duration: name => spokenDuration(number(name), language),
    text: name => String(values[name] ?? ''),
    has: name => values[name] !== undefined,
    holds: holds === true,
  };
}
