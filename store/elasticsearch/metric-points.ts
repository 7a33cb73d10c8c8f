/**
 * Points in Elasticsearch: one document per label set and instant, every metric a field `m.<name>`; daily indices by event time. The
 * same label set and instant always make the same id, and later fields win, so a repeat changes nothing.
 */
import { StoreAwayError, UserError } from '../../model/errors.ts';
import { bulkUpdate } from './bulk.ts';
import type { Elasticsearch } from './client.ts';
import type { KnownGroup } from './metric-catalog-index.ts';

export const DAY_MS = 86_400_000;
const BULK_DOCUMENTS = 4000;
/** Metric names an index may hold: what Flink reports by default is below 300. */
const FIELD_LIMIT = 3000;
const PAGE = 10_000;
/** Label sets named in a query; beyond it the whole metric is read and sifted here. */
export const MAX_TERMS = 20_000;
/** Points one query may read. */
export const MAX_POINTS = 5_000_000;

/** A point as read: its set's key, name, time, value and arrival delay. */
export type TakePoint = (key: string, name: string, ts: number, value: number, delay: number) => void;

export interface PointsRange {
  readonly names: readonly string[];
  /** Keys of the label sets wanted; null = all. */
  readonly keys: readonly string[] | null;
  /** from < ts <= to */
  readonly from: number;
  readonly to: number;
}

/** The index of the UTC day of an instant. */
export function dailyIndex(begin: string, ts: number): string {
  return `${begin}-${new Date(ts).toISOString().slice(0, 10).replaceAll('-', '.')}`;
}

function indexOf(prefix: string, ts: number): string {
  return dailyIndex(`${prefix}-metrics`, ts);
}

/** A query that cannot be answered as it is: a rule with it is in error, rather than waiting for the store. */
export function tooManyPoints(): UserError {
  return new UserError(
    'bad-query',
    `the query reads more than ${MAX_POINTS} stored points; narrow its window, matchers or metric`,
  );
}

/** Puts the template that makes every metric a double beside the others, whatever dots its name has. */
export async function putMetricTemplate(es: Elasticsearch, signal?: AbortSignal): Promise<void> {
  const body = {
    index_patterns: [`${es.prefix}-metrics-*`],
    priority: 200,
    template: {
      settings: {
        index: {
          refresh_interval: `${es.refreshIntervalMs}ms`,
          number_of_replicas: 0,
          auto_expand_replicas: '0-1',
          'mapping.total_fields.limit': FIELD_LIMIT,
        },
      },
      mappings: {
        dynamic: false,
        dynamic_templates: [{ metrics: { path_match: 'm.*', mapping: { type: 'double', index: false } } }],
        properties: {
          ts: { type: 'long' },
          arrived: { type: 'long' },
          key: { type: 'keyword' },
          // Names go on from each other (`rate`, `rate.count`): without sub-objects a dot is just a character.
          m: { type: 'object', subobjects: false, dynamic: true },
        },
      },
    },
  };
  const answer = await es.request<{ error?: { reason?: string } }>(
    { method: 'PUT', path: `/_index_template/${es.prefix}-metrics`, body },
    signal,
  );
  if (answer.status !== 200)
    throw new StoreAwayError(
      `Elasticsearch refuses the template of the metric indices: ${answer.body.error?.reason ?? answer.status}`,
    );
}

/** Writes groups; answers the values refused (the index is full of metric names) and the indices touched. */
export async function writePoints(
  es: Elasticsearch,
  groups: readonly KnownGroup[],
  signal?: AbortSignal,
): Promise<{ readonly refused: number; readonly touched: ReadonlySet<string> }> {
  const documents = new Map<
    string,
    { index: string; id: string; ts: number; arrived: number; key: string; m: Record<string, number> }
  >();
  for (const { group, key, values } of groups) {
    const id = `${key}-${group.ts}`;
    const known = documents.get(id) ?? {
      index: indexOf(es.prefix, group.ts),
      id,
      ts: group.ts,
      arrived: group.arrivedAt,
      key,
      m: {},
    };
    known.arrived = group.arrivedAt;
    for (const [name, value] of values) known.m[name] = value;
    documents.set(id, known);
  }
  const all = [...documents.values()];
  const touched = new Set(all.map(d => d.index));
  let refused = 0;
  for (let i = 0; i < all.length; i += BULK_DOCUMENTS) {
    const chunk = all.slice(i, i + BULK_DOCUMENTS);
    const body = chunk.map(
      ({ index, id, ...doc }) =>
        `{"update":{"_index":"${index}","_id":"${id}","retry_on_conflict":5}}\n${JSON.stringify({ doc, doc_as_upsert: true })}\n`,
    );
    for (const r of await bulkUpdate(es, body.join(''), signal)) refused += Object.keys(chunk[r.index]?.m ?? {}).length;
  }
  return { refused, touched };
}

interface Answer {
  readonly error?: { readonly reason?: string };
  readonly hits?: {
    readonly hits: readonly {
      readonly fields: Readonly<Record<string, readonly (number | string)[]>>;
      readonly sort: readonly unknown[];
    }[];
  };
  readonly aggregations?: { readonly keys: { readonly buckets: readonly StatsBucket[] } };
}

/** Reads the points of a range, oldest first within a label set. */
export async function readPoints(
  es: Elasticsearch,
  range: PointsRange,
  take: TakePoint,
  signal?: AbortSignal,
): Promise<void> {
  let after: readonly unknown[] | undefined;
  let read = 0;
  for (;;) {
    const answer = await search(
      es,
      range,
      {
        size: PAGE,
        _source: false,
        docvalue_fields: ['ts', 'arrived', 'key', ...range.names.map(n => `m.${n}`)],
        sort: ['key', 'ts'],
        track_total_hits: false,
        ...(after ? { search_after: after } : {}),
      },
      signal,
    );
    const hits = answer.hits?.hits ?? [];
    for (const { fields } of hits) {
      const ts = Number(fields['ts']?.[0]);
      const key = String(fields['key']?.[0]);
      const delay = Number(fields['arrived']?.[0]) - ts;
      for (const name of range.names) {
        const value = fields[`m.${name}`]?.[0];
        if (value !== undefined) take(key, name, ts, Number(value), delay);
      }
    }
    read += hits.length;
    if (hits.length < PAGE) return;
    if (read > MAX_POINTS) throw tooManyPoints();
    after = hits.at(-1)?.sort;
  }
}

interface StatsBucket {
  readonly key: string;
  readonly stats: { readonly count: number; readonly min: number; readonly max: number; readonly sum: number };
}

/** Count, minimum, maximum and sum per label set, worked out by Elasticsearch: for windows of many points. */
export async function readStats(
  es: Elasticsearch,
  range: PointsRange,
  name: string,
  sets: number,
  signal?: AbortSignal,
): Promise<readonly StatsBucket[]> {
  const aggs = {
    keys: { terms: { field: 'key', size: Math.max(10, sets) }, aggs: { stats: { stats: { field: `m.${name}` } } } },
  };
  const answer = await search(es, { ...range, names: [name] }, { size: 0, track_total_hits: false, aggs }, signal);
  return (answer.aggregations?.keys.buckets ?? []).filter(b => b.stats.count > 0);
}

async function search(es: Elasticsearch, range: PointsRange, body: object, signal?: AbortSignal): Promise<Answer> {
  const some = range.names.map(name => ({ exists: { field: `m.${name}` } }));
  const filter: object[] = [
    { range: { ts: { gt: range.from, lte: range.to } } },
    { bool: { should: some, minimum_should_match: 1 } },
  ];
  if (range.keys && range.keys.length <= MAX_TERMS) filter.push({ terms: { key: range.keys } });
  const query = { bool: { filter } };
  const answer = await es.request<Answer>(
    {
      method: 'POST',
      path: `/${encodeURIComponent(indicesOf(es.prefix, range))}/_search`,
      // A part of the points would make other answers than all of them: better none.
      query: { ignore_unavailable: true, allow_no_indices: true, allow_partial_search_results: false },
      body: { ...body, query },
    },
    signal,
  );
  if (answer.status !== 200)
    throw new StoreAwayError(`Elasticsearch refuses a metric query: ${answer.body.error?.reason ?? answer.status}`);
  return answer.body;
}

/** The daily indices a range touches by name; a long range takes them all. */
function indicesOf(prefix: string, { from, to }: PointsRange): string {
  const first = Math.floor((from + 1) / DAY_MS);
  const last = Math.floor(to / DAY_MS);
  if (last - first > 30) return `${prefix}-metrics-*`;
  return Array.from({ length: last - first + 1 }, (_, i) => indexOf(prefix, (first + i) * DAY_MS)).join(',');
}

/** The days (their beginning, epoch ms) that have an index whose name begins so, the oldest first. */
export async function listDays(es: Elasticsearch, begin: string, signal?: AbortSignal): Promise<readonly number[]> {
  const path = `/_cat/indices/${encodeURIComponent(`${begin}-*`)}`;
  const listed = await es.request<readonly { index: string }[]>(
    { method: 'GET', path, query: { format: 'json', h: 'index' } },
    signal,
  );
  if (listed.status !== 200) return [];
  const days = listed.body.flatMap(({ index }) => {
    const found = /^-(\d{4})\.(\d{2})\.(\d{2})$/.exec(index.slice(begin.length));
    return found && index.startsWith(begin) ? [Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]))] : [];
  });
  return days.sort((a, b) => a - b);
}

/** Deletes the indices of whole days; returns how many there were. */
export async function dropDays(
  es: Elasticsearch,
  begin: string,
  days: readonly number[],
  signal?: AbortSignal,
): Promise<number> {
  let dropped = 0;
  for (const day of days) {
    const path = `/${encodeURIComponent(dailyIndex(begin, day))}`;
    const { status } = await es.request({ method: 'DELETE', path }, signal);
    // Another daemon may have been first.
    if (status === 200) dropped += 1;
  }
  return dropped;
}
