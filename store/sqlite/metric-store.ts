import { join } from 'node:path';
import { type Clock, systemClock } from '../../model/clock.ts';
import { StoreAwayError, UserError } from '../../model/errors.ts';
import type { MetricGroup } from '../../model/sample.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import { refuseBeyondRaw } from '../beyond-raw.ts';
import { ColdPoints } from '../cold-points.ts';
import { listLabels, listSeries, type PointsQuery, pointsOf, seriesAfter } from '../metric-listing.ts';
import type {
  AppendedPoints,
  MetricOp,
  MetricStats,
  MetricStore,
  SeriesInfo,
  SeriesPoints,
  SeriesSelector,
  WindowGroup,
  WindowQuery,
} from '../metric-store.ts';
import { PointBag } from '../point-bag.ts';
import { joinTaskManagers } from '../process-join.ts';
import { SeriesIndex } from '../series-index.ts';
import { evaluateWindow, type ReadPoints } from '../window-evaluation.ts';
import { MetricClient } from './metric-client.ts';
import { MAX_COLD_POINTS, runsOf, seriesOf } from './metric-cold.ts';
import { type HotLimits, HotSet } from './metric-hot.ts';
import { MetricIntake } from './metric-intake.ts';
import { loadMetrics } from './metric-load.ts';
import { seriesToForget } from './metric-retention.ts';

export interface SqliteMetricStoreOptions {
  /** The file, or the folder in which `metrics.db` is it. */
  readonly path?: string;
  readonly dir?: string;
  /** `metrics.max_series`: points of further series are refused and counted. */
  readonly maxSeries?: number;
  readonly clock?: Clock;
  readonly telemetry?: Telemetry;
  /** How much of the newest history is kept in memory at most, ms and bytes; older windows are read from the file. */
  readonly hotMs?: number;
  readonly hotBytes?: number;
}

/** Newest points are noted for series that had one in this time; `expire` runs more often. */
const LAST_POINT_MS = 24 * 3_600_000;
const HOT_MS = 2 * 3_600_000;
const HOT_BYTES = 100 * 1024 * 1024;

/**
 * Opens the embedded metric store: the newest hours in memory on this thread (a rule's window is answered without a thread change,
 * `bench/metric-store.ts`), everything in one SQLite file behind a worker. Rejects with `StoreAwayError` when the file cannot be
 * used. Only one process may have it open.
 */
export async function openSqliteMetricStore(options: SqliteMetricStoreOptions): Promise<MetricStore> {
  const store = new SqliteMetricStore(options);
  await store.load();
  return joinTaskManagers(store);
}

class SqliteMetricStore implements MetricStore {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry | undefined;
  readonly #maxSeries: number;
  readonly #limits: HotLimits;
  readonly #client: MetricClient;
  readonly #index: SeriesIndex;
  readonly #hot: HotSet;
  readonly #intake: MetricIntake;
  /** Up to this there are rollups instead of raw points. */
  #rawFrom = 0;
  /** Settles when what the last run left in the journal is in blocks; until then blocks do not tell everything. */
  #moved: Promise<unknown> = Promise.resolve();
  #refused = 0;
  #closed = false;

  constructor(options: SqliteMetricStoreOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#telemetry = options.telemetry;
    this.#maxSeries = options.maxSeries ?? 200_000;
    this.#limits = { hotMs: options.hotMs ?? HOT_MS, hotBytes: options.hotBytes ?? HOT_BYTES };
    this.#client = new MetricClient(options.path ?? join(options.dir ?? '.', 'metrics.db'));
    this.#index = new SeriesIndex(this.#maxSeries);
    this.#hot = new HotSet(this.#client, this.#clock, this.#limits, () =>
      this.#telemetry?.storeErrors.inc({ store: 'metrics', reason: 'move' }),
    );
    this.#intake = new MetricIntake(this.#index, this.#client, this.#clock);
  }

  /** Fills index and memory; what was left in the journal is moved into blocks afterwards. */
  async load(): Promise<void> {
    try {
      const loaded = await loadMetrics(this.#client, this.#index, this.#hot.ring, {
        now: this.#clock.now(),
        ...this.#limits,
      });
      this.#rawFrom = loaded.rawFrom;
      this.#hot.begin(loaded.hotFrom);
      this.#moved = this.#client.ask('compact', {});
      this.#moved.catch(() => this.#telemetry?.storeErrors.inc({ store: 'metrics', reason: 'move' }));
      this.#telemetry?.series.set(this.#index.size);
    } catch (error) {
      await this.#client.close();
      throw error;
    }
  }

  async append(
    groups: readonly MetricGroup[],
    _options: { visible?: boolean },
    signal?: AbortSignal,
  ): Promise<AppendedPoints> {
    signal?.throwIfAborted();
    const started = this.#clock.monotonic();
    const { batch, refused } = this.#intake.number(groups);
    this.#count(refused);
    if (batch.count === 0) return { written: 0, refused };
    this.#telemetry?.storeQueue.set({ store: 'metrics' }, this.#client.waiting + 1);
    try {
      await this.#intake.persist(batch, this.#hot.lateFrom);
    } catch (error) {
      this.#telemetry?.storeErrors.inc({ store: 'metrics', reason: 'append' });
      throw error;
    }
    for (let i = 0; i < batch.count; i++) this.#index.touch(batch.series[i]!, batch.times[i]!);
    this.#hot.add(batch);
    this.#telemetry?.storeQueue.set({ store: 'metrics' }, this.#client.waiting);
    this.#telemetry?.storeSeconds.observe({ store: 'metrics' }, (this.#clock.monotonic() - started) / 1000);
    this.#telemetry?.series.set(this.#index.size);
    return { written: batch.count, refused };
  }

  async window(query: WindowQuery, signal?: AbortSignal): Promise<readonly WindowGroup[]> {
    this.#checkOpen();
    const plan = this.#index.plan(query, query.groupBy);
    const at = query.at.toSorted((a, b) => a - b);
    if (at.length === 0 || plan.series.length === 0) return [];
    const oldest = at[0]! - query.windowMs;
    refuseBeyondRaw(oldest, this.#rawFrom, query);
    const evaluate = async (instants: readonly number[], read: ReadPoints) =>
      evaluateWindow(plan, query, instants, read);
    if (oldest >= this.#hot.from) return this.#hot.reading(() => evaluate(at, this.#readHot));

    const series = seriesOf(plan);
    const found = new Map<WindowGroup['labels'], WindowGroup['points'][number][]>();
    for (const run of runsOf(at, query.windowMs, series.length)) {
      signal?.throwIfAborted();
      const part = await this.#withCold(series, run[0]! - query.windowMs, run.at(-1)!, query.op, read =>
        evaluate(run, read),
      );
      for (const { labels, points } of part) {
        const sofar = found.get(labels);
        if (sofar) sofar.push(...points);
        else found.set(labels, [...points]);
      }
    }
    return plan.labels.flatMap(labels => {
      const points = found.get(labels);
      return points ? [{ labels, points }] : [];
    });
  }

  async points(
    query: PointsQuery,
    signal?: AbortSignal,
  ): Promise<{ readonly series: readonly SeriesPoints[]; readonly next: string | null }> {
    this.#checkOpen();
    const matching = seriesAfter(this.#index, query);
    const page: SeriesPoints[] = [];
    const bag = new PointBag();
    let next = '';
    for (let start = 0; start < matching.length; start += query.limit) {
      signal?.throwIfAborted();
      const chunk = matching.slice(start, start + query.limit);
      const ids = Int32Array.from(new Set(chunk.map(s => s.series)));
      const full = await this.#withCold(ids, query.from - 1, query.to, 'POINTS', async read => {
        for (const { series, scale, key } of chunk) {
          bag.clear();
          read(series, query.from - 1, query.to, scale, bag);
          if (bag.count === 0) continue;
          if (page.length === query.limit) return true;
          const { name, labels } = this.#index.describe(series);
          page.push({ name, labels, points: pointsOf(bag) });
          next = key;
        }
        return false;
      });
      if (full) return { series: page, next };
    }
    return { series: page, next: null };
  }

  async names(): Promise<readonly { readonly name: string; readonly series: number }[]> {
    return this.#index.names();
  }

  async series(query: SeriesSelector & { limit: number }): Promise<readonly SeriesInfo[]> {
    return listSeries(this.#index, query);
  }

  async labels(query: SeriesSelector & { label?: string; limit: number }): Promise<readonly string[]> {
    return listLabels(this.#index, query);
  }

  async expire(now: number, retention: { rawMs: number; rollupMs: number }): Promise<{ readonly dropped: number }> {
    const rawTo = now - retention.rawMs;
    const rollupTo = now - Math.max(retention.rawMs, retention.rollupMs);
    const last: { id: number; last: number }[] = [];
    for (const { series, at } of this.#index.lastPoints())
      if (at > now - LAST_POINT_MS) last.push({ id: series, last: at });
    const forget = seriesToForget(this.#index, this.#maxSeries, rawTo, rollupTo);
    // Memory first: it must not go on to show what the file no longer has.
    await this.#hot.cool(rawTo);
    const gone = forget.map(f => f.series);
    const { dropped, late, rawFrom } = await this.#client.ask('expire', { rawTo, rollupTo, last, forget: gone });
    if (late > 0) this.#telemetry?.pointsLate.inc(late);
    this.#rawFrom = rawFrom;
    for (const { series, at, reuse } of forget) {
      // A series that came back meanwhile is no longer in the file; the next append defines it again.
      if (this.#index.lastPoint(series) === at) this.#index.remove(series, reuse);
      else this.#intake.defineAgain(series);
    }
    this.#telemetry?.series.set(this.#index.size);
    return { dropped };
  }

  async stats(): Promise<MetricStats> {
    const { points, bytes } = await this.#client.ask('stats', {});
    return { series: this.#index.size, points, bytes, refused: this.#refused };
  }

  async ping(): Promise<void> {
    await this.#client.ask('stats', {});
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.close();
  }

  #count(refused: number): void {
    if (refused === 0) return;
    this.#refused += refused;
    this.#telemetry?.seriesRefused.inc(refused);
  }

  readonly #readHot: ReadPoints = (series, from, to, scale, bag) =>
    this.#hot.ring.collect(series, from, to, scale, bag);

  /** Runs `use` over the points of the range, from the file where memory does not reach back to its beginning. */
  async #withCold<T>(
    series: Int32Array<ArrayBuffer>,
    from: number,
    to: number,
    op: MetricOp | 'POINTS',
    use: (read: ReadPoints) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      if (from < this.#hot.from) await this.#untilMoved();
      const border = this.#hot.from;
      if (from >= border) return this.#hot.reading(() => use(this.#readHot));
      const answer = await this.#client.ask('read', {
        series,
        from,
        to: Math.min(to, border),
        op,
        maxPoints: MAX_COLD_POINTS,
      });
      if ('tooMany' in answer)
        throw new UserError(
          'bad-query',
          `the query reads more than ${MAX_COLD_POINTS} stored points; narrow its window, matchers or metric`,
        );
      // Memory may have been given back meanwhile; then the file has more to tell.
      if (this.#hot.from !== border) continue;
      const cold = new ColdPoints(series, answer);
      return this.#hot.reading(() =>
        use((id, after, upTo, scale, bag) => {
          if (after < border) cold.collect(id, after, upTo, scale, bag);
          if (upTo > border) this.#hot.ring.collect(id, Math.max(after, border), upTo, scale, bag);
        }),
      );
    }
  }

  async #untilMoved(): Promise<void> {
    try {
      await this.#moved;
    } catch {
      this.#moved = this.#client.ask('compact', {});
      await this.#moved;
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreAwayError('The metric store is closed');
  }
}
