/** LogStore on Elasticsearch: daily indices named from the record, ids from its position, bounded bulks in flight. */
import { type Clock, systemClock } from '../../model/clock.ts';
import { UserError } from '../../model/errors.ts';
import type { JobNames } from '../../model/job-names.ts';
import type { LogLevel } from '../../model/log-record.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import {
  LOG_TOTAL_BOUND,
  type LogBucket,
  type LogFacetField,
  type LogItem,
  type LogPage,
  type LogSearch,
  type LogStore,
} from '../log-store.ts';
import type { Elasticsearch } from './client.ts';
import { formatCursor, type Place, parseCursor, type Sorted } from './log-cursor.ts';
import { type LogSource, toItem } from './log-document.ts';
import { expireLogs } from './log-expire.ts';
import { LogFollowers } from './log-follow.ts';
import { countGroups } from './log-group-count.ts';
import { type Clause, compileLogQuery, timeRange, unnamed } from './log-query.ts';
import { putLogTemplate } from './log-template.ts';
import { LogWriter } from './log-writer.ts';

const FACET_VALUES = 10_000;
const NEWEST_FIRST = ['tw.ts', 'tw.topic', 'tw.partition', 'tw.offset'].map(f => ({ [f]: { order: 'desc' } }));
const OLDEST_FIRST = ['tw.ts', 'tw.topic', 'tw.partition', 'tw.offset'].map(f => ({ [f]: { order: 'asc' } }));

interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly _source: LogSource;
  readonly sort?: Sorted;
}

interface SearchAnswer {
  readonly hits: {
    readonly hits: readonly Hit[];
    readonly total?: { readonly value: number; readonly relation: 'eq' | 'gte' };
  };
  readonly aggregations?: Readonly<
    Record<string, { readonly buckets: readonly Bucket[]; readonly sum_other_doc_count?: number }>
  >;
}

interface Bucket {
  readonly key: string | number;
  readonly doc_count: number;
  readonly levels?: { readonly buckets: readonly { readonly key: LogLevel; readonly doc_count: number }[] };
}

/** Opens the store; the template is put before the first append, so Elasticsearch may come up later. */
export function openElasticsearchLogStore(
  es: Elasticsearch,
  options: { telemetry?: Telemetry; clock?: Clock } = {},
): LogStore {
  const base = `${es.prefix}-logs-`;
  const all = `${base}*`;
  const clock = options.clock ?? systemClock;
  const writer = new LogWriter(es, base, clock);
  const followers = new LogFollowers();
  let template: Promise<void> | null = null;

  function ready(signal?: AbortSignal): Promise<void> {
    template ??= putLogTemplate(es, base, signal).catch(error => {
      template = null;
      throw error;
    });
    return template;
  }

  async function search(body: object, signal?: AbortSignal, index = all): Promise<SearchAnswer> {
    const query = { ignore_unavailable: true, allow_no_indices: true };
    const answer = await es.request<SearchAnswer & { error?: { reason?: string } }>(
      { method: 'POST', path: `/${encodeURIComponent(index)}/_search`, query, body },
      signal,
    );
    if (answer.status !== 200)
      throw new UserError(
        'bad-query',
        `Elasticsearch refuses the search: ${answer.body.error?.reason ?? answer.status}`,
      );
    return answer.body;
  }

  const idOf = (hit: Pick<Hit, '_index' | '_id'>): string => `${hit._index.slice(base.length)}~${hit._id}`;
  const itemOf = (hit: Hit, names: JobNames): LogItem => toItem(idOf(hit), hit._source, id => names.nameOf(id));

  async function page(
    { query, from, to, limit, cursor }: LogSearch,
    sort: object,
    counted: number | false,
    names: JobNames,
    signal?: AbortSignal,
  ) {
    const answer = await search(
      {
        size: limit + 1,
        query: { bool: { filter: filters(query, from, to, names) } },
        sort,
        track_total_hits: counted,
        ...(cursor === undefined ? {} : { search_after: parseCursor(cursor) }),
      },
      signal,
    );
    const hits = answer.hits.hits.slice(0, limit);
    const last = hits.at(-1);
    return {
      items: hits.map(h => itemOf(h, names)),
      total: answer.hits.total,
      next: answer.hits.hits.length > limit && last?.sort ? formatCursor(last.sort) : null,
    };
  }

  async function find(id: string, signal?: AbortSignal): Promise<Hit | null> {
    const cut = id.indexOf('~');
    if (cut < 1) return null;
    const path = `/${encodeURIComponent(base + id.slice(0, cut))}/_doc/${encodeURIComponent(id.slice(cut + 1))}`;
    const answer = await es.request<Hit & { found?: boolean }>({ method: 'GET', path }, signal);
    return answer.status === 200 && answer.body.found ? answer.body : null;
  }

  return {
    async append(rows, { visible }, signal) {
      await ready(signal);
      const timer = options.telemetry?.storeSeconds.startTimer({ store: 'logs' });
      const { refused, indices } = await writer.write(rows, signal);
      if (visible && indices.length > 0) await refresh(es, indices, signal);
      timer?.();
      return refused;
    },

    async search(wanted, names, signal) {
      const { total, ...found } = await page(wanted, NEWEST_FIRST, LOG_TOTAL_BOUND, names, signal);
      return { ...found, total: total ?? { value: 0, relation: 'eq' } } satisfies LogPage;
    },

    async forward(wanted, names, signal) {
      const { items, next } = await page(wanted, OLDEST_FIRST, false, names, signal);
      return { items, next };
    },

    async follow(follow, names, signal) {
      await ready(signal);
      const logs = {
        clock,
        refreshMs: es.refreshIntervalMs,
        search,
        itemOf: (hit: Hit) => itemOf(hit, names),
        idOf,
        arrivedAt: async (id: string, each?: AbortSignal) => (await find(id, each))?._source.tw.arrived ?? null,
        // Job names become known while somebody follows.
        filter: () => filters(follow.query, follow.from, follow.to, names),
      };
      return followers.follow(logs, follow, signal);
    },

    async histogram({ query, from, to, intervalMs }, names, signal) {
      const answer = await search(
        {
          size: 0,
          query: { bool: { filter: filters(query, from, to, names) } },
          aggs: {
            time: {
              date_histogram: { field: 'tw.ts', fixed_interval: `${intervalMs}ms`, min_doc_count: 1 },
              aggs: { levels: { terms: { field: 'tw.level', size: 10 } } },
            },
          },
        },
        signal,
      );
      return (answer.aggregations?.['time']?.buckets ?? []).map(
        (b): LogBucket => ({
          t: Number(b.key),
          counts: Object.fromEntries((b.levels?.buckets ?? []).map(l => [l.key, l.doc_count])),
        }),
      );
    },

    async facet({ query, from, to, field, limit }, names, signal) {
      const filter = filters(query, from, to, names);
      const counts = new Map<string, number>();
      const add = async (
        aggregated: string,
        extra: readonly Clause[],
        rename: (key: string) => string | undefined,
      ): Promise<void> => {
        const answer = await search(
          {
            size: 0,
            query: { bool: { filter: [...filter, ...extra] } },
            aggs: { values: { terms: { field: aggregated, size: FACET_VALUES } } },
          },
          signal,
        );
        for (const bucket of answer.aggregations?.['values']?.buckets ?? []) {
          const value = rename(String(bucket.key));
          if (value) counts.set(value, (counts.get(value) ?? 0) + bucket.doc_count);
        }
      };
      if (field === 'job') {
        await add('tw.job', [unnamed(names)], key => key);
        await add('tw.job_id', [], key => names.nameOf(key));
      } else await add(`tw.${field satisfies Exclude<LogFacetField, 'job'>}`, [], key => key);
      return [...counts]
        .map(([value, count]) => ({ value, count }))
        .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
        .slice(0, limit);
    },

    counts(count, names, signal) {
      const query = { bool: { filter: filters(count.query, count.from, count.to, names) } };
      return countGroups(count, names, aggs => search({ size: 0, track_total_hits: false, query, aggs }, signal));
    },

    async get(id, names, signal) {
      const hit = await find(id, signal);
      return hit && itemOf(hit, names);
    },

    async around({ id, scope, before, after }, names, signal) {
      const hit = await find(id, signal);
      if (!hit) return null;
      const { tw } = hit._source;
      const line = itemOf(hit, names);
      const filter: Clause[] =
        scope === 'all'
          ? []
          : scope === 'container'
            ? [{ term: { 'tw.container': tw.container } }]
            : [compileLogQuery({ kind: 'field', field: 'job', value: line.jobName, prefix: false }, names)];
      const place: Place = [tw.ts, tw.topic, tw.partition, tw.offset];
      const side = async (size: number, sort: object): Promise<LogItem[]> => {
        if (size === 0) return [];
        const answer = await search(
          { size, query: { bool: { filter } }, sort, search_after: place, track_total_hits: false },
          signal,
        );
        return answer.hits.hits.map(h => itemOf(h, names));
      };
      const [older, newer] = await Promise.all([side(before, NEWEST_FIRST), side(after, OLDEST_FIRST)]);
      return { before: older.reverse(), line, after: newer };
    },

    expire: (now, retentionMs, signal) => expireLogs(es, base, { now, retentionMs }, signal),

    async stats(signal) {
      const [stats, oldest] = await Promise.all([
        es.request<{ _all?: { primaries?: { docs?: { count: number }; store?: { size_in_bytes: number } } } }>(
          { method: 'GET', path: `/${encodeURIComponent(all)}/_stats/docs,store` },
          signal,
        ),
        search({ size: 1, sort: [{ 'tw.ts': 'asc' }], track_total_hits: false }, signal),
      ]);
      const primaries = stats.body._all?.primaries;
      return {
        lines: primaries?.docs?.count ?? 0,
        bytes: primaries?.store?.size_in_bytes ?? 0,
        oldest: oldest.hits.hits[0]?._source.tw.ts ?? null,
      };
    },

    ping: signal => es.ping(signal),

    close: () => writer.idle(),
  };
}

async function refresh(es: Elasticsearch, indices: readonly string[], signal?: AbortSignal): Promise<void> {
  await es.request(
    {
      method: 'POST',
      path: `/${indices.map(encodeURIComponent).join(',')}/_refresh`,
      query: { ignore_unavailable: true },
    },
    signal,
  );
}

function filters(
  query: Parameters<typeof compileLogQuery>[0],
  from: number | undefined,
  to: number | undefined,
  names: JobNames,
): Clause[] {
  const range = timeRange(from, to);
  return [compileLogQuery(query, names), ...(range ? [range] : [])];
}
