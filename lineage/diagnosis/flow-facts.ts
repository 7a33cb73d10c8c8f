import { backlogOf } from './backlog.ts';
import { type Fact, fact } from './fact.ts';
import type { DownstreamInput, JobInput, TopicInput } from './inputs.ts';
import { across, latest, max, slopes, sum, throughout } from './samples.ts';
import { idleOf } from './subtask.ts';

const LAGGING_MS = 60_000;
const LAGGING_TIMES = 3;
/** Share of arrival by which a backlog has to change each second. */
const TREND = 0.05;
/** A backlog this long to read counts as one. */
const BACKLOG_S = 30;
/** Records that arrive in less than this are no backlog. */
const LEVEL_S = 5;
const DROPPED = 0.5;
const IDLE_WITHOUT_INPUT = 0.8;
/** Share of real time by which a stuck watermark falls behind. */
const STUCK = 0.9;

/** What topics, watermarks and reports show: how far behind, since when, and whether anything arrives. */
export function flowFacts(input: JobInput): readonly Fact[] {
  const { topics, stepMs } = input;
  const behind = topics.toSorted((a, b) => (b.lagMs ?? -1) - (a.lagMs ?? -1))[0];
  const { waiting, growth, growthPerSecond, arrivalPerSecond: arrival } = backlogOf(topics, stepMs);
  const figures = { backlog: waiting, perSecond: growthPerSecond, arrival };
  const isLevel = waiting === null || arrival === null ? null : waiting <= Math.max(1, arrival * LEVEL_S);
  const isBehind =
    behind?.lagMs == null && waiting === null
      ? null
      : (behind?.lagMs ?? 0) > LAGGING_MS || (waiting ?? 0) > (arrival ?? 0) * BACKLOG_S;
  const shrinks = arrival === null ? null : throughout(growth, perSecond => perSecond < -TREND * arrival);
  return [
    lagging(behind),
    fact(
      'growing',
      arrival === null ? null : throughout(growth, perSecond => perSecond > Math.max(0, TREND * arrival)),
      figures,
    ),
    fact('falling', shrinks === null ? null : shrinks && isBehind !== false, { ...figures, ...etaOf(topics) }),
    fact('level', isLevel, { backlog: waiting, lagMs: behind?.lagMs ?? null }),
    inputDrop(input),
    watermarkStuck(input, arrival),
    silentPartition(topics),
    ageGrows(input),
    ageElsewhere(input),
  ];
}

function lagging(behind: TopicInput | undefined): Fact {
  if (behind === undefined || behind.lagMs === null) return fact('lagging', null);
  const limit = Math.max(LAGGING_MS, LAGGING_TIMES * (behind.usualLagMs ?? 0));
  const values = { lagMs: behind.lagMs, usual: behind.usualLagMs, limitMs: limit };
  return fact('lagging', behind.lagMs > limit, values, { topic: behind.topic });
}

function etaOf(topics: readonly TopicInput[]): { etaLowMs: number | null; etaHighMs: number | null } {
  const known = topics.flatMap(topic => topic.etaMs ?? []);
  if (known.length === 0) return { etaLowMs: null, etaHighMs: null };
  return { etaLowMs: max(known.map(eta => eta.low)), etaHighMs: max(known.map(eta => eta.high)) };
}

/** The topic that lost most of its input, while the job has nothing to do. */
function inputDrop({ topics, tasks }: JobInput): Fact {
  const idle = across(
    tasks.flatMap(task => task.subtasks.map(idleOf)),
    values => values.reduce((least, value) => Math.min(least, value), 1),
  );
  const isIdle = throughout(idle, ratio => ratio >= IDLE_WITHOUT_INPUT);
  const judged = topics.flatMap(topic => {
    const { arrivalPerSecond, usualArrival } = topic;
    if (arrivalPerSecond === null || usualArrival === null || usualArrival.perSecond <= 0) return [];
    return [{ topic, share: arrivalPerSecond / usualArrival.perSecond, usualArrival, arrivalPerSecond }];
  });
  const worst = judged.toSorted((a, b) => a.share - b.share)[0];
  if (worst === undefined) return fact('input-drop', null);
  const { perSecond: usual, baseline } = worst.usualArrival;
  const drop = fact(
    'input-drop',
    worst.share < DROPPED ? isIdle : false,
    { perSecond: worst.arrivalPerSecond, usual, baseline, idleRatio: latest(idle) },
    { topic: worst.topic.topic, ...(worst.topic.producer !== '' && { hop: worst.topic.producer }) },
  );
  return baseline === 'last-week' ? drop : { ...drop, standIn: true };
}

function watermarkStuck({ watermarkLagMs, topics, tasks, stepMs }: JobInput, arrival: number | null): Fact {
  const stuck = throughout(slopes(watermarkLagMs, stepMs), perSecond => perSecond >= STUCK * 1000);
  const read = topics.flatMap(topic => topic.processedPerSecond ?? []);
  const flowing =
    read.length > 0
      ? sum(read) > 0
      : tasks.some(task => task.isSource && task.subtasks.some(s => (latest(s.inPerSecond) ?? 0) > 0));
  const holds = stuck === null ? null : stuck && flowing;
  return fact('watermark-stuck', holds, { watermarkLagMs: latest(watermarkLagMs), arrival });
}

function silentPartition(topics: readonly TopicInput[]): Fact {
  const known = topics.filter(topic => topic.partitions !== null);
  const found = known.find(({ partitions }) => partitions!.silent > 0 && partitions!.moving > 0);
  const holds = known.length === 0 ? null : found !== undefined;
  const values = { silent: found?.partitions?.silent ?? null, moving: found?.partitions?.moving ?? null };
  return fact('silent-partition', holds, values, found === undefined ? {} : { topic: found.topic });
}

function ageGrows({ downstream, stepMs }: JobInput): Fact {
  const oldest = byAge(downstream)[0];
  if (oldest === undefined) return fact('age-grows', null);
  const holds = throughout(slopes(oldest.ageMs, stepMs), perSecond => perSecond > TREND * 1000);
  return fact('age-grows', holds, { ageMs: latest(oldest.ageMs) }, { hop: oldest.name });
}

/** The late report whose data spent its age in another hop. */
function ageElsewhere({ job, downstream }: JobInput): Fact {
  const known = byAge(downstream).filter(report => latest(report.ageMs) !== null);
  if (known.length === 0) return fact('age-elsewhere', null);
  for (const { name, ageMs, residenceMs } of known) {
    const age = latest(ageMs) ?? 0;
    if (age <= LAGGING_MS) break;
    const [hop, spent] = Object.entries(residenceMs).toSorted((a, b) => b[1] - a[1])[0] ?? ['', 0];
    if (hop !== '' && hop !== job && spent > age / 2)
      return fact('age-elsewhere', true, { report: name, ageMs: age, spentMs: spent }, { hop });
  }
  return fact('age-elsewhere', false);
}

function byAge(downstream: readonly DownstreamInput[]): readonly DownstreamInput[] {
  return downstream.toSorted((a, b) => (latest(b.ageMs) ?? -1) - (latest(a.ageMs) ?? -1));
}
