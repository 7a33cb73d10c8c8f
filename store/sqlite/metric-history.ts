/** Reading blocks and rollups, and what retention does to them. */
import { MetricBatch } from './metric-batch.ts';
import { decodeBlock, decodeRollup, encodeRollup, HOUR_MS, rollUp, slotOf } from './metric-blocks.ts';
import { bytesOf, type MetricDatabase } from './metric-database.ts';
import { ColdGatherer } from './metric-gather.ts';
import type { ColdColumns, MetricRequests } from './metric-messages.ts';

/** Blocks turned into rollups in one transaction, a few ms. */
const STEP = 150;
/** Points of one `recent` answer, roughly. */
const RECENT_POINTS = 200_000;

export class MetricHistory {
  readonly #db: MetricDatabase;
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

  /** Points of the series with from < ts <= to; null when there are more than `maxPoints`. */
  read({ series, from, to, op, maxPoints }: MetricRequests['read']['args']): ColdColumns | null {
    const gatherer = new ColdGatherer(series, from, to, op);
    const wanted = Map.groupBy(series.keys(), place => this.#db.metricOf(series[place]!) ?? -1);
    for (const [metric, places] of wanted) {
      for (const table of from < this.#rawFrom ? (['rollup', 'block'] as const) : (['block'] as const)) {
        for (const [place, body] of this.#bodies(table, metric, places, series, slotOf(from + 1), slotOf(to))) {
          if (table === 'block') gatherer.addBlock(place, decodeBlock(body));
          else gatherer.addRollup(place, decodeRollup(body));
          if (gatherer.count > maxPoints) return null;
        }
      }
    }
    return gatherer.columns();
  }

  /** Stored bodies of some series of a metric, hours rising: looked up one by one when few, else by one walk over the metric. */
  *#bodies(
    table: 'block' | 'rollup',
    metric: number,
    places: readonly number[],
    series: Int32Array,
    from: number,
    to: number,
  ): Generator<[place: number, body: Uint8Array]> {
    const range = this.#db.all(
      `SELECT (SELECT min(slot) FROM ${table} WHERE metric = ?1) AS low, (SELECT max(slot) FROM ${table} WHERE metric = ?1) AS high`,
      metric,
    )[0];
    if (typeof range?.['low'] !== 'number' || typeof range['high'] !== 'number') return;
    const [first, last] = [Math.max(from, range['low']), Math.min(to, range['high'])];
    if (places.length * 4 <= this.#db.seriesOf(metric)) {
      const lookUp = this.#db.prepared(`SELECT body FROM ${table} WHERE metric = ? AND slot = ? AND series = ?`);
      for (let slot = first; slot <= last; slot++) {
        for (const place of places) {
          const row = lookUp.get(metric, slot, series[place]!);
          if (row) yield [place, bytesOf(row['body'])];
        }
      }
      return;
    }
    const placeOf = new Map(places.map(place => [series[place]!, place]));
    const walk = this.#db.prepared(`SELECT series, body FROM ${table} WHERE metric = ? AND slot >= ? AND slot <= ?`);
    for (const row of walk.iterate(metric, first, last)) {
      const place = placeOf.get(Number(row['series']));
      if (place !== undefined) yield [place, bytesOf(row['body'])];
    }
  }

  /** Retention, a step at a time, on whole hours; returns how many raw points went. The journal must be moved before. */
  *expire({ rawTo, rollupTo, last, forget }: MetricRequests['expire']['args']): Generator<void, number> {
    const [lastRaw, lastRollup] = [Math.floor(rawTo / HOUR_MS), Math.floor(rollupTo / HOUR_MS)];
    this.#rawFrom = Math.max(this.#rawFrom, lastRaw * HOUR_MS);
    this.#db.transaction(() => this.#db.saveMeta('raw_from', this.#rawFrom));
    let dropped = 0;
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
          for (const row of rows)
            dropped += this.#expireBlock(
              metric,
              Number(row['slot']),
              Number(row['series']),
              bytesOf(row['body']),
              lastRollup,
            );
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
    return dropped;
  }

  #expireBlock(metric: number, slot: number, series: number, body: Uint8Array, lastRollup: number): number {
    const block = decodeBlock(body);
    // A block that came after its hour had expired adds nothing to the hour's rollup.
    if (slot > lastRollup)
      this.#db.run(
        'INSERT OR IGNORE INTO rollup VALUES (?, ?, ?, ?)',
        metric,
        slot,
        series,
        encodeRollup(rollUp(block)),
      );
    this.#db.run('DELETE FROM block WHERE metric = ? AND slot = ? AND series = ?', metric, slot, series);
    this.#db.points -= block.times.length;
    return block.times.length;
  }
}
