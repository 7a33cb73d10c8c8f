/**
 * Writing: a batch becomes durable as one journal row; background steps move the journal into blocks of one series and hour. A
 * crash between steps repeats them, which changes nothing.
 */
import { MetricBatch } from './metric-batch.ts';
import { type Block, decodeBlock, encodeBlock, mergeBlocks, pickBlock, slotOf } from './metric-blocks.ts';
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
      for (const [series, block] of bySeries(late)) this.#merge(series, block);
    });
    this.#points += fresh.count;
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
    const list = [...bySeries(batch)]
      .filter(([series]) => metricOf(series) >= 0)
      .sort(([a], [b]) => metricOf(a) - metricOf(b) || a - b);
    let next = 0;
    do {
      const end = Math.min(list.length, next + STEP);
      this.#db.transaction(() => {
        for (const [series, block] of list.slice(next, end)) this.#merge(series, block);
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

/** The points of each series in the order of their writing. */
function bySeries(batch: MetricBatch): Map<number, Block> {
  let end = 0;
  for (let i = 0; i < batch.count; i++) end = Math.max(end, batch.series[i]! + 1);
  const counts = new Uint32Array(end);
  for (let i = 0; i < batch.count; i++) counts[batch.series[i]!]!++;
  // Where the next point of each series goes: one buffer holds all of them, series after series.
  const places = new Uint32Array(end);
  const all: Block = {
    times: new Float64Array(batch.count),
    values: new Float64Array(batch.count),
    delays: new Float64Array(batch.count),
  };
  const blocks = new Map<number, Block>();
  let start = 0;
  for (let series = 0; series < end; series++) {
    const next = start + counts[series]!;
    if (next > start) {
      const cut = (column: Float64Array): Float64Array => column.subarray(start, next);
      blocks.set(series, { times: cut(all.times), values: cut(all.values), delays: cut(all.delays) });
    }
    places[series] = start;
    start = next;
  }
  for (let i = 0; i < batch.count; i++) {
    const place = places[batch.series[i]!]!++;
    all.times[place] = batch.times[i]!;
    all.values[place] = batch.values[i]!;
    all.delays[place] = batch.delays[i]!;
  }
  return blocks;
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
