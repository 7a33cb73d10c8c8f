/**
 * Series of task managers (`flink.taskmanager.*`) carry no job: in a session cluster many run there. A matcher `job=X` (or `app_id=`) on
 * them selects those where X ran in the window, which the series `runs_on{job,tm_id}` tells for any time. Each instant of a query
 * sees the task managers of its own window.
 */
import { UserError } from '../model/errors.ts';
import { type Labels, labelsKey, type Matcher } from '../model/labels.ts';
import { RUNS_ON } from '../model/runs-on.ts';
import type { Point } from '../model/sample.ts';
import type { MetricStore, SeriesSelector, WindowGroup, WindowQuery } from './metric-store.ts';

/** Derived series that belong to a process as well. */
const OF_PROCESSES = new Set(['gc_ms_per_second', 'heap_used_ratio']);
const JOINED = new Set(['job', 'app_id']);
/** Times a range may see a job move; each needs a query of its own. */
const MAX_PLACEMENTS = 100;
const MAX_TASK_MANAGERS = 10_000;

/** Wraps a store so that its windows and points answer for the processes of jobs. */
export function joinTaskManagers(store: MetricStore): MetricStore {
  return {
    append: (groups, options, signal) => store.append(groups, options, signal),
    window: (query, signal) => windowOfJobs(query, inner => store.window(inner, signal)),
    async points(query, signal) {
      const also = await placedIn(query, query, inner => store.window(inner, signal));
      return store.points(also === null ? query : { ...query, also }, signal);
    },
    names: signal => store.names(signal),
    series: (query, signal) => store.series(query, signal),
    labels: (query, signal) => store.labels(query, signal),
    expire: (now, retention, signal) => store.expire(now, retention, signal),
    stats: signal => store.stats(signal),
    ping: signal => store.ping(signal),
    close: () => store.close(),
  };
}

type RunWindow = (query: WindowQuery) => Promise<readonly WindowGroup[]>;

/** Runs a window query; where it asks for processes of jobs, one for each stretch in which these ran in the same places. */
export async function windowOfJobs(query: WindowQuery, run: RunWindow): Promise<readonly WindowGroup[]> {
  const wanted = jobMatchers(query);
  if (wanted.length === 0 || query.at.length === 0) return run(query);
  const { windowMs, at, arrivedWithinMs } = query;
  const placements = await run({
    names: [{ name: RUNS_ON }],
    matchers: wanted,
    groupBy: ['tm_id'],
    op: 'COUNT',
    windowMs,
    at,
    ...(arrivedWithinMs !== undefined && { arrivedWithinMs }),
  });
  const stretches = stretchesOf(placements, at);
  const matchers = query.matchers.filter(matcher => !wanted.includes(matcher));
  const found = new Map<string, { readonly labels: Labels; readonly points: Point[] }>();
  for (const { taskManagers, instants } of stretches) {
    const also = { taskManagers: bounded(taskManagers), matchers };
    for (const { labels, points } of await run({ ...query, at: instants, also })) {
      const key = labelsKey(labels);
      const group = found.get(key);
      if (group) group.points.push(...points);
      else found.set(key, { labels, points: [...points] });
    }
  }
  if (stretches.length > 1) for (const { points } of found.values()) points.sort(([a], [b]) => a - b);
  return [...found.values()];
}

/** What a selection of a range must also take; null when it asks for no processes of jobs. */
export async function placedIn(
  selector: SeriesSelector,
  { from, to }: { readonly from: number; readonly to: number },
  run: RunWindow,
): Promise<SeriesSelector['also'] | null> {
  const wanted = jobMatchers(selector);
  if (wanted.length === 0) return null;
  const placements = await run({
    names: [{ name: RUNS_ON }],
    matchers: wanted,
    groupBy: ['tm_id'],
    op: 'COUNT',
    windowMs: to - from + 1,
    at: [to],
  });
  return {
    taskManagers: bounded(placements.map(group => group.labels['tm_id'] ?? '')),
    matchers: selector.matchers.filter(matcher => !wanted.includes(matcher)),
  };
}

/** The matchers that name jobs, of a selection that speaks of task managers. A negation is no wish for the places of a job. */
function jobMatchers({ names, matchers }: SeriesSelector): readonly Matcher[] {
  const wanted = matchers.filter(m => JOINED.has(m.label) && m.value !== '' && (m.op === '=' || m.op === '=~'));
  if (wanted.length === 0) return [];
  const speaks = names.some(({ name }) => name.startsWith('flink.taskmanager.') || OF_PROCESSES.has(name));
  return speaks ? wanted : [];
}

/** The instants by the task managers their windows saw. */
function stretchesOf(
  placements: readonly WindowGroup[],
  at: readonly number[],
): readonly { readonly taskManagers: readonly string[]; readonly instants: readonly number[] }[] {
  const seen = new Map<number, string[]>(at.map(t => [t, []]));
  for (const { labels, points } of placements) for (const [t] of points) seen.get(t)?.push(labels['tm_id'] ?? '');
  const stretches = new Map<string, { taskManagers: readonly string[]; instants: number[] }>();
  for (const t of at) {
    const taskManagers = seen.get(t)!.sort();
    const key = taskManagers.join('\u0001');
    const known = stretches.get(key);
    if (known) known.instants.push(t);
    else stretches.set(key, { taskManagers, instants: [t] });
  }
  if (stretches.size > MAX_PLACEMENTS)
    throw new UserError('bad-query', `the job moved more than ${MAX_PLACEMENTS} times; narrow the range of time`);
  return [...stretches.values()];
}

function bounded(taskManagers: readonly string[]): readonly string[] {
  if (taskManagers.length > MAX_TASK_MANAGERS)
    throw new UserError(
      'bad-query',
      `the jobs ran on more than ${MAX_TASK_MANAGERS} task managers; narrow the matchers`,
    );
  return taskManagers;
}
