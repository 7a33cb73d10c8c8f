/** A partition of a simulated topic as a broker keeps it: offsets, transactions and their markers, retention. */

/** Where a record has been: the hops it passed, newest first, and how long it was in each, ms. */
export interface Trail {
  readonly hop: string;
  readonly ms: number;
  readonly before: Trail | null;
}

export interface Transaction {
  state: 'open' | 'committed' | 'aborted';
}

/** What is told of records when they are written. */
export interface Written {
  readonly count: number;
  /** When they entered the pipeline, ms. */
  readonly born: number;
  /** The topic they entered by. */
  readonly source: string;
  readonly trail: Trail | null;
  /** Written before and delivered then: a repetition after a restart. */
  readonly again: boolean;
}

/** Records written together. */
export interface Chunk extends Written {
  readonly offset: number;
  readonly appended: number;
  readonly transaction: Transaction | null;
  /** The end of a transaction: takes an offset, is no record. */
  readonly marker: boolean;
}

export class PartitionLog {
  readonly chunks: Chunk[] = [];
  /** Transactions that wrote here and have no marker yet. */
  readonly #unmarked = new Set<Transaction>();
  /** Before these lie only chunks whose transaction is over, and only chunks that retention has dropped. */
  #settled = 0;
  #kept = 0;
  /** Next offset to be assigned, and the oldest one still kept. */
  end = 0;
  start = 0;

  append(written: Written, appended: number, transaction: Transaction | null): void {
    if (written.count <= 0) return;
    if (transaction !== null) this.#unmarked.add(transaction);
    this.chunks.push({ ...written, offset: this.end, appended, transaction, marker: false });
    this.end += written.count;
  }

  /** Ends a transaction; partitions it did not write to have no marker. */
  mark(transaction: Transaction, appended: number): void {
    if (!this.#unmarked.delete(transaction)) return;
    const nothing = { count: 1, born: appended, source: '', trail: null, again: false };
    this.chunks.push({ ...nothing, offset: this.end, appended, transaction: null, marker: true });
    this.end++;
  }

  /** First offset of the oldest open transaction, else the end. */
  get stable(): number {
    const { chunks } = this;
    while (this.#settled < chunks.length && chunks[this.#settled]!.transaction?.state !== 'open') this.#settled++;
    return chunks[this.#settled]?.offset ?? this.end;
  }

  /** Drops what was written before `t`; whole chunks, the newest stays. */
  retain(t: number): void {
    const { chunks } = this;
    while (this.#kept < chunks.length - 1 && chunks[this.#kept]!.appended < t) this.#kept++;
    const first = chunks[this.#kept];
    if (first !== undefined) this.start = Math.max(this.start, first.offset);
  }

  /** Index of the chunk that holds an offset; the number of chunks at the end. */
  indexOf(offset: number): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { offset: from, count } = this.chunks[middle]!;
      if (from + count <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** One consumer's place in one partition. Reads committed records only. */
export class Reader {
  readonly log: PartitionLog;
  /** What a Flink source tells: the offset after the last record read, so markers behind it stay a gap. */
  position = 0;
  /** Next offset it will look at. */
  next = 0;
  /** Furthest `next` ever: what a consumer without transactions has delivered. */
  furthest = 0;
  /** Records deleted before they were read. */
  lost = 0;
  /** Entry of the newest record read since the job's start: what a source makes its watermark of. */
  eventTime = Number.NEGATIVE_INFINITY;
  #index = 0;

  constructor(log: PartitionLog) {
    this.log = log;
  }

  seek(offset: number): void {
    this.position = offset;
    this.next = offset;
    this.#index = this.log.indexOf(offset);
  }

  /** Reads up to `budget` records. `again`: read once before. */
  *read(budget: number): Generator<{ readonly chunk: Chunk; readonly count: number; readonly again: boolean }> {
    if (this.next < this.log.start) {
      this.lost += this.log.start - this.next;
      this.seek(this.log.start);
    }
    let left = budget;
    for (let chunk = this.log.chunks[this.#index]; chunk !== undefined; chunk = this.log.chunks[this.#index]) {
      const until = chunk.offset + chunk.count;
      if (chunk.marker || chunk.transaction?.state === 'aborted') {
        this.next = until;
        this.#index++;
        continue;
      }
      if (left <= 0 || chunk.transaction?.state === 'open') break;
      const again = this.next < this.furthest;
      const most = again ? Math.min(until, this.furthest) : until;
      const count = Math.min(left, most - this.next);
      left -= count;
      this.next += count;
      this.position = this.next;
      if (this.next === until) this.#index++;
      this.eventTime = Math.max(this.eventTime, chunk.born);
      yield { chunk, count, again };
    }
    this.furthest = Math.max(this.furthest, this.next);
  }
}
