import { type Bottleneck, findBottleneck, HIGH_BACK_PRESSURE, SATURATED } from './bottleneck.ts';
import { type Fact, fact } from './fact.ts';
import type { JobInput, Samples, SubtaskInput, TaskInput } from './inputs.ts';
import { across, latest, lowerMedian, max, meanOf, sum, throughout } from './samples.ts';
import { busiestOf, idleOf } from './subtask.ts';

const LOW_BACK_PRESSURE = 0.1;
const IDLE = 0.9;
const SKEWED_RATE = 2;
/** Of two subtasks none can take more than twice the mean: there the hotter one has to take three times the other. */
const SKEWED_RATE_OF_TWO = 1.5;
const SKEWED_BUSY = 0.5;
const GC_MS = 100;
const GC_SEVERE_MS = 250;
const FULL_HEAP = 0.9;
/** Records per busy second below this share of the usual: each record takes longer. */
const SLOWER = 0.7;

/** What subtasks and task managers show: how busy, how even, how much in garbage collection. */
export function loadFacts({ tasks, taskManagers }: JobInput): readonly Fact[] {
  const found = findBottleneck(tasks);
  const bottleneck = found === 'unknown' ? null : found;
  const busySkew = busySkewFact(tasks);
  const hot = placeOf(tasks, busySkew);
  const busiest = bottleneck === null ? undefined : busiestOf(bottleneck.task.subtasks);
  const slower = found === 'unknown' ? fact('slower-records', null) : slowerRecords(bottleneck);
  const isSink = found === 'unknown' ? null : (bottleneck?.task.isSink ?? false);
  return [
    ...pressureFacts(tasks),
    fact(
      'bottleneck',
      found === 'unknown' ? null : found !== null,
      { busyRatio: bottleneck?.busyRatio ?? null, upstream: bottleneck?.upstreamBackPressure ?? null },
      bottleneck === null ? {} : { task: bottleneck.task.task },
    ),
    fact(
      'sink-bottleneck',
      isSink,
      { busyRatio: bottleneck?.busyRatio ?? null },
      bottleneck === null ? {} : { task: bottleneck.task.task },
    ),
    slower,
    fact('sink-slow', isSink === null ? null : isSink && slower.holds, slower.values, slower.place),
    busySkew,
    rateSkewFact(tasks, hot),
    gcFact(taskManagers),
    found === null ? fact('gc-on-bottleneck', false) : severeGc('gc-on-bottleneck', taskManagers, busiest),
    busySkew.holds === false
      ? fact('gc-on-hot-subtask', false)
      : severeGc('gc-on-hot-subtask', taskManagers, hot?.subtask),
  ];
}

function pressureFacts(tasks: readonly TaskInput[]): readonly Fact[] {
  const most = (of: (subtask: SubtaskInput) => Samples) =>
    tasks
      .map(task => ({ task: task.task, samples: across(task.subtasks.map(of), max) }))
      .toSorted((a, b) => (latest(b.samples) ?? -1) - (latest(a.samples) ?? -1))[0];
  const pressed = most(s => s.backPressuredRatio);
  const busy = most(s => s.busyRatio);
  const idle = across(
    tasks.flatMap(task => task.subtasks.map(idleOf)),
    max,
  );
  const strongest = latest(pressed?.samples ?? []);
  return [
    fact(
      'back-pressured',
      throughout(pressed?.samples ?? [], q => q >= LOW_BACK_PRESSURE),
      { ratio: strongest, grade: strongest !== null && strongest >= HIGH_BACK_PRESSURE ? 'high' : 'low' },
      pressed === undefined ? {} : { task: pressed.task },
    ),
    fact(
      'saturated',
      throughout(busy?.samples ?? [], b => b >= SATURATED),
      { ratio: latest(busy?.samples ?? []) },
      busy === undefined ? {} : { task: busy.task },
    ),
    fact(
      'idle',
      throughout(idle, i => i >= IDLE),
      { ratio: latest(idle) },
    ),
  ];
}

/** Records per busy second of the bottleneck, against its own median. */
function slowerRecords(bottleneck: Bottleneck | null): Fact {
  if (bottleneck === null) return fact('slower-records', false);
  const { task, subtasks, usualPerBusySecond } = bottleneck.task;
  const rate = meanOf(subtasks.map(s => meanOf(s.inPerSecond)));
  const busy = meanOf(subtasks.map(s => meanOf(s.busyRatio)));
  const now = rate === null || busy === null || busy <= 0 ? null : rate / busy;
  return fact(
    'slower-records',
    now === null || usualPerBusySecond === null ? null : now < SLOWER * usualPerBusySecond,
    { perBusySecond: now, usual: usualPerBusySecond },
    { task },
  );
}

/** The task whose busiest subtask stands out most. */
function busySkewFact(tasks: readonly TaskInput[]): Fact {
  const found = tasks
    .filter(task => task.subtasks.length >= 2)
    .map(task => {
      const hottest = busiestOf(task.subtasks)!;
      const middle = across(
        task.subtasks.map(s => s.busyRatio),
        lowerMedian,
      );
      const spread = hottest.busyRatio.map((busy, i) => {
        const of = middle[i] ?? null;
        return busy === null || of === null ? null : busy - of;
      });
      return { task, hottest, spread, holds: throughout(spread, difference => difference >= SKEWED_BUSY) };
    })
    .toSorted((a, b) => (latest(b.spread) ?? -1) - (latest(a.spread) ?? -1))[0];
  if (found === undefined) return fact('busy-skew', tasks.length === 0 ? null : false);
  const { hottest } = found;
  return fact(
    'busy-skew',
    found.holds,
    {
      busyRatio: meanOf(hottest.busyRatio),
      median: lowerMedian(found.task.subtasks.flatMap(s => meanOf(s.busyRatio) ?? [])),
    },
    { task: found.task.task, subtask: hottest.subtask, taskManager: hottest.taskManager },
  );
}

/** Whether the subtask that stands out by its busy time takes in more too; without one, whether any subtask of any task does. */
function rateSkewFact(tasks: readonly TaskInput[], hot: { task: TaskInput; subtask: SubtaskInput } | null): Fact {
  const judged = (hot === null ? tasks : [hot.task]).filter(task => task.subtasks.length >= 2);
  const facts = judged.map(({ task, subtasks }) => {
    const rates = subtasks.map(s => s.inPerSecond);
    const busiest =
      hot?.subtask ?? subtasks.toSorted((a, b) => (meanOf(b.inPerSecond) ?? -1) - (meanOf(a.inPerSecond) ?? -1))[0]!;
    const limit = subtasks.length === 2 ? SKEWED_RATE_OF_TWO : SKEWED_RATE;
    const mean = across(rates, values => (values.length < 2 ? null : sum(values) / values.length));
    const factor = busiest.inPerSecond.map((rate, i) => {
      const of = mean[i] ?? null;
      return rate === null || of === null || of <= 0 ? null : rate / of;
    });
    return fact(
      'rate-skew',
      throughout(factor, times => times >= limit),
      { perSecond: meanOf(busiest.inPerSecond), mean: meanOf(mean), times: meanOf(factor) },
      { task, subtask: busiest.subtask, taskManager: busiest.taskManager },
    );
  });
  const worst = facts.toSorted((a, b) => Number(b.values['times'] ?? -1) - Number(a.values['times'] ?? -1))[0];
  return worst ?? fact('rate-skew', tasks.length === 0 ? null : false);
}

function gcFact(taskManagers: JobInput['taskManagers']): Fact {
  const worst = taskManagers.toSorted((a, b) => (meanOf(b.gcMsPerSecond) ?? -1) - (meanOf(a.gcMsPerSecond) ?? -1))[0];
  const heap = Math.max(-1, ...taskManagers.map(tm => tm.heapAfterGcRatio ?? -1));
  const long = throughout(worst?.gcMsPerSecond ?? [], ms => ms >= GC_MS);
  const values = { gcMsPerSecond: meanOf(worst?.gcMsPerSecond ?? []), heap: heap < 0 ? null : heap };
  const place = worst === undefined ? {} : { taskManager: worst.taskManager };
  return fact('gc', heap >= FULL_HEAP ? true : long, values, place);
}

/** Whether a subtask runs where garbage collection is severe. */
function severeGc(
  kind: 'gc-on-bottleneck' | 'gc-on-hot-subtask',
  taskManagers: JobInput['taskManagers'],
  subtask: SubtaskInput | undefined,
): Fact {
  const tm = taskManagers.find(known => known.taskManager === subtask?.taskManager);
  const severe = throughout(tm?.gcMsPerSecond ?? [], ms => ms >= GC_SEVERE_MS);
  const values = { gcMsPerSecond: meanOf(tm?.gcMsPerSecond ?? []), heap: tm?.heapAfterGcRatio ?? null };
  return fact(kind, severe, values, tm === undefined ? {} : { taskManager: tm.taskManager });
}

function placeOf(tasks: readonly TaskInput[], skew: Fact): { task: TaskInput; subtask: SubtaskInput } | null {
  if (skew.holds !== true) return null;
  const task = tasks.find(candidate => candidate.task === skew.place.task);
  const subtask = task?.subtasks.find(candidate => candidate.subtask === skew.place.subtask);
  return task === undefined || subtask === undefined ? null : { task, subtask };
}
