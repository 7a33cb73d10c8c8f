/** Windows over log lines, answered like windows over points: counts, lines a second, and lines of exceptions not seen before. */
import { UserError } from '../../model/errors.ts';
import { type Labels, labelsKey } from '../../model/labels.ts';
import type { Point } from '../../model/sample.ts';
import type { LogQuery } from '../../store/log-query.ts';
import type { LogFacetField, LogGroupCount } from '../../store/log-store.ts';
import type { WindowGroup } from '../../store/metric-store.ts';
import type { LogReader } from './frame.ts';
import { logFieldOf } from './log-row.ts';

/** Everything of a question but its instants. */
export interface LogWindow {
  readonly query: LogQuery;
  readonly groupBy: readonly string[];
  readonly op: 'COUNT' | 'RATE' | 'NEW';
  readonly windowMs: number;
  readonly sinceMs: number;
}

/** Groups one answer may have; a rule's own `max_groups` is judged after that. */
const MAX_GROUPS = 100_000;
/** Instants further apart than this, beyond their windows, are asked for one by one. */
const FAR_APART = 2 * 3_600_000;
/** Steps of one question; more, and its instants are asked for one by one. */
const MAX_STEPS = 1_000_000;
/** Backward looks for a class of exceptions: common ones are found in the first, so that only rare ones cost a long one. */
const LOOKS = [3_600_000, 86_400_000];

/** Answers a question at ascending instants: lines with t - windowMs < ts <= t. Instants without lines are left out. */
export async function readLogWindows(
  window: LogWindow,
  at: readonly number[],
  reader: LogReader,
  signal?: AbortSignal,
): Promise<readonly WindowGroup[]> {
  const groups = new Map<string, { readonly labels: Labels; readonly counts: Map<number, number> }>();
  // Lines of one group may come in parts, one for each class of exceptions.
  const add = (labels: Labels, t: number, n: number): void => {
    const key = labelsKey(labels);
    const group = groups.get(key) ?? { labels, counts: new Map<number, number>() };
    groups.set(key, group);
    group.counts.set(t, (group.counts.get(t) ?? 0) + n);
  };
  for (const run of runsOf(at, window.windowMs, window.op === 'NEW' ? window.sinceMs : 0)) {
    if (window.op === 'NEW') await addNew(window, run, reader, add, signal);
    else await addCounts(window, run, reader, add, signal);
  }
  return [...groups.values()].map(({ labels, counts }) => ({
    labels,
    points: [...counts].sort(([a], [b]) => a - b) satisfies Point[],
  }));
}

type Add = (labels: Labels, t: number, n: number) => void;

async function addCounts(
  { query, groupBy, op, windowMs }: LogWindow,
  run: Run,
  reader: LogReader,
  add: Add,
  signal?: AbortSignal,
): Promise<void> {
  const from = run.first - windowMs + 1;
  const fields = fieldsOf(groupBy);
  const found = await reader.counts(
    { query, from, to: run.last + 1, stepMs: run.stepMs, groupBy: fields, limit: MAX_GROUPS },
    signal,
  );
  const per = op === 'RATE' ? windowMs / 1000 : 1;
  for (const group of found) {
    const labels = labelsOf(groupBy, group);
    const lines = new StepCounts(group.counts);
    for (const t of run.at) {
      const n = lines.between((t - windowMs + 1 - from) / run.stepMs, (t + 1 - from) / run.stepMs);
      if (n > 0) add(labels, t, n / per);
    }
  }
}

async function addNew(window: LogWindow, run: Run, reader: LogReader, add: Add, signal?: AbortSignal): Promise<void> {
  const { query, groupBy, windowMs, sinceMs } = window;
  const fields = [...new Set<LogFacetField>([...fieldsOf(groupBy), 'exception'])];
  const common = { groupBy: fields, limit: MAX_GROUPS };
  if (run.at.length > 1) {
    const from = run.first - windowMs - sinceMs + 1;
    const found = await reader.counts({ ...common, query, from, to: run.last + 1, stepMs: run.stepMs }, signal);
    for (const group of found) {
      if (!group.values.exception) continue;
      const lines = new StepCounts(group.counts);
      for (const t of run.at) {
        const start = (t - windowMs + 1 - from) / run.stepMs;
        const n = lines.between(start, (t + 1 - from) / run.stepMs);
        if (n > 0 && lines.between(start - sinceMs / run.stepMs, start) === 0) add(labelsOf(groupBy, group), t, n);
      }
    }
    return;
  }
  const begin = run.first - windowMs + 1;
  const inWindow = await reader.counts({ ...common, query, from: begin, to: run.first + 1, stepMs: windowMs }, signal);
  let fresh = inWindow.filter(group => group.values.exception);
  let to = begin;
  for (const back of [...LOOKS.filter(look => look < sinceMs), sinceMs]) {
    if (fresh.length === 0) return;
    const classes = [...new Set(fresh.map(group => group.values.exception ?? ''))];
    const among: LogQuery = {
      kind: 'or',
      of: classes.map(value => ({ kind: 'field', field: 'exception', value, prefix: false })),
    };
    const from = begin - back;
    const stepMs = to - from;
    const seen = await reader.counts(
      { ...common, query: { kind: 'and', of: [query, among] }, from, to, stepMs },
      signal,
    );
    const known = new Set(seen.map(group => keyOf(group, fields)));
    fresh = fresh.filter(group => !known.has(keyOf(group, fields)));
    to = from;
  }
  for (const group of fresh)
    add(
      labelsOf(groupBy, group),
      run.first,
      group.counts.reduce((sum, [, n]) => sum + n, 0),
    );
}

interface Run {
  readonly at: readonly number[];
  readonly first: number;
  readonly last: number;
  /** Divides the window, what is looked at before it and every distance of instants, so that each is a number of whole steps. */
  readonly stepMs: number;
}

/** `beforeMs`: how far before its window each instant is looked at. */
function runsOf(at: readonly number[], windowMs: number, beforeMs: number): readonly Run[] {
  const runs: number[][] = [];
  for (const t of at) {
    const run = runs.at(-1);
    if (run === undefined || t - (run.at(-1) ?? t) > windowMs + FAR_APART) runs.push([t]);
    else run.push(t);
  }
  return runs.flatMap(run => {
    const [first = 0] = run;
    const last = run.at(-1) ?? first;
    const stepMs = run.reduce((step, t) => gcd(step, t - first), gcd(windowMs, beforeMs));
    if ((last - first + beforeMs) / stepMs <= MAX_STEPS) return [{ at: run, first, last, stepMs }];
    return run.map(t => ({ at: [t], first: t, last: t, stepMs: windowMs }));
  });
}

/** Counts by step with sums over ranges of steps. */
class StepCounts {
  readonly #steps: readonly number[];
  readonly #sums: readonly number[];

  constructor(counts: LogGroupCount['counts']) {
    let sum = 0;
    this.#steps = counts.map(([step]) => step);
    this.#sums = [0, ...counts.map(([, n]) => (sum += n))];
  }

  /** Lines in steps from <= step < to. */
  between(from: number, to: number): number {
    return (this.#sums[this.#firstFrom(to)] ?? 0) - (this.#sums[this.#firstFrom(from)] ?? 0);
  }

  #firstFrom(step: number): number {
    let low = 0;
    let high = this.#steps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#steps[middle] ?? 0) < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function fieldsOf(groupBy: readonly string[]): readonly LogFacetField[] {
  const fields = groupBy.map(label => {
    const field = logFieldOf(label);
    if (field === undefined) throw new UserError('bad-query', `lines have no label "${label}"`);
    return field;
  });
  return [...new Set(fields)];
}

function labelsOf(groupBy: readonly string[], { values }: LogGroupCount): Labels {
  return Object.fromEntries(groupBy.map(label => [label, values[logFieldOf(label) ?? 'job'] ?? '']));
}

function keyOf({ values }: LogGroupCount, fields: readonly LogFacetField[]): string {
  return fields.map(field => values[field] ?? '').join('\u0001');
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
