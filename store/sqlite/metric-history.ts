/** Reading blocks and rollups, and what retention does to them. */

import { LateBlocks } from '../late-blocks.ts';
import { type Block, decodeBlock, HOUR_MS, slotOf } from '../metric-blocks.ts';
import type { ColdColumns } from '../metric-gather.ts';
import { ColdGatherer } from '../metric-gather.ts';
import { decodeRolled, encodeRolled, mergeRolled } from '../rolled-block.ts';
import { MetricBatch } from './metric-batch.ts';
import { bytesOf, type MetricDatabase } from './metric-database.ts';
import { type Hour, RecentHours } from './metric-hours.ts';
import type { MetricRequests } from './metric-messages.ts';

/** Blocks turned into rollups in one transaction, a few ms. */
const STEP = 150;
/** Points of one `recent` answer, roughly. */
const RECENT_POINTS = 200_000;
/** Up to one series in so many of a metric's is looked up by itself; above it the whole hour is read. */
const FEW = 4;

export class MetricHistory {
  readonly #db: MetricDatabase;
  readonly #hours = new RecentHours();
  #rawFrom: number;

  constructor(db: MetricDatabase) {
    this.#db = db;
    this.#rawFrom = db.meta('raw_from');
  }

  /** The end of the newest hour that retention took, epoch ms: up to it there are rollups instead of raw points. */
  get rawFrom(): number {
    return this.#rawFrom;
  }

  /** Points later than `from`, packed, of the metrics from number `metric` on until the answer is large enough. */
  recent(from: number, metric: number): MetricRequests['recent']['answer'] {
    const batch = new MetricBatch();
    for (const id of this.#db.metrics()) {
      if (id < metric) continue;
      if (batch.count >= RECENT_POINTS) return { points: batch.pack(), next: id };
      for (const row of this.#db
        .prepared('SELECT series, body FROM block WHERE metric = ? AND slot >= ?')
        .iterate(id, slotOf(from))) {
        const { times, values, delays } = decodeBlock(bytesOf(row['body']));
        for (let i = 0; i < times.length; i++)
          if (times[i]! > from) batch.add(Number(row['series']), times[i]!, values[i]!, delays[i]!);
      }
    }
    return { points: batch.pack(), next: -1 };
  }

  /** Hears that a block of a metric's hour changes. */
  changed(metric: number, slot: number): void {
    this.#hours.forget(metric, slot);
  }

  /** Points of the series with from < ts <= to; null when there are more than `maxPoints`. */
  read({ series, from, to, op, maxPoints }: MetricRequests['read']['args']): ColdColumns | null {
    const gatherer = new ColdGatherer(series, from, to, op);
    const wanted = Map.groupBy(series.keys(), place => this.#db.metricOf(series[place]!) ?? -1);
    for (const [metric, places] of wanted) {
      if (from < this.#rawFrom) {
        const late = new LateBlocks();
        for (const slot of this.#slots('block', metric, from, Math.min(to, this.#rawFrom))) {
          for (const [place, body] of this.#bodies('block', metric, slot, places, series)) {
            const { times, values } = decodeBlock(body);
            for (const [i, ts] of times.entries()) late.put(place, ts, values[i]!);
          }
          if (late.count > maxPoints) return null;
        }
        for (const slot of this.#slots('rollup', metric, from, to)) {
          for (const [place, body] of this.#bodies('rollup', metric, slot, places, series))
            gatherer.addRollup(place, late.joined(place, slot, body));
          if (gatherer.count > maxPoints) return null;
        }
        late.rest((place, rollup) => gatherer.addRollup(place, rollup));
      }
      for (const slot of this.#slots('block', metric, Math.max(from, this.#rawFrom), to)) {
        const hour = this.#hour(metric, slot, places.length);
        if (hour) {
          for (const place of places) {
            const block = hour.get(series[place]!);
            if (block) gatherer.addBlock(place, block);
          }
        } else {
          for (const [place, body] of this.#bodies('block', metric, slot, places, series))
            gatherer.addBlock(place, decodeBlock(body));
        }
        if (gatherer.count > maxPoints) return null;
      }
    }
    return gatherer.columns();
  }

  /** The hours of a range in which the metric may have something, rising. */
  *#slots(table: 'block' | 'rollup', metric: number, from: number, to: number): Generator<number> {
    const edge = (end: 'min' | 'max'): number => {
      const slot = this.#db.all(`SELECT ${end}(slot) AS slot FROM ${table} WHERE metric = ?`, metric)[0]?.['slot'];
      return typeof slot === 'number' ? slot : Number.NaN;
    };
    const last = Math.min(slotOf(to), edge('max'));
    for (let slot = Math.max(slotOf(from + 1), edge('min')); slot <= last; slot++) yield slot;
  }

  /** A metric's hour, decoded: when it is at hand, or when most of its series are wanted. */
  #hour(metric: number, slot: number, wanted: number): Hour | undefined {
    const known = this.#hours.get(metric, slot);
    if (known || wanted * FEW <= this.#db.seriesOf(metric)) return known;
    const hour = new Map<number, Block>();
    const rows = this.#db
      .prepared('SELECT series, body FROM block WHERE metric = ? AND slot = ?')
      .iterate(metric, slot);
    for (const row of rows) hour.set(Number(row['series']), decodeBlock(bytesOf(row['body'])));
    this.#hours.set(metric, slot, hour);
    return hour;
  }

  /** Stored bodies of some series in one hour: looked up one by one when few, else by a walk over the hour. */
  *#bodies(
    table: 'block' | 'rollup',
    metric: number,
    slot: number,
    places: readonly number[],
    series: Int32Array,
  ): Generator<[place: number, body: Uint8Array]> {
    if (places.length * FEW <= this.#db.seriesOf(metric)) {
      const lookUp = this.#db.prepared(`SELECT body FROM ${table} WHERE metric = ? AND slot = ? AND series = ?`);
      for (const place of places) {
        const row = lookUp.get(metric, slot, series[place]!);
        if (row) yield [place, bytesOf(row['body'])];
      }
      return;
    }
    const placeOf = new Map(places.map(place => [series[place]!, place]));
    for (const row of this.#db
      .prepared(`SELECT series, body FROM ${table} WHERE metric = ? AND slot = ?`)
      .iterate(metric, slot)) {
      const place = placeOf.get(Number(row['series']));
      if (place !== undefined) yield [place, bytesOf(row['body'])];
    }
  }

  /**
   * Retention, a step at a time, on whole hours; returns how many raw points went and how many of them had come after their hour had
   * become rollups. The journal must be moved before.
   */
  *expire({
    rawTo,
    rollupTo,
    last,
    forget,
  }: MetricRequests['expire']['args']): Generator<void, { readonly dropped: number; readonly late: number }> {
    const [lastRaw, lastRollup] = [Math.floor(rawTo / HOUR_MS), Math.floor(rollupTo / HOUR_MS)];
    const rolled = this.#rawFrom / HOUR_MS;
    this.#rawFrom = Math.max(this.#rawFrom, lastRaw * HOUR_MS);
    this.#db.transaction(() => this.#db.saveMeta('raw_from', this.#rawFrom));
    let [dropped, late] = [0, 0];
    for (const metric of this.#db.metrics()) {
      for (;;) {
        const rows = this.#db.all(
          'SELECT slot, series, body FROM block WHERE metric = ? AND slot <= ? LIMIT ?',
          metric,
          lastRaw,
          STEP,
        );
        if (rows.length === 0) break;
        this.#db.transaction(() => {
          for (const row of rows) {
            const [slot, block] = [Number(row['slot']), decodeBlock(bytesOf(row['body']))];
            const added = this.#expireBlock(metric, slot, Number(row['series']), block, lastRollup);
            dropped += block.times.length;
            if (slot <= rolled) late += added;
          }
        });
        yield;
      }
      this.#db.transaction(() => this.#db.run('DELETE FROM rollup WHERE metric = ? AND slot <= ?', metric, lastRollup));
      yield;
    }
    this.#db.transaction(() => {
      for (const { id, last: at } of last) this.#db.run('UPDATE series SET last = ? WHERE id = ?', at, id);
      for (const id of forget) this.#db.forget(id);
    });
    return { dropped, late };
  }

  /** Makes a block part of its hour's rollup; returns how many of its points the rollup did not have. */
  #expireBlock(metric: number, slot: number, series: number, block: Block, lastRollup: number): number {
    this.changed(metric, slot);
    let added = 0;
    if (slot > lastRollup) {
      const row = this.#db
        .prepared('SELECT body FROM rollup WHERE metric = ? AND slot = ? AND series = ?')
        .get(metric, slot, series);
      const merged = mergeRolled(row ? decodeRolled(bytesOf(row['body'])) : null, block);
      added = merged.added;
      if (added > 0)
        this.#db.run(
          'INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?)',
          metric,
          slot,
          series,
          encodeRolled(merged.rolled),
        );
    }
    this.#db.run('DELETE FROM block WHERE metric = ? AND slot = ? AND series = ?', metric, slot, series);
    this.#db.points -= block.times.length;
    return added;
  }
}
