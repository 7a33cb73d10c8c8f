/**
 * MetricStore on Elasticsearch: the series in memory (`metric-catalog-index.ts`), the points in daily indices (`metric-points.ts`), and when they
 * are old, rollups (`metric-rollups.ts`, `metric-retention.ts`).
 */
import type { Clock } from '../../model/clock.ts';
import type { MetricGroup } from '../../model/sample.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import { refuseBeyondRaw } from '../beyond-raw.ts';
import { ColdPoints } from '../cold-points.ts';
import { LateBlocks } from '../late-blocks.ts';
import { HOUR_MS } from '../metric-blocks.ts';
import { ColdGatherer } from '../metric-gather.ts';
import { listLabels, listSeries, pageOfPoints, seriesAfter } from '../metric-listing.ts';
import type { MetricOp, MetricStore, SeriesSelector, WindowGroup, WindowQuery } from '../metric-store.ts';
import { joinTaskManagers } from '../process-join.ts';
import type { SeriesPlan } from '../series-index.ts';
import { SeriesRing } from '../series-ring.ts';
import { evaluateWindow, type ReadPoints } from '../window-evaluation.ts';
import { InFlight } from './bulk.ts';
import type { Elasticsearch } from './client.ts';
import { MetricCatalogIndex } from './metric-catalog-index.ts';
import { putMetricTemplate, readPoints, readStats, type TakePoint, writePoints } from './metric-points.ts';
import { MetricRetention } from './metric-retention.ts';
import { readRollups, type TakeRollup } from './metric-rollups.ts';

/** Operations Elasticsearch works out exactly from count, minimum, maximum and sum. */
const BY_STATS: ReadonlySet<MetricOp> = new Set(['MAX', 'MIN', 'AVG', 'SUM', 'COUNT']);
const BULKS_IN_FLIGHT = 2;

/** from < ts <= to */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** More than so many far apart are read as one. */
const MAX_SPANS = 64;

/**
 * What the windows of some instants cover, rising. A comparison with the same hour of earlier weeks reads an hour a week, not the weeks between.
 * Spans lie an hour apart at least, so that no hour of rollups is in two of them.
 */
function spansOf(at: readonly number[], windowMs: number): readonly Span[] {
  const spans: Span[] = [];
  for (const t of at.toSorted((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last && t - windowMs < last.to + HOUR_MS) spans[spans.length - 1] = { from: last.from, to: t };
    else spans.push({ from: t - windowMs, to: t });
  }
  const [first, last] = [spans[0], spans.at(-1)];
  return spans.length > MAX_SPANS && first && last ? [{ from: first.from, to: last.to }] : spans;
}

/** Opens the store; nothing is sent before the first call, so Elasticsearch may come up later. */
export function openElasticsearchMetricStore(
  es: Elasticsearch,
  options: { maxSeries: number; clock: Clock; telemetry?: Telemetry },
): MetricStore {
  const { clock, telemetry } = options;
  const catalog = new MetricCatalogIndex(es, { maxSeries: options.maxSeries, now: () => clock.now() });
  const retention = new MetricRetention(es, clock, points => telemetry?.pointsLate.inc(points));
  const inFlight = new InFlight(BULKS_IN_FLIGHT);
  const learning = new InFlight(1);
  let template: Promise<void> | null = null;

  function ready(signal?: AbortSignal): Promise<void> {
    template ??= putMetricTemplate(es, signal).catch(error => {
      template = null;
      throw error;
    });
    return template;
  }

  /** What the spans hold of some series: raw points in a ring under the series' numbers, and before them rollups, as `op` sees them. */
  async function load(
    series: Iterable<number>,
    spans: readonly Span[],
    op: MetricOp | 'POINTS',
    signal?: AbortSignal,
  ): Promise<ReadPoints> {
    const ids = Int32Array.from(new Set(series));
    const wanted = new Map<string, number>();
    const names = new Set<string>();
    const keys = new Set<string>();
    for (const [place, s] of ids.entries()) {
      const key = catalog.keyOf(s);
      const { name } = catalog.series.describe(s);
      wanted.set(`${key} ${name}`, place);
      names.add(name);
      keys.add(key);
    }
    const ring = new SeriesRing();
    const [first, last] = [spans[0], spans.at(-1)];
    if (ids.length === 0 || first === undefined || last === undefined) return () => undefined;
    const rawFrom = await retention.rawFrom(signal);
    const old = new ColdGatherer(ids, first.from, Math.min(last.to, rawFrom), op);
    const of = { names: [...names], keys: [...keys] };
    for (const { from, to } of spans) {
      const late = new LateBlocks();
      const takeLate: TakePoint = (key, name, ts, value) => {
        const place = wanted.get(`${key} ${name}`);
        if (place !== undefined) late.put(place, ts, value);
      };
      const takeRollup: TakeRollup = (key, name, slot, stored) => {
        const place = wanted.get(`${key} ${name}`);
        if (place === undefined) return 0;
        const rollup = late.joined(place, slot, stored);
        old.addRollup(place, rollup);
        return rollup.times.length;
      };
      const takePoint: TakePoint = (key, name, ts, value, delay) => {
        const place = wanted.get(`${key} ${name}`);
        if (place !== undefined) ring.put(ids[place]!, ts, value, delay);
      };
      if (from < rawFrom) {
        const before = { ...of, from, to: Math.min(to, rawFrom) };
        await readPoints(es, before, takeLate, signal);
        await readRollups(es, before, takeRollup, signal);
        late.rest((place, rollup) => old.addRollup(place, rollup));
      }
      if (to > rawFrom) await readPoints(es, { ...of, from: Math.max(from, rawFrom), to }, takePoint, signal);
    }
    const cold = new ColdPoints(ids, old.columns());
    return (s, from, to, scale, bag) => {
      cold.collect(s, from, to, scale, bag);
      ring.collect(s, from, to, scale, bag);
    };
  }

  /** One instant answered by aggregation; null where that is not exact. */
  async function byStats(
    query: WindowQuery,
    plan: SeriesPlan,
    signal?: AbortSignal,
  ): Promise<readonly WindowGroup[] | null> {
    const [t] = query.at;
    const [only] = query.names;
    const plain = query.across === undefined && query.arrivedWithinMs === undefined;
    const simple = plain && query.at.length === 1 && query.names.length === 1;
    if (!simple || t === undefined || only === undefined || plan.scales !== null || !BY_STATS.has(query.op))
      return null;
    const groupOf = new Map<string, number>();
    let start = 0;
    plan.ends.forEach((end, g) => {
      for (let i = start; i < end; i++) groupOf.set(catalog.keyOf(plan.series[i]!), g);
      start = end;
    });
    if (groupOf.size === 0) return [];
    const range = { names: [only.name], keys: [...groupOf.keys()], from: t - query.windowMs, to: t };
    const totals = plan.labels.map(() => ({
      count: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      sum: 0,
    }));
    for (const { key, stats } of await readStats(es, range, only.name, groupOf.size, signal)) {
      const total = totals[groupOf.get(key) ?? -1];
      if (!total) continue;
      total.count += stats.count;
      total.min = Math.min(total.min, stats.min);
      total.max = Math.max(total.max, stats.max);
      total.sum += stats.sum;
    }
    return totals.flatMap(({ count, min, max, sum }, g) => {
      if (count === 0) return [];
      const value = { MAX: max, MIN: min, SUM: sum, COUNT: count, AVG: sum / count }[query.op as 'MAX'];
      return [{ labels: plan.labels[g]!, points: [[t, value]] }];
    });
  }

  return joinTaskManagers({
    async append(groups: readonly MetricGroup[], { visible }, signal) {
      if (groups.length === 0) return { written: 0, refused: 0 };
      await ready(signal);
      const timer = telemetry?.storeSeconds.startTimer({ store: 'metrics' });
      const { known, refused } = await learning.run(() => catalog.learn(groups, signal));
      const points = await inFlight.run(() => writePoints(es, known, signal));
      if (visible !== false && points.touched.size > 0) {
        await es.request({ method: 'POST', path: `/${[...points.touched].join(',')}/_refresh` }, signal);
      }
      timer?.();
      telemetry?.series.set(catalog.series.size);
      if (refused > 0) telemetry?.seriesRefused.inc(refused);
      if (points.refused > 0) telemetry?.storeErrors.inc({ store: 'metrics', reason: 'field-limit' }, points.refused);
      const wanted = known.reduce((sum, k) => sum + k.values.length, 0);
      return { written: wanted - points.refused, refused: refused + points.refused };
    },

    async window(query, signal) {
      await catalog.refresh(signal);
      const plan = catalog.series.plan(query, query.groupBy);
      if (query.at.length === 0) return [];
      const spans = spansOf(query.at, query.windowMs);
      const oldest = spans[0]?.from ?? Number.POSITIVE_INFINITY;
      const rawFrom = await retention.rawFrom(signal);
      refuseBeyondRaw(oldest, rawFrom, query);
      const aggregated = oldest >= rawFrom ? await byStats(query, plan, signal) : null;
      if (aggregated) return aggregated;
      return evaluateWindow(plan, query, query.at, await load(plan.series, spans, query.op, signal));
    },

    async points(query, signal) {
      await catalog.refresh(signal);
      const series = seriesAfter(catalog.series, query).map(s => s.series);
      const read = await load(series, [{ from: query.from - 1, to: query.to }], 'POINTS', signal);
      return pageOfPoints(catalog.series, query, read);
    },

    async names(signal) {
      await catalog.refresh(signal);
      return catalog.series.names();
    },

    async series(query, signal) {
      await catalog.refresh(signal);
      return listSeries(catalog.series, query);
    },

    async labels(query: SeriesSelector & { label?: string; limit: number }, signal) {
      await catalog.refresh(signal);
      return listLabels(catalog.series, query);
    },

    expire: async (now, kept, signal) => ({ dropped: await retention.expire(now, kept, signal) }),

    async stats(signal) {
      await catalog.refresh(signal);
      const answer = await es.request<{
        _all?: { primaries?: { docs?: { count: number }; store?: { size_in_bytes: number } } };
      }>({ method: 'GET', path: `/${encodeURIComponent(`${es.prefix}-metrics-*`)}/_stats/docs,store` }, signal);
      const primaries = answer.body._all?.primaries;
      return {
        series: catalog.series.size,
        points: primaries?.docs?.count ?? 0,
        bytes: primaries?.store?.size_in_bytes ?? 0,
        refused: catalog.refused,
      };
    },

    ping: signal => es.ping(signal),

    async close() {
      await inFlight.idle();
    },
  });
}
