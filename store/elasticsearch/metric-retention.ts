/**
 * What becomes of metrics in Elasticsearch as they grow old: raw points of whole days become one-minute rollups, and the raw indices go. Every daemon
 * asks for it; one at a time does it, under a claim in the document that also says up to when rollups stand in for raw points. An index goes
 * when nothing was written to it since its points were taken: what came later is added first.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import { HOUR_MS } from '../metric-blocks.ts';
import { PointColumns } from '../point-columns.ts';
import type { Elasticsearch } from './client.ts';
import { indexWrites, refreshedWrites } from './index-writes.ts';
import { DAY_MS, dailyIndex, dropDays, listDays } from './metric-points.ts';
import { putRollupTemplate, RollupWriter } from './metric-rollups.ts';

/** A daemon that died over its work is followed by another after this. */
const CLAIM_MS = 10 * 60_000;
/** Readers look up this often where rollups begin. */
const KNOWN_MS = 60_000;
/** Raw points stay this much longer, so that no reader that has not looked misses them. */
const SETTLED_MS = 3 * KNOWN_MS;
/** Documents of raw points read at a time; each may hold hundreds of metrics. */
const PAGE = 2_000;
const HOURS_A_DAY = DAY_MS / HOUR_MS;
/** Days with late points looked at in one run; the others wait for the next. */
const LATE_DAYS = 3;

/** Times are epoch ms. */
interface State {
  /** Up to it (inclusive) there are rollups instead of raw points. */
  readonly raw_from: number;
  readonly moved_at: number;
  readonly by: string;
  /** The claim ends then. */
  readonly until: number;
  /** Raw indices that are still there, by day: up to which write (`index-writes.ts`) their points are in rollups. */
  readonly taken?: Readonly<Record<string, number>>;
}

type Versioned = State & { readonly version: { readonly if_seq_no: number; readonly if_primary_term: number } | null };

interface StateAnswer {
  readonly found?: boolean;
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly _source?: State;
  readonly error?: { readonly reason?: string };
}

interface RawAnswer {
  readonly error?: { readonly reason?: string };
  readonly hits?: {
    readonly hits: readonly {
      readonly _source: { readonly key: string; readonly ts: number; readonly m?: Readonly<Record<string, number>> };
      readonly sort: readonly unknown[];
    }[];
  };
}

export class MetricRetention {
  readonly #es: Elasticsearch;
  readonly #clock: Clock;
  readonly #onLate: (points: number) => void;
  readonly #me = randomUUID();
  readonly #path: string;
  #known = { rawFrom: 0, at: Number.NEGATIVE_INFINITY };
  #template: Promise<void> | null = null;

  /** `onLate` hears how many points were added to rollups that stood already. */
  constructor(es: Elasticsearch, clock: Clock, onLate: (points: number) => void) {
    this.#es = es;
    this.#clock = clock;
    this.#onLate = onLate;
    this.#path = `/${es.prefix}-rollup-state/_doc/metrics`;
  }

  /** The instant up to which (inclusive) rollups stand in for raw points, at most a minute old. Rejects with `StoreAwayError`. */
  async rawFrom(signal?: AbortSignal): Promise<number> {
    if (this.#clock.now() - this.#known.at >= KNOWN_MS) await this.#read(signal);
    return this.#known.rawFrom;
  }

  /** Makes rollups of the days that are due and drops what is past its time; resolves with how many daily indices went. */
  async expire(
    now: number,
    { rawMs, rollupMs }: { readonly rawMs: number; readonly rollupMs: number },
    signal?: AbortSignal,
  ): Promise<number> {
    const [raw, rollups] = [`${this.#es.prefix}-metrics`, `${this.#es.prefix}-rollups`];
    const rawTo = dayOf(now - rawMs);
    const rollupTo = dayOf(now - Math.max(rawMs, rollupMs));
    const before = await this.#read(signal);
    const rawDays = await listDays(this.#es, raw, signal);
    const rolled = rawDays.filter(day => day >= rollupTo && day < before.raw_from);
    const writes = await indexWrites(this.#es, raw, rolled, signal);
    const isTaken = (day: number): boolean => before.taken?.[day] === writes.get(day)?.last;
    const late = rolled.filter(day => !isTaken(day)).slice(0, LATE_DAYS);
    if (rawTo > before.raw_from || late.length > 0)
      await this.#rollUp(before, { rawDays, late }, { rawTo, rollupTo }, signal);

    const isSettled = this.#clock.now() - before.moved_at >= SETTLED_MS;
    const old = rawDays.filter(day => day < rollupTo || (isSettled && day < before.raw_from && isTaken(day)));
    const oldRollups = (await listDays(this.#es, rollups, signal)).filter(day => day < rollupTo);
    return (await dropDays(this.#es, raw, old, signal)) + (await dropDays(this.#es, rollups, oldRollups, signal));
  }

  /** Day by day, so that a run that is cut short goes on where it was. */
  async #rollUp(
    before: Versioned,
    { rawDays, late }: { readonly rawDays: readonly number[]; readonly late: readonly number[] },
    { rawTo, rollupTo }: { readonly rawTo: number; readonly rollupTo: number },
    signal?: AbortSignal,
  ): Promise<void> {
    const now = this.#clock.now();
    if (before.until > now && before.by !== this.#me) return;
    this.#template ??= putRollupTemplate(this.#es, signal).catch(error => {
      this.#template = null;
      throw error;
    });
    await this.#template;
    const kept = Object.entries(before.taken ?? {}).filter(([day]) => rawDays.includes(Number(day)));
    let state = await this.#write({ ...before, taken: Object.fromEntries(kept) }, before.raw_from, signal);
    const from = Math.max(before.raw_from, rollupTo);
    // A point at midnight is the last of the day before, and lies in the index of the day that begins.
    const days = [...new Set(rawDays.flatMap(day => [day - DAY_MS, day]))].filter(day => day >= from && day < rawTo);
    for (const day of [...late, ...days].sort((a, b) => a - b)) {
      const { done } = (await refreshedWrites(this.#es, `${this.#es.prefix}-metrics`, day, signal)) ?? { done: -1 };
      for (let hour = 0; hour <= HOURS_A_DAY && state !== null; hour++) {
        const added = await this.#rollUpHour(day, hour, signal);
        if (added > 0 && (hour === 0 || late.includes(day))) this.#onLate(added);
        if (hour < HOURS_A_DAY) state = await this.#renewed(state, signal);
        else state = await this.#write(withTaken(state, day, done), Math.max(state.raw_from, day + DAY_MS), signal);
      }
    }
    if (state !== null) await this.#write(state, Math.max(state.raw_from, rawTo), signal, 'done');
  }

  /** The points that an hour of a day has in the day's index, as part of the hour's rollups; its last hour also ends in the next index. */
  async #rollUpHour(day: number, hour: number, signal?: AbortSignal): Promise<number> {
    const slot = day / HOUR_MS + hour;
    const indices = hour < HOURS_A_DAY ? [day] : [day, day + DAY_MS];
    const writer = new RollupWriter(this.#es);
    let current: string | null = null;
    let metrics = new Map<string, PointColumns>();
    const put = async (): Promise<void> => {
      if (current === null) return;
      const blocks = metrics.entries().map(([name, columns]) => [name, columns.block()] as const);
      await writer.add({ key: current, slot, metrics: new Map(blocks) }, signal);
    };
    for await (const { key, ts, m } of this.#rawPoints(indices, slot, signal)) {
      if (key !== current) {
        await put();
        current = key;
        metrics = new Map();
      }
      for (const [name, value] of Object.entries(m ?? {})) {
        const columns = metrics.get(name) ?? new PointColumns();
        metrics.set(name, columns);
        columns.put(ts, value);
      }
    }
    await put();
    await writer.finish(signal);
    return writer.added;
  }

  /** Every document of raw points of an hour (its end inclusive) in the indices of some days, label set by label set, times rising. */
  async *#rawPoints(
    days: readonly number[],
    slot: number,
    signal?: AbortSignal,
  ): AsyncGenerator<{ readonly key: string; readonly ts: number; readonly m?: Readonly<Record<string, number>> }> {
    const [from, to] = [(slot - 1) * HOUR_MS, slot * HOUR_MS];
    const indices = days.map(day => dailyIndex(`${this.#es.prefix}-metrics`, day));
    let after: readonly unknown[] | undefined;
    for (;;) {
      const answer = await this.#es.request<RawAnswer>(
        {
          method: 'POST',
          path: `/${encodeURIComponent(indices.join(','))}/_search`,
          // What a shard that is away holds must not be taken for nothing: the raw points go next.
          query: { ignore_unavailable: true, allow_no_indices: true, allow_partial_search_results: false },
          body: {
            size: PAGE,
            _source: ['key', 'ts', 'm'],
            query: { range: { ts: { gt: from, lte: to } } },
            sort: ['key', 'ts'],
            track_total_hits: false,
            ...(after ? { search_after: after } : {}),
          },
        },
        signal,
      );
      if (answer.status !== 200)
        throw new StoreAwayError(
          `Elasticsearch refuses to read old points: ${answer.body.error?.reason ?? answer.status}`,
        );
      const hits = answer.body.hits?.hits ?? [];
      for (const { _source } of hits) yield _source;
      if (hits.length < PAGE) return;
      after = hits.at(-1)?.sort;
    }
  }

  async #read(signal?: AbortSignal): Promise<Versioned> {
    const { body, status } = await this.#es.request<StateAnswer>({ method: 'GET', path: this.#path }, signal);
    const { _source, _seq_no, _primary_term } = body;
    const found = status === 200 && _source !== undefined && _seq_no !== undefined && _primary_term !== undefined;
    const state: Versioned = found
      ? { ..._source, version: { if_seq_no: _seq_no, if_primary_term: _primary_term } }
      : { raw_from: 0, moved_at: 0, by: '', until: 0, version: null };
    this.#know(state.raw_from);
    return state;
  }

  /** The claim, written anew when half of it is over; null when another daemon has it by now. */
  async #renewed(state: Versioned, signal?: AbortSignal): Promise<Versioned | null> {
    if (state.until - this.#clock.now() > CLAIM_MS / 2) return state;
    return this.#write(state, state.raw_from, signal);
  }

  /** Renews the claim, or gives it back; null when another daemon has it by now. */
  async #write(state: Versioned, rawFrom: number, signal?: AbortSignal, end?: 'done'): Promise<Versioned | null> {
    const now = this.#clock.now();
    const next: State = {
      raw_from: Math.max(rawFrom, state.raw_from),
      moved_at: rawFrom > state.raw_from ? now : state.moved_at,
      by: this.#me,
      until: end === 'done' ? 0 : now + CLAIM_MS,
      ...(state.taken ? { taken: state.taken } : {}),
    };
    const { status, body } = await this.#es.request<StateAnswer>(
      { method: 'PUT', path: this.#path, query: state.version ?? { op_type: 'create' }, body: next },
      signal,
    );
    if (status === 409) return null;
    const { _seq_no, _primary_term } = body;
    if (status >= 300 || _seq_no === undefined || _primary_term === undefined)
      throw new StoreAwayError(`Elasticsearch refuses the state of rollups: ${body.error?.reason ?? status}`);
    this.#know(next.raw_from);
    return { ...next, version: { if_seq_no: _seq_no, if_primary_term: _primary_term } };
  }

  #know(rawFrom: number): void {
    this.#known = { rawFrom, at: this.#clock.now() };
  }
}

function dayOf(ts: number): number {
  return Math.floor(ts / DAY_MS) * DAY_MS;
}

function withTaken(state: Versioned, day: number, write: number): Versioned {
  return { ...state, taken: { ...state.taken, [day]: write } };
}
