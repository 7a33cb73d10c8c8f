/** How far the writes to daily indices have come, by Elasticsearch's own numbering of them: says whether anything was written since. */
import { StoreAwayError } from '../../model/errors.ts';
import type { Elasticsearch } from './client.ts';
import { DAY_MS, dailyIndex } from './metric-points.ts';

/** Sums over the index's shards; both only rise. */
export interface IndexWrites {
  /** The last write begun. */
  readonly last: number;
  /** The last write before which all are done. */
  readonly done: number;
}

interface Shard {
  readonly routing: { readonly primary: boolean };
  readonly seq_no: { readonly max_seq_no: number; readonly local_checkpoint: number };
}

interface StatsAnswer {
  readonly error?: { readonly reason?: string };
  readonly indices?: Readonly<Record<string, { readonly shards: Readonly<Record<string, readonly Shard[]>> }>>;
}

/** Of each day (its beginning, epoch ms) that has an index. Rejects with `StoreAwayError`. */
export async function indexWrites(
  es: Elasticsearch,
  begin: string,
  days: readonly number[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, IndexWrites>> {
  if (days.length === 0) return new Map();
  const path = `/${encodeURIComponent(days.map(day => dailyIndex(begin, day)).join(','))}/_stats/indexing`;
  const query = {
    level: 'shards',
    filter_path: 'error,indices.*.shards.*.seq_no,indices.*.shards.*.routing.primary',
    forbid_closed_indices: false,
    ignore_unavailable: true,
  };
  const { status, body } = await es.request<StatsAnswer>({ method: 'GET', path, query }, signal);
  if (status !== 200)
    throw new StoreAwayError(`Elasticsearch refuses the statistics of metrics: ${body.error?.reason ?? status}`);
  return new Map(
    days.flatMap(day => {
      const shards = body.indices?.[dailyIndex(begin, day)]?.shards;
      if (shards === undefined) return [];
      const primaries = Object.values(shards).flatMap(copies => copies.filter(copy => copy.routing.primary));
      const sum = (of: (shard: Shard) => number): number => primaries.reduce((all, shard) => all + of(shard), 0);
      return [[day, { last: sum(s => s.seq_no.max_seq_no), done: sum(s => s.seq_no.local_checkpoint) }] as const];
    }),
  );
}

/** The same of one day whose writes so far can all be read when it resolves; undefined without an index. */
export async function refreshedWrites(
  es: Elasticsearch,
  begin: string,
  day: number,
  signal?: AbortSignal,
): Promise<IndexWrites | undefined> {
  const writes = (await indexWrites(es, begin, [day], signal)).get(day);
  const indices = [day, day + DAY_MS].map(each => dailyIndex(begin, each)).join(',');
  await es.request({ method: 'POST', path: `/${indices}/_refresh`, query: { ignore_unavailable: true } }, signal);
  return writes;
}
