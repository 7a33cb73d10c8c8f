/**
 * Writing: a batch becomes durable as one journal row; background steps move the journal into blocks of one series and hour. A
 * crash between steps repeats them, which changes nothing.
 */

import { type Block, decodeBlock, encodeBlock, mergeBlocks, pickBlock, slotOf } from '../metric-blocks.ts';
import { MetricBatch } from './metric-batch.ts';
import { bytesOf, type MetricDatabase } from './metric-database.ts';
import type { MetricRequests } from './metric-messages.ts';

/** Journaled points after which they are moved into blocks: bounds the journal, the memory of the move and the time a start takes. */
const JOURNAL_POINTS = 1_000_000;
/** Blocks written in one transaction of a move, a few ms: appends and reads wait no longer than that. */
const STEP = 150;
/** Batches read in one step. */
const READ_STEP = 20;

export class MetricJournal {
  readonly #db: MetricDatabase;
  readonly #onBlock: (metric: number, slot: number) => void;
  #points: number;
  #move: Generator<void, void> | null = null;

  /** `onBlock` hears of every hour of a metric in which a block is about to change. */
  constructor(db: MetricDatabase, onBlock: (metric: number, slot: number) => void) {
    this.#db = db;
    this.#onBlock = onBlock;
    this.#points = Number(db.all('SELECT coalesce(sum(length(body)), 0) / 24 AS n FROM journal')[0]?.['n']);
  }

  /** Points not yet in blocks, counted as they came. */
  get points(): number {
    return this.#points;
  }

  get isLong(): boolean {
    return this.#points >= JOURNAL_POINTS;
  }

  /**
   * Makes a batch durable. Points up to `lateFrom` go straight into their blocks, since nobody keeps them in memory. Throws
   * SQLite's error, and when a point's series was never defined.
   */
  append({ points, lateFrom, define, attrs }: MetricRequests['append']['args']): void {
    const batch = new MetricBatch();
    batch.addPacked(points);
    const [fresh, late] = split(batch, lateFrom);
    // The move under way may hold an older value of a late point's instant; it must not come after it.
    if (late.count > 0) this.finishMove();
    this.#db.transaction(() => {
      for (const series of define) this.#db.define(series);
      for (const { id, attrs: text } of attrs) this.#db.run('UPDATE series SET attrs = ? WHERE id = ?', text, id);
      for (let i = 0; i < batch.count; i++) {
        if (this.#db.metricOf(batch.series[i]!) === undefined)
          throw new Error('a series of the batch was never defined');
      }
      if (fresh.count > 0)
        this.#db.run('INSERT INTO journal (body) VALUES (?)', late.count > 0 ? fresh.pack() : points);
      const cuts = new SeriesCuts(late);
      for (const series of cuts.series) this.#merge(series, cuts.block(series));
    });
    this.#points += fresh.count;
  }

  /** Points later than `from` of the batches after number `after`, in the order of their writing. */
  read(from: number, after: number): MetricRequests['journaled']['answer'] {
    const batch = new MetricBatch();
    const rows = this.#db.all('SELECT seq, body FROM journal WHERE seq > ? ORDER BY seq LIMIT ?', after, READ_STEP);
    for (const row of rows) batch.addPacked(bytesOf(row['body']));
    const [later] = split(batch, from);
    return { points: later.pack(), next: rows.length === READ_STEP ? Number(rows.at(-1)?.['seq']) : -1 };
  }

  /** Begins to move what the journal holds now; `step` goes on with it. */
  startMove(): void {
    this.finishMove();
    this.#move = this.#steps();
    this.step();
  }

  /** One step of the move; false when there is nothing left to do. Throws SQLite's error: the journal stays, a later move repeats it. */
  step(): boolean {
    const move = this.#move;
    this.#move = null;
    if (move && !move.next().done) this.#move = move;
    return this.#move !== null;
  }

  /** Leaves the move under way; everything of it is still in the journal. */
  abandonMove(): void {
    this.#move = null;
  }

  finishMove(): void {
    while (this.step());
  }

  *#steps(): Generator<void, void> {
    const batch = new MetricBatch();
    const upTo = Number(this.#db.all('SELECT max(seq) AS seq FROM journal')[0]?.['seq'] ?? 0);
    for (let seq = 0; seq < upTo; ) {
      const rows = this.#db.all(
        'SELECT seq, body FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
        seq,
        upTo,
        READ_STEP,
      );
      for (const row of rows) batch.addPacked(bytesOf(row['body']));
      seq = Number(rows.at(-1)?.['seq'] ?? upTo);
      yield;
    }
    if (batch.count === 0) return;
    const metricOf = (series: number): number => this.#db.metricOf(series) ?? -1;
    // In the order of the blocks' keys, so that neighbours share pages.
    const sorted = new SeriesCuts(batch);
    const list = sorted.series
      .filter(series => metricOf(series) >= 0)
      .sort((a, b) => metricOf(a) - metricOf(b) || a - b);
    let next = 0;
    do {
      const end = Math.min(list.length, next + STEP);
      this.#db.transaction(() => {
        for (const series of list.subarray(next, end)) this.#merge(series, sorted.block(series));
        if (end === list.length) this.#db.run('DELETE FROM journal WHERE seq <= ?', upTo);
      });
      next = end;
      if (next < list.length) yield;
    } while (next < list.length);
    this.#points -= batch.count;
  }

  #merge(series: number, written: Block): void {
    const metric = this.#db.metricOf(series) ?? -1;
    for (const [slot, part] of bySlot(written)) {
      const row = this.#db
        .prepared('SELECT body FROM block WHERE metric = ? AND slot = ? AND series = ?')
        .get(metric, slot, series);
      const stored = row ? decodeBlock(bytesOf(row['body'])) : null;
      const merged = mergeBlocks(stored, part);
      this.#onBlock(metric, slot);
      this.#db.run('INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?)', metric, slot, series, encodeBlock(merged));
      this.#db.points += merged.times.length - (stored?.times.length ?? 0);
    }
  }
}

/** Points after `lateFrom`, and those up to it. */
function split(batch: MetricBatch, lateFrom: number): [fresh: MetricBatch, late: MetricBatch] {
  const [fresh, late] = [new MetricBatch(), new MetricBatch()];
  for (let i = 0; i < batch.count; i++) {
    (batch.times[i]! > lateFrom ? fresh : late).add(
      batch.series[i]!,
      batch.times[i]!,
      batch.values[i]!,
      batch.delays[i]!,
    );
  }
  return [fresh, late];
}

/** The points of a batch series by series, each in the order of their writing; in a few large arrays, however many series. */
class SeriesCuts {
  /** The series that have points, rising. */
  readonly series: Uint32Array;
  /** Where the points of each series end. */
  readonly #ends: Uint32Array;
  readonly #all: Block;

  constructor(batch: MetricBatch) {
    const n = batch.count;
    let size = 0;
    for (let i = 0; i < n; i++) size = Math.max(size, batch.series[i]! + 1);
    const counts = new Uint32Array(size);
    for (let i = 0; i < n; i++) counts[batch.series[i]!]!++;
    this.series = Uint32Array.from(counts.keys().filter(series => counts[series]! > 0));
    const next = new Uint32Array(size);
    for (let series = 1; series < size; series++) next[series] = next[series - 1]! + counts[series - 1]!;
    this.#all = { times: new Float64Array(n), values: new Float64Array(n), delays: new Float64Array(n) };
    for (let i = 0; i < n; i++) {
      const place = next[batch.series[i]!]!++;
      this.#all.times[place] = batch.times[i]!;
      this.#all.values[place] = batch.values[i]!;
      this.#all.delays[place] = batch.delays[i]!;
    }
    this.#ends = next;
  }

  block(series: number): Block {
    const start = series === 0 ? 0 : this.#ends[series - 1]!;
    const end = this.#ends[series]!;
    const { times, values, delays } = this.#all;
    return {
      times: times.subarray(start, end),
      values: values.subarray(start, end),
      delays: delays.subarray(start, end),
    };
  }
}

function bySlot(block: Block): Map<number, Block> {
  const places = new Map<number, number[]>();
  for (let i = 0; i < block.times.length; i++) {
    const slot = slotOf(block.times[i]!);
    const known = places.get(slot);
    if (known) known.push(i);
    else places.set(slot, [i]);
  }
  if (places.size === 1) for (const slot of places.keys()) return new Map([[slot, block]]);
  return new Map(places.entries().map(([slot, of]) => [slot, pickBlock(block, of)] as const));
}
