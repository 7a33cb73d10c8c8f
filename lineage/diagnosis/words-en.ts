import type { FactKind, Place } from './fact.ts';
import type { Figures } from './words.ts';

/** A fact in one language: what it is about, and what it says with its figures. */
export interface FactWords {
  readonly about: string;
  readonly says: (f: Figures, place: Place) => string;
}

const subtask = (p: Place): string => (p.subtask === undefined ? 'one subtask' : `subtask ${p.subtask}`);
const task = (p: Place): string => (p.task ? ` of ${p.task}` : '');
const on = (p: Place): string => (p.taskManager ? ` on ${p.taskManager}` : '');
const heap = (f: Figures): string => (f.has('heap') ? `, heap ${f.percent('heap')} full after it` : '');
const records = 'records per busy second';

export const FACT_WORDS_EN: Readonly<Record<FactKind, FactWords>> = {
  lagging: {
    about: 'lag',
    says: (f, p) =>
      `${f.duration('lagMs')} behind on ${p.topic ?? 'its input'}${f.has('usual') ? ` (usual at this hour ${f.duration('usual')})` : ''}`,
  },
  growing: {
    about: 'growth of the backlog',
    says: f =>
      `backlog of ${f.count('backlog')} records grows by ${f.count('perSecond')}/s, ${f.count('arrival')}/s arrive`,
  },
  falling: {
    about: 'fall of the backlog',
    says: f =>
      `backlog of ${f.count('backlog')} records changes by ${f.count('perSecond')}/s, ${f.count('arrival')}/s arrive` +
      (f.has('etaLowMs') ? `; level in ${f.duration('etaLowMs')} to ${f.duration('etaHighMs')}` : ''),
  },
  level: { about: 'records waiting', says: f => `${f.count('backlog')} records waiting: the job itself is level` },
  'back-pressured': {
    about: 'back pressure',
    says: (f, p) => `back pressure up to ${f.percent('ratio')} (${f.text('grade')})${task(p)}`,
  },
  saturated: { about: 'busy time', says: (f, p) => `busiest subtask ${f.percent('ratio')} busy${task(p)}` },
  idle: { about: 'idle time', says: f => `a subtask is ${f.percent('ratio')} idle` },
  bottleneck: {
    about: 'the bottleneck',
    says: (f, p) =>
      `the bottleneck is ${p.task ?? 'a task'}, ${f.percent('busyRatio')} busy${f.has('upstream') ? `; the task before it is back-pressured ${f.percent('upstream')}` : ''}`,
  },
  'sink-bottleneck': {
    about: 'whether the sink is the bottleneck',
    says: (f, p) => `the bottleneck ends in a sink: ${p.task ?? 'a task'}, ${f.percent('busyRatio')} busy`,
  },
  'slower-records': {
    about: 'usual records per busy second',
    says: f => `${f.count('perBusySecond')} ${records}, usually ${f.count('usual')}`,
  },
  'sink-slow': {
    about: 'slowness of the sink',
    says: f => `the sink takes ${f.count('perBusySecond')} ${records}, usually ${f.count('usual')}`,
  },
  'busy-skew': {
    about: 'busy time of each subtask',
    says: (f, p) =>
      f.holds
        ? `${subtask(p)}${task(p)} is ${f.percent('busyRatio')} busy, the middle one ${f.percent('median')}`
        : `no subtask stands out by its busy time (${f.percent('busyRatio')}, the middle one ${f.percent('median')})`,
  },
  'rate-skew': {
    about: 'records of each subtask',
    says: (f, p) =>
      f.holds
        ? `${subtask(p)}${task(p)} takes in ${f.count('perSecond')}/s, ${f.count('times')} × the mean`
        : `no subtask takes in many more records than others (at most ${f.count('times')} × the mean)`,
  },
  gc: {
    about: 'garbage collection',
    says: (f, p) => `${f.count('gcMsPerSecond')} ms/s of garbage collection${on(p)}${heap(f)}`,
  },
  'gc-on-bottleneck': {
    about: "garbage collection of the bottleneck's task manager",
    says: (f, p) =>
      `${f.count('gcMsPerSecond')} ms/s of garbage collection where the bottleneck runs${on(p)}${heap(f)}`,
  },
  'gc-on-hot-subtask': {
    about: "garbage collection of the busy subtask's task manager",
    says: (f, p) =>
      `${f.count('gcMsPerSecond')} ms/s of garbage collection where the busy subtask runs${on(p)}${heap(f)}`,
  },
  'capacity-short': {
    about: 'capacity of the bottleneck',
    says: f =>
      `it can take ${f.count('truePerSecond')} records/s and should be able to take ${f.count('neededPerSecond')}`,
  },
  checkpoint: {
    about: 'checkpoints',
    says: f =>
      [
        f.has('ageMs') ? `last checkpoint completed ${f.duration('ageMs')} ago` : '',
        f.has('intervalMs') ? `usually every ${f.duration('intervalMs')}` : '',
        f.has('failures') ? `${f.count('failures')} failed since` : '',
        f.has('durationMs') ? `it took ${f.duration('durationMs')}` : '',
      ]
        .filter(Boolean)
        .join(', '),
  },
  'visible-on-checkpoint': {
    about: 'how its sink commits',
    says: () => 'what it writes is seen only after a checkpoint',
  },
  'age-grows': {
    about: 'age of the data behind it',
    says: (f, p) => `the data of ${p.hop ?? 'a report'} is ${f.duration('ageMs')} old and growing older`,
  },
  restarted: { about: 'restarts', says: f => `restarts in the last 10 min: ${f.count('restarts')}` },
  'restart-loop': { about: 'restarts', says: f => `restarts in the last 10 min: ${f.count('restarts')}` },
  'input-drop': {
    about: 'usual input',
    says: (f, p) =>
      `${f.count('perSecond')} records/s arrive on ${p.topic ?? 'its input'}, ${BASELINES[f.text('baseline')] ?? 'usually'} ${f.count('usual')}; its tasks are ${f.percent('idleRatio')} idle`,
  },
  silent: { about: 'its last report', says: f => `no report for ${f.count('intervals')} reporting intervals` },
  'output-flat': { about: 'whether its output moves', says: () => 'nothing is written to its output' },
  stopped: {
    about: 'its commits',
    says: (_, p) => `offsets on ${p.topic ?? 'its input'} are no longer committed while records wait (STOP)`,
  },
  'standing-offsets': {
    about: 'its commits',
    says: (f, p) =>
      f.has('status')
        ? `offsets on ${p.topic ?? 'its input'} make no progress (${f.text('status')})`
        : `the backlog grows by ${f.count('perSecond')} of ${f.count('arrival')} records/s that arrive: what it reads is lost again`,
  },
  'watermark-stuck': {
    about: 'its watermark',
    says: f => `the watermark stands still, ${f.duration('watermarkLagMs')} behind, while records flow`,
  },
  'silent-partition': {
    about: 'movement of each partition',
    says: (f, p) =>
      `silent partitions of ${p.topic ?? 'its input'}: ${f.count('silent')}; moving: ${f.count('moving')}`,
  },
  'age-elsewhere': {
    about: 'age of the reports behind it',
    says: (f, p) =>
      `the data of ${f.text('report')} is ${f.duration('ageMs')} old and spent ${f.duration('spentMs')} of it in ${p.hop ?? 'another hop'}`,
  },
};

const BASELINES: Readonly<Record<string, string>> = {
  'last-week': 'at this hour last week',
  yesterday: 'at this hour yesterday',
  'last-hour': 'in the hour before',
};
