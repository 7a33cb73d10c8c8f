import type { Action, CheckpointInput, DownstreamInput } from '../../lineage/diagnosis/inputs.ts';
import type { JobInfo } from '../../lineage/graph/job-registry.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import { createJobMetrics, type JobMetrics } from './job-metrics.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Reports asked about behind one job. */
const MAX_REPORTS = 20;
const MAX_ACTIONS = 5;
/** Events this close together are one action. */
const SAME_MS = 2 * MINUTE;

/** How checkpoints of a job go. Their interval is what lay between the completed ones of the last hour. */
export async function readCheckpoints(own: JobMetrics, at: number): Promise<CheckpointInput> {
  const now = { instants: [at], windowMs: 5 * MINUTE };
  const slots = Array.from({ length: 60 }, (_, i) => at - (59 - i) * MINUTE);
  const [duration, age, alignment, completed] = await Promise.all([
    own.at('checkpoint_duration_ms', ['job'], 'LAST', now),
    own.at('checkpoint_age_ms', ['job'], 'LAST', now),
    own.at('flink.task.checkpointAlignmentTime', ['job'], 'MAX', now),
    own.at('checkpoints_completed', ['job'], 'LAST', { instants: slots, windowMs: MINUTE }),
  ]);
  const ageMs = age[0]?.samples[0] ?? null;
  const sinceLast = { instants: [at], windowMs: Math.max(MINUTE, ageMs ?? HOUR) };
  const failures = await own.at('checkpoint_failures', ['job'], 'DELTA', sinceLast);
  const nanos = alignment[0]?.samples[0] ?? null;
  return {
    durationMs: duration[0]?.samples[0] ?? null,
    intervalMs: intervalOf(completed[0]?.samples ?? [], MINUTE),
    failures: failures[0]?.samples[0] ?? null,
    alignmentMs: nanos === null ? null : nanos / 1e6,
    ageMs,
  };
}

/** Time from the first to the last rise of a count, over its rises; null without two. */
export function intervalOf(counts: readonly (number | null)[], slotMs: number): number | null {
  let first: { slot: number; count: number } | null = null;
  let last: { slot: number; count: number } | null = null;
  let before: number | null = null;
  for (const [slot, count] of counts.entries()) {
    if (count === null) continue;
    if (before !== null && count > before) {
      first ??= { slot, count };
      last = { slot, count };
    } else if (before !== null && count < before) first = last = null;
    before = count;
  }
  if (first === null || last === null || last.count === first.count) return null;
  return ((last.slot - first.slot) * slotMs) / (last.count - first.count);
}

/** The age of the reports behind a job, and where it was spent. */
export async function readDownstream(
  metrics: Pick<MetricStore, 'window'>,
  reports: readonly { readonly name: string }[],
  { at, stepMs }: { readonly at: number; readonly stepMs: number },
  signal?: AbortSignal,
): Promise<readonly DownstreamInput[]> {
  const all = createJobMetrics(metrics, { job: null, at, stepMs }, signal);
  return Promise.all(
    reports.slice(0, MAX_REPORTS).map(async ({ name }) => {
      const matchers = [{ label: 'report', op: '=' as const, value: name }];
      const instants = Array.from({ length: 4 }, (_, i) => at - (3 - i) * stepMs);
      const [age, spent] = await Promise.all([
        all.at('age_ms', ['report'], 'LAST', { instants, windowMs: stepMs, matchers }),
        all.at('residence_ms', ['hop'], 'LAST', { instants: [at], windowMs: stepMs, matchers }),
      ]);
      const residences = spent.flatMap(({ labels, samples }) =>
        labels['hop'] && samples[0] != null ? [[labels['hop'], samples[0]] as const] : [],
      );
      return { name, ageMs: age[0]?.samples ?? [], residenceMs: Object.fromEntries(residences) };
    }),
  );
}

/** What was done to the job in the last hour, the newest last: another version, another run, another number of subtasks. */
export async function readActions(
  own: JobMetrics,
  { runs, events }: Pick<JobInfo, 'runs' | 'events'>,
  versions: readonly { readonly from: number; readonly version: number }[],
  at: number,
): Promise<readonly Action[]> {
  const isRecent = (ts: number): boolean => ts > at - HOUR && ts < at;
  const candidates = [
    ...versions.flatMap(v => (v.version > 1 ? [{ at: v.from, kind: 'changed' as const }] : [])),
    ...runs.slice(1).map(run => ({ at: run.firstSeen, kind: 'restarted' as const })),
    ...events.flatMap(e => (e.status === 'RUNNING' ? [{ at: e.ts, kind: null }] : [])),
  ].filter(candidate => isRecent(candidate.at));
  const distinct = candidates
    .filter((c, i) => !candidates.slice(0, i).some(other => Math.abs(other.at - c.at) < SAME_MS))
    .toSorted((a, b) => a.at - b.at)
    .slice(-MAX_ACTIONS);
  const described = await Promise.all(
    distinct.map(async ({ at: ts, kind }): Promise<Action | null> => {
      const window = { instants: [ts - 1, at], windowMs: SAME_MS };
      const [lag, rates, subtasks] = await Promise.all([
        own.at('lag_ms', ['job'], 'MAX', window),
        own.at('hop_processed_per_second', ['topic'], 'AVG', window),
        own.at('busy_ratio', ['task', 'subtask'], 'LAST', window),
      ]);
      const count = (i: number): number => subtasks.filter(({ samples }) => samples[i] != null).length;
      const total = (i: number): number | null => {
        const known = rates.flatMap(({ samples }) => samples[i] ?? []);
        return known.length === 0 ? null : known.reduce((sum, rate) => sum + rate, 0);
      };
      const effect = {
        at: ts,
        lagMs: { before: lag[0]?.samples[0] ?? null, after: lag[0]?.samples[1] ?? null },
        perSecond: { before: total(0), after: total(1) },
      };
      const [from, to] = [count(0), count(1)];
      if (from > 0 && to > 0 && from !== to) return { kind: 'rescaled', parallelism: { from, to }, ...effect };
      return kind === null ? null : { kind, ...effect };
    }),
  );
  return described.filter(action => action !== null);
}
