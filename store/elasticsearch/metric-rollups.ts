/**
 * One-minute rollups in Elasticsearch: a document per label set and hour, each metric of it a packed block as the embedded store has it, under a
 * digest of its name (names hold dots, which a filter of `_source` takes for a path). Daily indices. What is there is never changed: a repeat of
 * the same hour changes nothing, whoever makes it.
 */
import { createHash } from 'node:crypto';
import { StoreAwayError } from '../../model/errors.ts';
import { type Block, decodeRollup, encodeRollup, HOUR_MS, type Rollup, rollUp, slotOf } from '../metric-blocks.ts';
import { bulkCreate } from './bulk.ts';
import type { Elasticsearch } from './client.ts';
import { DAY_MS, dailyIndex, MAX_POINTS, MAX_TERMS, type PointsRange, tooManyPoints } from './metric-points.ts';

/** Bytes of one bulk, roughly. */
const BULK_BYTES = 4_000_000;
const PAGE = 500;

/** One hour of a label set: its metrics by name. */
export interface RolledHour {
  readonly key: string;
  readonly slot: number;
  readonly metrics: ReadonlyMap<string, Block>;
}

/** Rollups as read: whose they are, and the hour. */
export type TakeRollup = (key: string, name: string, rollup: Rollup) => void;

/** The index of an hour: that of the day it ends in, midnight being the end of a day. */
function indexOfSlot(prefix: string, slot: number): string {
  return dailyIndex(`${prefix}-rollups`, slot * HOUR_MS - 1);
}

function fieldOf(name: string): string {
  return createHash('sha1').update(name).digest('base64url');
}

/** Puts the template of the rollup indices: found by label set and hour, and not searched otherwise. */
export async function putRollupTemplate(es: Elasticsearch, signal?: AbortSignal): Promise<void> {
  const body = {
    index_patterns: [`${es.prefix}-rollups-*`, `${es.prefix}-rollup-state`],
    priority: 200,
    template: {
      settings: { index: { number_of_replicas: 0, auto_expand_replicas: '0-1', codec: 'best_compression' } },
      mappings: {
        dynamic: false,
        properties: {
          key: { type: 'keyword' },
          slot: { type: 'long' },
          names: { type: 'keyword', doc_values: false },
          r: { type: 'object', enabled: false },
        },
      },
    },
  };
  const answer = await es.request<{ error?: { reason?: string } }>(
    { method: 'PUT', path: `/_index_template/${es.prefix}-rollups`, body },
    signal,
  );
  if (answer.status !== 200)
    throw new StoreAwayError(
      `Elasticsearch refuses the template of the rollup indices: ${answer.body.error?.reason ?? answer.status}`,
    );
}

/** Collects hours and writes them in bulks; hours that are there already stay as they are. */
export class RollupWriter {
  readonly #es: Elasticsearch;
  readonly #touched = new Set<string>();
  #lines: string[] = [];
  #bytes = 0;

  constructor(es: Elasticsearch) {
    this.#es = es;
  }

  async add({ key, slot, metrics }: RolledHour, signal?: AbortSignal): Promise<void> {
    const index = indexOfSlot(this.#es.prefix, slot);
    const rolled = Object.fromEntries(
      metrics.entries().map(([name, block]) => [fieldOf(name), encodeRollup(rollUp(block)).toString('base64')]),
    );
    const document = JSON.stringify({ key, slot, names: Object.keys(rolled), r: rolled });
    this.#touched.add(index);
    this.#lines.push(`{"create":{"_index":"${index}","_id":"${key}-${slot}"}}\n${document}\n`);
    this.#bytes += document.length;
    if (this.#bytes >= BULK_BYTES) await this.#flush(signal);
  }

  /** Writes the rest; everything can be read when it resolves. */
  async finish(signal?: AbortSignal): Promise<void> {
    await this.#flush(signal);
    if (this.#touched.size > 0)
      await this.#es.request({ method: 'POST', path: `/${[...this.#touched].join(',')}/_refresh` }, signal);
    this.#touched.clear();
  }

  async #flush(signal?: AbortSignal): Promise<void> {
    if (this.#lines.length === 0) return;
    const [refused] = await bulkCreate(this.#es, this.#lines.join(''), signal);
    // The raw points go next: what was not written must stop that.
    if (refused) throw new StoreAwayError(`Elasticsearch refuses a rollup: ${refused.reason}`);
    this.#lines = [];
    this.#bytes = 0;
  }
}

interface Answer {
  readonly error?: { readonly reason?: string };
  readonly hits?: {
    readonly hits: readonly {
      readonly _source: { readonly key: string; readonly r?: Readonly<Record<string, string>> };
      readonly sort: readonly unknown[];
    }[];
  };
}

/** Reads the rollups whose hours a range touches; the caller cuts them to it. Throws `UserError` bad-query when there are too many. */
export async function readRollups(
  es: Elasticsearch,
  range: PointsRange,
  take: TakeRollup,
  signal?: AbortSignal,
): Promise<void> {
  const nameOf = new Map(range.names.map(name => [fieldOf(name), name]));
  const [first, last] = [slotOf(range.from + 1), slotOf(range.to)];
  const filter: object[] = [{ range: { slot: { gte: first, lte: last } } }, { terms: { names: [...nameOf.keys()] } }];
  if (range.keys && range.keys.length <= MAX_TERMS) filter.push({ terms: { key: range.keys } });
  let after: readonly unknown[] | undefined;
  let points = 0;
  for (;;) {
    const answer = await es.request<Answer>(
      {
        method: 'POST',
        path: `/${encodeURIComponent(indicesOf(es.prefix, first, last))}/_search`,
        query: { ignore_unavailable: true, allow_no_indices: true, allow_partial_search_results: false },
        body: {
          size: PAGE,
          _source: ['key', ...nameOf.keys().map(field => `r.${field}`)],
          query: { bool: { filter } },
          sort: [
            { slot: { order: 'asc', unmapped_type: 'long' } },
            { key: { order: 'asc', unmapped_type: 'keyword' } },
          ],
          track_total_hits: false,
          ...(after ? { search_after: after } : {}),
        },
      },
      signal,
    );
    if (answer.status !== 200)
      throw new StoreAwayError(
        `Elasticsearch refuses a query of rollups: ${answer.body.error?.reason ?? answer.status}`,
      );
    const hits = answer.body.hits?.hits ?? [];
    for (const { _source } of hits) {
      for (const [field, packed] of Object.entries(_source.r ?? {})) {
        const name = nameOf.get(field);
        if (name === undefined) continue;
        const rollup = decodeRollup(Buffer.from(packed, 'base64'));
        points += rollup.times.length;
        take(_source.key, name, rollup);
      }
    }
    if (hits.length < PAGE) return;
    if (points > MAX_POINTS) throw tooManyPoints();
    after = hits.at(-1)?.sort;
  }
}

function indicesOf(prefix: string, first: number, last: number): string {
  const [from, to] = [first, last].map(slot => Math.floor((slot * HOUR_MS - 1) / DAY_MS));
  if (from === undefined || to === undefined || to - from > 30) return `${prefix}-rollups-*`;
  return Array.from({ length: to - from + 1 }, (_, i) => dailyIndex(`${prefix}-rollups`, (from + i) * DAY_MS)).join(
    ',',
  );
}
