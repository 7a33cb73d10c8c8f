import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Capture } from '../../support/capture.ts';
import type { Daemon } from '../../support/daemon.ts';
import { type CapturedEstate, STORES, type StoreName } from './estate.ts';

type Point = readonly [ts: number, value: number];
/** Points of each series, by the values of some of its labels. */
type Series = Readonly<Record<string, readonly Point[]>>;

const FILTER = 'cdo_filter_job';
const AGGREGATE = 'cdo_window_agg';
const SUBTASKS = { labels: ['task', 'subtask'], variables: ['task_name', 'subtask_index'] } as const;
const WHOLE_JOB = { labels: ['job'], variables: ['job_name'] } as const;

/** The series of the captured run: point by point those of the capture, with the faults of its timeline to be seen. */
export function metricTests(store: StoreName, estate: () => CapturedEstate): void {
  describe(`the metrics of the captured run on ${store}`, () => {
    const daemon = () => estate().daemons[store];
    const stored = (metric: string, job: string, by: { labels: readonly string[] }): Promise<Series> =>
      pointsOf(daemon(), estate().capture, metric, job, by.labels);
    const within = (series: Series, from: number, to: number): Point[] =>
      Object.values(series)
        .flat()
        .filter(([ts]) => estate().capture.second(ts) >= from && estate().capture.second(ts) <= to);

    for (const [metric, job, by] of [
      ['pendingRecords', FILTER, SUBTASKS],
      ['pendingRecords', AGGREGATE, SUBTASKS],
      ['records-lag-max', FILTER, SUBTASKS],
      ['isBackPressured', AGGREGATE, SUBTASKS],
      ['numRestarts', FILTER, WHOLE_JOB],
      ['numRestarts', AGGREGATE, WHOLE_JOB],
      ['lastCheckpointDuration', AGGREGATE, WHOLE_JOB],
    ] as const) {
      test(`${metric} of ${job}: every point, and one series each over all restarts`, async () => {
        const expected = capturedPoints(estate().capture, metric, job, by.variables);

        assert.deepEqual(await stored(metric, job, by), expected);
        assert.ok(Object.values(expected).flat().length > 40, 'the capture holds them');
      });
    }

    test('busyTimeMsPerSecond: every point but the first of each attempt, which Flink makes up', async () => {
      const { capture } = estate();
      const first = firstReports(capture, FILTER);
      const all = capturedPoints(capture, 'busyTimeMsPerSecond', FILTER, SUBTASKS.variables);
      const expected = Object.fromEntries(
        Object.entries(all).map(([subtask, points]) => [
          subtask,
          points.filter(([ts]) => !first.has(`${subtask} ${ts}`)),
        ]),
      );

      assert.deepEqual(await stored('busyTimeMsPerSecond', FILTER, SUBTASKS), expected);
      assert.ok(first.size > Object.keys(all).length, 'the capture holds restarts');
    });

    test('busy_ratio: the accumulated busy time of one attempt by the time between two reports', async () => {
      const series = await stored('busy_ratio', AGGREGATE, SUBTASKS);

      assert.deepEqual(
        roundedSeries(series),
        roundedSeries(exactRatios(estate().capture, 'accumulateBusyTimeMs', AGGREGATE)),
      );
      assert.ok(Object.values(series).flat().length > 200);
      assert.ok(Object.values(series).every(points => points.every(([, value]) => value >= 0 && value <= 1)));
    });

    test('seconds 60 to 120: the records pending before the slow filter rise to 106,484 and are drained after', async () => {
      const pending = await stored('pendingRecords', FILTER, SUBTASKS);

      assert.equal(Math.max(...sums(within(pending, 60, 120)).values()), 106_484);
      assert.deepEqual([...new Set(within(pending, 120, 180).map(([, value]) => value))], [0]);
    });

    test('seconds 210 to 270: the source of the aggregate is back-pressured, and only then', async () => {
      const flags = await stored('isBackPressured', AGGREGATE, SUBTASKS);

      const seconds = Object.values(flags)
        .flat()
        .filter(([, value]) => value === 1)
        .map(([ts]) => Math.round(estate().capture.second(ts)));
      assert.deepEqual([...new Set(seconds)], [214, 224, 234, 244, 254, 264]);
    });

    test('second 330 and the kill at 375: restarts 0, 1 and 4 of the filter, 0 and 3 of the aggregate', async () => {
      const filter = await stored('numRestarts', FILTER, WHOLE_JOB);
      const aggregate = await stored('numRestarts', AGGREGATE, WHOLE_JOB);
      const values = (series: Series, from: number, to: number): number[] => [
        ...new Set(within(series, from, to).map(([, value]) => value)),
      ];

      assert.deepEqual(values(filter, -60, 330), [0]);
      assert.deepEqual(values(filter, 331, 375), [1]);
      assert.deepEqual(values(filter, 410, 700), [4]);
      assert.deepEqual(values(aggregate, -60, 375), [0]);
      assert.deepEqual(values(aggregate, 410, 700), [3]);
    });

    test('between the kill of the task manager and its replacement no task reports', async () => {
      for (const job of [FILTER, AGGREGATE]) {
        const busy = await stored('busyTimeMsPerSecond', job, SUBTASKS);

        assert.deepEqual(within(busy, 376, 405), []);
        assert.ok(within(busy, 360, 376).length > 0);
        assert.ok(within(busy, 415, 430).length > 0);
      }
    });

    test('the lag of the aggregate is what was written and not read, also while Flink says otherwise', async () => {
      const { ends, capture } = estate();
      // Between the failure and the return of all tasks the counters of the writer are incomplete.
      const isWhole = (ts: number): boolean => capture.second(ts) < 330 || capture.second(ts) > 415;
      const expected = ends.lags.filter(({ ts }) => isWhole(ts)).map(({ ts, lag }): Point => [ts, lag]);

      const series = Object.values(await stored('lag', AGGREGATE, { labels: ['topic'] }));

      assert.equal(series.length, 1);
      const instants = new Set(expected.map(([ts]) => ts));
      assert.deepEqual(
        series[0]?.filter(([ts]) => instants.has(ts)),
        expected,
      );
      assert.ok(series[0]?.every(([, value]) => value >= 0));
      const at264 = (points: readonly Point[]): Point[] =>
        points.filter(([ts]) => Math.floor(capture.second(ts)) === 264);
      assert.deepEqual(
        at264(series[0] ?? []).map(([, value]) => value),
        [53_198],
      );
      const pending = await stored('pendingRecords', AGGREGATE, SUBTASKS);
      assert.equal(
        at264(Object.values(pending).flat()).reduce((sum, [, value]) => sum + value, 0),
        5_321,
      );
    });
  });
}

/** Operations over windows: against sums done here, and the same on every store. */
export function aggregationTests(estate: () => CapturedEstate): void {
  describe('aggregations over the captured run', () => {
    for (const op of ['MAX', 'MIN', 'AVG', 'SUM', 'COUNT', 'LAST', 'P50', 'P75', 'P95', 'P99']) {
      test(`${op} of pendingRecords per job, minute by minute: the same on all stores`, async () => {
        const { capture, daemons } = estate();
        const [from, to] = [capture.at(0), capture.at(600)];
        const body = { metric: 'pendingRecords', group_by: ['job'], op, window: '1m', from, to, step: '1m' };

        const answers = await Promise.all(
          STORES.map(store => daemons[store].post<{ groups: Group[] }>('/api/v1/metrics/query', body)),
        );

        const [first, ...others] = answers.map(({ body: { groups } }) => rounded(groups));
        for (const other of others) assert.deepEqual(other, first);
        const own = OPERATIONS[op];
        if (own) {
          const values = Object.fromEntries(first?.map(({ labels, points }) => [labels['job'], points]) ?? []);
          for (const job of [FILTER, AGGREGATE]) assert.deepEqual(values[job], windows(capture, job, from, to, own));
        }
        assert.equal(first?.length, 2);
      });
    }
  });
}

interface Group {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [number, number | null])[];
}

const OPERATIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  MAX: values => Math.max(...values),
  MIN: values => Math.min(...values),
  SUM: values => values.reduce((sum, value) => sum + value, 0),
  AVG: values => values.reduce((sum, value) => sum + value, 0) / values.length,
  COUNT: values => values.length,
};

function windows(
  capture: Capture,
  job: string,
  from: number,
  to: number,
  operation: (values: readonly number[]) => number,
): [number, number][] {
  const points = Object.values(capturedPoints(capture, 'pendingRecords', job, ['subtask_index'])).flat();
  const answers: [number, number][] = [];
  for (let t = from; t <= to; t += 60_000) {
    const values = points.filter(([ts]) => ts > t - 60_000 && ts <= t).map(([, value]) => value);
    answers.push([t, round(operation(values))]);
  }
  return answers;
}

/** Stores add floating-point numbers in different orders. */
function rounded(groups: readonly Group[]): Group[] {
  const byJob = [...groups].sort((a, b) => (a.labels['job'] ?? '').localeCompare(b.labels['job'] ?? ''));
  return byJob.map(({ labels, points }) => ({
    labels,
    points: points.map(([t, value]) => [t, value === null ? null : round(value)] as const),
  }));
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

async function pointsOf(
  daemon: Daemon,
  capture: Capture,
  metric: string,
  job: string,
  by: readonly string[],
): Promise<Series> {
  const query = new URLSearchParams({ metric, matcher: `job=${job}` });
  query.set('from', String(capture.at(-120)));
  query.set('to', String(capture.at(700)));
  const { series } = await daemon.get<{ series: { labels: Record<string, string>; points: Point[] }[] }>(
    `/api/v1/metrics/query?${query}`,
  );
  const keys = series.map(({ labels }) => by.map(label => labels[label]).join(' '));
  assert.equal(new Set(keys).size, keys.length, `no two series of ${metric} share ${by.join(' and ')}`);
  return Object.fromEntries(series.map(({ points }, i) => [keys[i] ?? '', points]));
}

/** Points of the capture; booleans count as 1 and 0. */
function capturedPoints(capture: Capture, name: string, job: string, by: readonly string[]): Series {
  const found: Record<string, Point[]> = {};
  for (const { ts, value, vars, name: ownName } of capture.metrics) {
    if (ownName !== name || vars['job_name'] !== job || value === null || value === undefined) continue;
    (found[by.map(variable => vars[variable]).join(' ')] ??= []).push([ts, Number(value)]);
  }
  for (const points of Object.values(found)) points.sort(([a], [b]) => a - b);
  return found;
}

function sums(points: readonly Point[]): Map<number, number> {
  const totals = new Map<number, number>();
  for (const [ts, value] of points) totals.set(ts, (totals.get(ts) ?? 0) + value);
  return totals;
}

/** `<task> <subtask> <ts>` of the first report of every attempt. */
function firstReports(capture: Capture, job: string): ReadonlySet<string> {
  const first = new Map<string, { subtask: string; ts: number }>();
  for (const { ts, vars, logical } of capture.metrics) {
    const attempt = vars['task_attempt_id'];
    if (vars['job_name'] !== job || logical !== 'taskmanager.job.task' || attempt === undefined) continue;
    const subtask = SUBTASKS.variables.map(variable => vars[variable]).join(' ');
    if (ts < (first.get(attempt)?.ts ?? Number.POSITIVE_INFINITY)) first.set(attempt, { subtask, ts });
  }
  return new Set([...first.values()].map(({ subtask, ts }) => `${subtask} ${ts}`));
}

/** An accumulated time's share of each interval; the time sways back at times, so the highest so far counts. */
function exactRatios(capture: Capture, name: string, job: string): Series {
  const reports = capture.metrics
    .filter(metric => metric.name === name && metric.vars['job_name'] === job && typeof metric.value === 'number')
    .sort((a, b) => a.ts - b.ts);
  const last = new Map<string, { ts: number; highest: number }>();
  const found: Record<string, Point[]> = {};
  for (const { ts, vars, value } of reports) {
    const attempt = vars['task_attempt_id'] ?? '';
    const before = last.get(attempt);
    const highest = Math.max(Number(value), before?.highest ?? 0);
    last.set(attempt, { ts, highest });
    if (before === undefined) continue;
    const subtask = SUBTASKS.variables.map(variable => vars[variable]).join(' ');
    (found[subtask] ??= []).push([ts, Math.min(1, (highest - before.highest) / (ts - before.ts))]);
  }
  return found;
}

function roundedSeries(series: Series): Series {
  return Object.fromEntries(
    Object.entries(series).map(([key, points]) => [
      key,
      points.map(([ts, value]): Point => [ts, Math.round(value * 1e9) / 1e9]),
    ]),
  );
}
