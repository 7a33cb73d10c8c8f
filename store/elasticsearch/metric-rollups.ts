/**
 * One-minute rollups in Elasticsearch: a document per label set and hour, each metric of it a packed block as the embedded store has it, under a
 * digest of its name (names hold dots, which a filter of `_source` takes for a path). Daily indices. Points are added to what is there: a repeat
 * of the same points changes nothing, whoever makes it.
 */
import { createHash } from 'node:crypto';
import { StoreAwayError } from '../../model/errors.ts';
import { type Block, HOUR_MS, slotOf } from '../metric-blocks.ts';
import { decodeRolled, encodeRolled, mergeRolled } from '../rolled-block.ts';
import { bulkUpdate } from './bulk.ts';
import type { Elasticsearch } from './client.ts';
import { DAY_MS, dailyIndex, MAX_POINTS, MAX_TERMS, type PointsRange, tooManyPoints } from './metric-points.ts';

/** Hours and raw points of one bulk. */
const BULK_HOURS = 1000;
const BULK_POINTS = 400_000;
const PAGE = 500;

/** One hour of a label set: its metrics by name. */
export interface RolledHour {
  readonly key: string;
  readonly slot: number;
  readonly metrics: ReadonlyMap<string, Block>;
}

/** Rollups as read: whose they are, the hour, and what was stored of it (`rolled-block.ts`). */
export type TakeRollup = (key: string, name: string, slot: number, stored: Uint8Array) => number;

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

interface Stored {
  readonly _index: string;
  readonly _id: string;
  readonly found?: boolean;
  readonly error?: { readonly type?: string; readonly reason?: string };
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly _source?: { readonly r?: Readonly<Record<string, string>> };
}

/** Collects hours and adds them in bulks to what is there. */
export class RollupWriter {
  readonly #es: Elasticsearch;
  readonly #touched = new Set<string>();
  #hours: RolledHour[] = [];
  #points = 0;
  #added = 0;

  constructor(es: Elasticsearch) {
    this.#es = es;
  }

  /** Points written so far that no rollup had before. */
  get added(): number {
    return this.#added;
  }

  async add(hour: RolledHour, signal?: AbortSignal): Promise<void> {
    this.#hours.push(hour);
    for (const { times } of hour.metrics.values()) this.#points += times.length;
    if (this.#hours.length >= BULK_HOURS || this.#points >= BULK_POINTS) await this.#flush(signal);
  }

  /** Writes the rest; everything can be read when it resolves. */
  async finish(signal?: AbortSignal): Promise<void> {
    await this.#flush(signal);
    if (this.#touched.size > 0)
      await this.#es.request({ method: 'POST', path: `/${[...this.#touched].join(',')}/_refresh` }, signal);
    this.#touched.clear();
  }

  async #flush(signal?: AbortSignal): Promise<void> {
    if (this.#hours.length === 0) return;
    const stored = await this.#stored(signal);
    const lines: string[] = [];
    let added = 0;
    for (const [i, { key, slot, metrics }] of this.#hours.entries()) {
      const known = stored[i];
      const rolled: Record<string, string> = { ...known?._source?.r };
      let fresh = 0;
      for (const [name, block] of metrics) {
        const field = fieldOf(name);
        const packed = rolled[field];
        const merged = mergeRolled(packed === undefined ? null : decodeRolled(Buffer.from(packed, 'base64')), block);
        fresh += merged.added;
        if (merged.added > 0) rolled[field] = encodeRolled(merged.rolled).toString('base64');
      }
      if (fresh === 0) continue;
      added += fresh;
      const at = { _index: indexOfSlot(this.#es.prefix, slot), _id: `${key}-${slot}` };
      this.#touched.add(at._index);
      const action = known?.found
        ? { index: { ...at, if_seq_no: known._seq_no, if_primary_term: known._primary_term } }
        : { create: at };
      lines.push(
        `${JSON.stringify(action)}\n${JSON.stringify({ key, slot, names: Object.keys(rolled), r: rolled })}\n`,
      );
    }
    const [refused] = lines.length === 0 ? [] : await bulkUpdate(this.#es, lines.join(''), signal);
    // The raw points go next: what was not written must stop that.
    if (refused) throw new StoreAwayError(`Elasticsearch refuses a rollup: ${refused.reason}`);
    this.#added += added;
    this.#hours = [];
    this.#points = 0;
  }

  /** What is there of the collected hours, in their order. */
  async #stored(signal?: AbortSignal): Promise<readonly Stored[]> {
    const docs = this.#hours.map(({ key, slot }) => ({
      _index: indexOfSlot(this.#es.prefix, slot),
      _id: `${key}-${slot}`,
    }));
    const { status, body } = await this.#es.request<{ docs?: readonly Stored[]; error?: { reason?: string } }>(
      { method: 'POST', path: '/_mget', body: { docs } },
      signal,
    );
    const failed = body.docs?.find(({ error }) => error && error.type !== 'index_not_found_exception')?.error;
    if (status !== 200 || body.docs === undefined || failed)
      throw new StoreAwayError(
        `Elasticsearch refuses to read rollups: ${failed?.reason ?? body.error?.reason ?? status}`,
      );
    return body.docs;
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

/** Reads the rollups whose hours a range touches; the caller cuts them to it, and says how many minutes each has. Throws `UserError` bad-query when there are too many. */
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
    for (const { _source, sort } of hits) {
      for (const [field, packed] of Object.entries(_source.r ?? {})) {
        const name = nameOf.get(field);
        if (name === undefined) continue;
        points += take(_source.key, name, Number(sort[0]), Buffer.from(packed, 'base64'));
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
