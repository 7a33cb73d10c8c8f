/** MetricStore on Elasticsearch: the series in memory (`metric-catalog-index.ts`), the points in daily indices (`metric-points.ts`). */
import type { Clock } from '../../model/clock.ts';
import type { MetricGroup } from '../../model/sample.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import { listLabels, listSeries, pageOfPoints, seriesAfter } from '../metric-listing.ts';
import type { MetricOp, MetricStore, SeriesSelector, WindowGroup, WindowQuery } from '../metric-store.ts';
import { joinTaskManagers } from '../process-join.ts';
import type { SeriesPlan } from '../series-index.ts';
import { SeriesRing } from '../series-ring.ts';
import { evaluateWindow } from '../window-evaluation.ts';
import { InFlight } from './bulk.ts';
import type { Elasticsearch } from './client.ts';
import { MetricCatalogIndex } from './metric-catalog-index.ts';
import { expirePoints, putMetricTemplate, readPoints, readStats, writePoints } from './metric-points.ts';

/** Operations Elasticsearch works out exactly from count, minimum, maximum and sum. */
const BY_STATS: ReadonlySet<MetricOp> = new Set(['MAX', 'MIN', 'AVG', 'SUM', 'COUNT']);
const BULKS_IN_FLIGHT = 2;

/** Opens the store; nothing is sent before the first call, so Elasticsearch may come up later. */
export function openElasticsearchMetricStore(
  es: Elasticsearch,
  options: { maxSeries: number; clock: Clock; telemetry?: Telemetry },
): MetricStore {
  const { clock, telemetry } = options;
  const catalog = new MetricCatalogIndex(es, { maxSeries: options.maxSeries, now: () => clock.now() });
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

  /** The points of a plan's series in a ring of their own, under the series' numbers. */
  async function load(series: Iterable<number>, from: number, to: number, signal?: AbortSignal): Promise<SeriesRing> {
    const ring = new SeriesRing();
    const wanted = new Map<string, number>();
    const names = new Set<string>();
    const keys = new Set<string>();
    for (const s of series) {
      const key = catalog.keyOf(s);
      const { name } = catalog.series.describe(s);
      wanted.set(`${key} ${name}`, s);
      names.add(name);
      keys.add(key);
    }
    if (wanted.size === 0) return ring;
    await readPoints(
      es,
      { names: [...names], keys: [...keys], from, to },
      (key, name, ts, value, delay) => {
        const s = wanted.get(`${key} ${name}`);
        if (s !== undefined) ring.put(s, ts, value, delay);
      },
      signal,
    );
    return ring;
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
      const aggregated = await byStats(query, plan, signal);
      if (aggregated) return aggregated;
      let first = Number.POSITIVE_INFINITY;
      let last = Number.NEGATIVE_INFINITY;
      for (const t of query.at) {
        first = Math.min(first, t);
        last = Math.max(last, t);
      }
      const ring = await load(plan.series, first - query.windowMs, last, signal);
      return evaluateWindow(plan, query, query.at, (s, from, to, scale, bag) => ring.collect(s, from, to, scale, bag));
    },

    async points(query, signal) {
      await catalog.refresh(signal);
      const ring = await load(
        seriesAfter(catalog.series, query).map(s => s.series),
        query.from - 1,
        query.to,
        signal,
      );
      return pageOfPoints(catalog.series, query, (s, from, to, scale, bag) => ring.collect(s, from, to, scale, bag));
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

    expire: async (now, { rawMs }, signal) => ({ dropped: await expirePoints(es, now - rawMs, signal) }),

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
