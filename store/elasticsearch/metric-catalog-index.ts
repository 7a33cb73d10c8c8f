/**
 * Which series there are, kept in one index: a document per label set (labels, latest attributes) and one per series (name and set).
 * Every process holds all of it in a `SeriesIndex` and reads what others added before it answers, so matchers and groups are worked
 * out in memory and Elasticsearch is only asked for points.
 */
import { createHash } from 'node:crypto';
import { StoreAwayError } from '../../model/errors.ts';
import { type Labels, labelsKey } from '../../model/labels.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { SeriesIndex } from '../series-index.ts';
import { bulkUpdate } from './bulk.ts';
import type { Elasticsearch } from './client.ts';

const PAGE = 5000;
/** Documents written this long before the last look may have become visible only after it. */
const OVERLAP_MS = 60_000;

type CatalogDocument =
  | {
      readonly kind: 'set';
      readonly key: string;
      readonly labels: Labels;
      readonly attrs: Labels;
      readonly attrs_at: number;
      readonly written: number;
    }
  | { readonly kind: 'series'; readonly key: string; readonly name: string; readonly written: number };

/** A group with the numbers its points are stored under. */
export interface KnownGroup {
  readonly group: MetricGroup;
  readonly key: string;
  /** Values whose series is known or could be added. */
  readonly values: readonly (readonly [string, number])[];
}

/** Short, stable name of a label set. */
function setKey(labels: Labels): string {
  return createHash('sha1').update(labelsKey(labels)).digest('base64url');
}

export class MetricCatalogIndex {
  readonly series: SeriesIndex;
  readonly #es: Elasticsearch;
  readonly #index: string;
  readonly #now: () => number;
  readonly #keys = new Map<number, string>();
  readonly #sets = new Map<string, { readonly set: number; readonly series: number[] }>();
  readonly #pendingSeries = new Map<string, { key: string; name: string }[]>();
  #ready: Promise<void> | null = null;
  #readUpTo = 0;
  #refused = 0;

  constructor(es: Elasticsearch, options: { maxSeries: number; now: () => number }) {
    this.series = new SeriesIndex(options.maxSeries);
    this.#es = es;
    this.#index = `${es.prefix}-series`;
    this.#now = options.now;
  }

  get refused(): number {
    return this.#refused;
  }

  /** The set key of a series of the index. */
  keyOf(series: number): string {
    return this.#keys.get(series) ?? '';
  }

  /** Takes in what groups say of series, and writes what is new before it resolves. */
  async learn(
    groups: readonly MetricGroup[],
    signal?: AbortSignal,
  ): Promise<{ known: readonly KnownGroup[]; refused: number }> {
    await this.refresh(signal);
    const lines: string[] = [];
    const known: KnownGroup[] = [];
    let refused = 0;
    for (const group of groups) {
      const key = setKey(group.labels);
      const values: (readonly [string, number])[] = [];
      const series: number[] = [];
      for (const value of group.values) {
        const id = this.#add(key, group.labels, value[0], true);
        if (id < 0) {
          refused += 1;
          continue;
        }
        values.push(value);
        series.push(id);
      }
      const [first] = series;
      if (first === undefined) continue;
      known.push({ group, key, values });
      let changed = this.#pendingSeries.has(key);
      for (const id of series) changed = this.series.setAttrs(id, group.attrs, group.ts) || changed;
      if (!changed) continue;
      lines.push(...this.#documents(key, group, this.series.describe(first).attrs));
    }
    this.#refused += refused;
    if (lines.length > 0) await this.#write(lines, signal);
    return { known, refused };
  }

  /** Reads what was added since the last look, by this process or another. */
  async refresh(signal?: AbortSignal): Promise<void> {
    this.#ready ??= this.#create(signal).catch(error => {
      this.#ready = null;
      throw error;
    });
    await this.#ready;
    const now = this.#now();
    if (now - this.#readUpTo < 1000) return;
    await this.#read(this.#readUpTo - OVERLAP_MS, signal);
    this.#readUpTo = now;
  }

  #add(key: string, labels: Labels, name: string, remember: boolean): number {
    const known = this.#sets.get(key);
    const set = known?.set ?? this.series.labelSet(labels);
    if (set === null) return -1;
    const before = this.series.size;
    const series = this.series.series(name, set);
    if (series < 0) return -1;
    const entry = known ?? { set, series: [] };
    this.#sets.set(key, entry);
    if (this.series.size > before) {
      entry.series.push(series);
      this.#keys.set(series, key);
      if (remember) {
        const pending = this.#pendingSeries.get(key);
        if (pending) pending.push({ key, name });
        else this.#pendingSeries.set(key, [{ key, name }]);
      }
    }
    return series;
  }

  #documents(key: string, group: MetricGroup, attrs: Labels): string[] {
    const written = this.#now();
    const docs: [string, CatalogDocument][] = [
      [key, { kind: 'set', key, labels: group.labels, attrs, attrs_at: group.ts, written }],
    ];
    for (const { name } of this.#pendingSeries.get(key) ?? []) {
      docs.push([
        `${key}.${createHash('sha1').update(name).digest('base64url')}`,
        { kind: 'series', key, name, written },
      ]);
    }
    return docs.map(
      ([id, doc]) =>
        `{"update":{"_index":"${this.#index}","_id":"${id}","retry_on_conflict":5}}\n${JSON.stringify({ doc, doc_as_upsert: true })}\n`,
    );
  }

  async #write(lines: readonly string[], signal?: AbortSignal): Promise<void> {
    for (let i = 0; i < lines.length; i += PAGE) {
      const refused = await bulkUpdate(this.#es, lines.slice(i, i + PAGE).join(''), signal);
      if (refused[0]) throw new StoreAwayError(`Elasticsearch refuses the series catalog: ${refused[0].reason}`);
    }
    // Only what is written is forgotten: a failed write is repeated with the batch that the caller repeats.
    this.#pendingSeries.clear();
    await this.#es.request({ method: 'POST', path: `/${this.#index}/_refresh` }, signal);
  }

  async #create(signal?: AbortSignal): Promise<void> {
    const body = {
      settings: { index: { number_of_replicas: 0, auto_expand_replicas: '0-1' } },
      mappings: {
        dynamic: false,
        properties: {
          kind: { type: 'keyword' },
          key: { type: 'keyword' },
          name: { type: 'keyword' },
          written: { type: 'long' },
        },
      },
    };
    const answer = await this.#es.request<{ error?: { type?: string; reason?: string } }>(
      { method: 'PUT', path: `/${this.#index}`, body },
      signal,
    );
    if (answer.status !== 200 && answer.body.error?.type !== 'resource_already_exists_exception') {
      throw new StoreAwayError(
        `Elasticsearch refuses the index ${this.#index}: ${answer.body.error?.reason ?? answer.status}`,
      );
    }
  }

  /** Sets come before their series, since a series needs its labels. */
  async #read(since: number, signal?: AbortSignal): Promise<void> {
    const labels = new Map<string, Extract<CatalogDocument, { kind: 'set' }>>();
    const series: Extract<CatalogDocument, { kind: 'series' }>[] = [];
    let after: unknown[] | undefined;
    for (;;) {
      const answer = await this.#es.request<{
        hits?: { hits: readonly { _source: CatalogDocument; sort: unknown[] }[] };
      }>(
        {
          method: 'POST',
          path: `/${this.#index}/_search`,
          body: {
            size: PAGE,
            query: { range: { written: { gte: since } } },
            sort: [{ kind: 'desc' }, { key: 'asc' }, { name: { order: 'asc', missing: '_last' } }],
            track_total_hits: false,
            ...(after ? { search_after: after } : {}),
          },
        },
        signal,
      );
      const hits = answer.body.hits?.hits ?? [];
      for (const { _source: doc } of hits) {
        if (doc.kind === 'set') labels.set(doc.key, doc);
        else series.push(doc);
      }
      if (hits.length < PAGE) break;
      after = hits.at(-1)?.sort;
    }
    for (const { key, name } of series) {
      const known = labels.get(key);
      if (known || this.#sets.has(key)) this.#add(key, known?.labels ?? {}, name, false);
    }
    for (const { key, attrs, attrs_at } of labels.values()) {
      for (const s of this.#sets.get(key)?.series ?? []) this.series.setAttrs(s, attrs, attrs_at);
    }
  }
}
