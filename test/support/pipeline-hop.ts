/** One simulated job: it reads, holds windows, makes checkpoints, crashes and goes on from the last complete one. */
import { type PartitionLog, Reader, type Trail, type Transaction, type Written } from './pipeline-log.ts';
import type { SimulatedHop } from './pipeline-spec.ts';

/** Records of one source in one window that is still open. */
interface Bucket {
  readonly end: number;
  readonly source: string;
  readonly count: number;
  /** Entry of the oldest. */
  readonly born: number;
  readonly trail: Trail | null;
}

/** State as of a barrier. */
interface Snapshot {
  readonly barrier: number;
  readonly positions: ReadonlyMap<Reader, number>;
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly firedUpTo: number;
  /** What was written until then and not committed. */
  readonly transactions: readonly Transaction[];
}

/** Told of everything not yet visible behind a hop: in which it is since when, and where it has been before. True: no more of it. */
export type Pending = (born: number, source: string, hop: string, since: number, before: Trail | null) => boolean;

export class RunningHop {
  readonly spec: SimulatedHop;
  readonly inputs: ReadonlyMap<string, readonly Reader[]>;
  /** Of all inputs. */
  readonly readers: readonly Reader[];
  readonly #output: readonly PartitionLog[];
  #buckets = new Map<string, Bucket>();
  #transactions: Transaction[] = [];
  #underWay: (Snapshot & { readonly n: number; readonly completes: number }) | null = null;
  /** The last complete checkpoint; a job starts from nothing. */
  #completed: Snapshot;
  /** Complete, and still to be committed. */
  #committing: { readonly snapshot: Snapshot; readonly at: number }[] = [];
  /** The last one whose commits the brokers have. */
  committed: Snapshot;
  /** Completed checkpoints, oldest first. */
  readonly checkpoints: { readonly ts: number; readonly barrierTs: number }[] = [];
  /** Records that came after their window was closed and are never shown. */
  lateDropped = 0;
  #firedUpTo = 0;
  #barriers = 0;
  #carry = 0;
  #spread = 0;
  #down = 0;

  constructor(spec: SimulatedHop, topics: ReadonlyMap<string, readonly PartitionLog[]>) {
    this.spec = spec;
    this.inputs = new Map(spec.inputs.map(topic => [topic, topics.get(topic)!.map(log => new Reader(log))] as const));
    this.readers = [...this.inputs.values()].flat();
    this.#output = spec.output === null ? [] : topics.get(spec.output)!;
    this.committed = this.#snapshot(0, []);
    this.#completed = this.committed;
  }

  /** Not begun yet, or crashed and not back. */
  isDown(t: number): boolean {
    return t < this.#down || t < (this.spec.startsAt ?? 0);
  }

  /** Event time its windows have reached, allowed disorder off; null where it does not hang on records. */
  get watermark(): number | null {
    if (this.spec.watermarkOfRecords !== true) return null;
    return Math.min(...this.readers.map(({ eventTime }) => eventTime)) - (this.spec.allowedOooMs ?? 0);
  }

  /** Output waits for checkpoints. */
  get waits(): boolean {
    return this.spec.delivery === 'exactly_once' || this.spec.visibleOnCheckpoint === true;
  }

  /** One tick that ends at `t`. `arrived`: everything older has reached this hop; once it is under its argument it need not be exact. */
  step(t: number, tickMs: number, arrived: (enough: number) => number): void {
    if (t < (this.spec.startsAt ?? 0)) return;
    for (const crash of this.spec.crashes ?? []) {
      if (crash.at > t - tickMs && crash.at <= t) this.#crash(crash.at + crash.downMs);
    }
    if (this.#down > 0) {
      if (t < this.#down) return;
      this.#restart(t);
    }
    for (const rewind of this.spec.rewinds ?? []) {
      if (rewind.at <= t - tickMs || rewind.at > t) continue;
      for (const reader of this.readers) reader.seek(Math.max(reader.log.start, reader.next - rewind.records));
    }
    this.#checkpoint(t, tickMs);
    this.#consume(t, tickMs);
    const { windowMs, allowedOooMs: ooo = 0 } = this.spec;
    if (windowMs !== undefined) {
      let next = this.#firedUpTo + windowMs;
      for (const { end } of this.#buckets.values()) next = Math.min(next, end);
      this.#fire(t, this.watermark ?? arrived(next + ooo) - ooo);
    }
  }

  /** What has not left this hop: in its inputs, in its windows, or waiting for its checkpoint where `shown` to people. True: told enough. */
  pending(inputs: readonly string[], shown: boolean, tell: Pending): boolean {
    const { hop, windowMs } = this.spec;
    const state = shown && this.waits ? this.committed : null;
    for (const topic of inputs) {
      for (const reader of this.inputs.get(topic) ?? []) {
        const from = state?.positions.get(reader) ?? this.#delivered(reader);
        const { chunks, start } = reader.log;
        for (let i = reader.log.indexOf(from); i < chunks.length; i++) {
          const chunk = chunks[i]!;
          if (chunk.marker || chunk.again || chunk.transaction?.state === 'aborted') continue;
          if (chunk.offset + chunk.count <= start && reader.next >= start) continue;
          if (state === null && windowMs !== undefined && this.#windowEnd(chunk.born) <= this.#firedUpTo) continue;
          if (tell(chunk.born, chunk.source, hop, chunk.appended, chunk.trail)) return true;
        }
      }
    }
    for (const { born, source, trail, end } of (state?.buckets ?? this.#buckets).values()) {
      if (state === null && end <= this.#firedUpTo) continue;
      if (tell(born, source, hop, arrivalOf(born, trail), trail)) return true;
    }
    return false;
  }

  #delivered(reader: Reader): number {
    const loses = this.spec.delivery === 'exactly_once' || this.spec.windowMs !== undefined;
    return loses ? reader.next : reader.furthest;
  }

  #windowEnd(born: number): number {
    const { windowMs } = this.spec;
    return windowMs === undefined ? Number.POSITIVE_INFINITY : (Math.floor(born / windowMs) + 1) * windowMs;
  }

  #passed(trail: Trail | null, ms: number): Trail {
    return { hop: this.spec.hop, ms, before: trail };
  }

  #consume(t: number, tickMs: number): void {
    const readers = this.readers;
    let budget = this.#carry + (this.spec.capacity(t) * tickMs) / 1000;
    const out = new Map<string, Written>();
    for (const [i, reader] of readers.entries()) {
      const share = Math.floor(this.spec.oneByOne ? budget : budget / (readers.length - i));
      for (const { chunk, count, again } of reader.read(share)) {
        budget -= count;
        const repeated = chunk.again || (again && this.spec.delivery !== 'exactly_once');
        if (this.spec.watermarkOfRecords && this.#windowEnd(chunk.born) <= this.#firedUpTo) this.lateDropped += count;
        else if (this.spec.windowMs !== undefined) this.#hold(chunk, count);
        else if (this.spec.output !== null) {
          const key = `${chunk.born} ${chunk.source} ${repeated}`;
          const trail = this.#passed(chunk.trail, t - chunk.appended);
          const before = out.get(key)?.count ?? 0;
          out.set(key, { born: chunk.born, source: chunk.source, count: before + count, trail, again: repeated });
        }
      }
    }
    this.#carry = budget - Math.floor(budget);
    for (const written of out.values()) this.#write(written, t);
  }

  #hold(chunk: Written, count: number): void {
    const end = this.#windowEnd(chunk.born);
    const key = `${end} ${chunk.source}`;
    const known = this.#buckets.get(key);
    const { born, trail } = known !== undefined && known.born <= chunk.born ? known : chunk;
    this.#buckets.set(key, { end, source: chunk.source, count: (known?.count ?? 0) + count, born, trail });
  }

  #fire(t: number, watermark: number): void {
    for (const [key, { end, born, source, trail, count }] of this.#buckets) {
      if (end > watermark) continue;
      this.#buckets.delete(key);
      const again = end <= this.#firedUpTo && this.spec.delivery !== 'exactly_once';
      const passed = this.#passed(trail, t - arrivalOf(born, trail));
      this.#write({ born, source, trail: passed, again, count: Math.min(count, 12) }, t);
    }
    const { windowMs } = this.spec;
    if (windowMs !== undefined) {
      this.#firedUpTo = Math.max(this.#firedUpTo, Math.floor(watermark / windowMs) * windowMs);
    }
  }

  /** Spreads records evenly over the partitions of the output. */
  #write(written: Written, t: number): void {
    const { length } = this.#output;
    if (length === 0) return;
    const transaction = this.spec.delivery === 'exactly_once' ? (this.#transactions.at(-1) ?? this.#begin()) : null;
    const each = Math.floor(written.count / length);
    const rest = written.count - each * length;
    for (let i = 0; i < length; i++) {
      this.#output[(this.#spread + i) % length]!.append(
        { ...written, count: each + (i < rest ? 1 : 0) },
        t,
        transaction,
      );
    }
    this.#spread++;
  }

  #begin(): Transaction {
    const transaction: Transaction = { state: 'open' };
    this.#transactions.push(transaction);
    return transaction;
  }

  #checkpoint(t: number, tickMs: number): void {
    const { checkpoint, delivery } = this.spec;
    if (checkpoint === undefined) return;
    this.#commitDue(t);
    if (this.#underWay !== null && this.#underWay.completes <= t) this.#complete(this.#underWay, t);
    if (Math.floor(t / checkpoint.intervalMs) === Math.floor((t - tickMs) / checkpoint.intervalMs)) return;
    const n = this.#barriers++;
    const durationMs = checkpoint.durationMs(n);
    if (durationMs === null || this.#underWay !== null) return;
    this.#underWay = { ...this.#snapshot(t - tickMs, this.#transactions), n, completes: t + durationMs };
    if (delivery === 'exactly_once') this.#begin();
  }

  #complete(snapshot: Snapshot & { readonly n: number }, t: number): void {
    this.#underWay = null;
    this.#completed = snapshot;
    this.checkpoints.push({ ts: t, barrierTs: snapshot.barrier });
    const at = t + (this.spec.checkpoint?.commitMs?.(snapshot.n) ?? 0);
    this.#committing.push({ snapshot, at: Math.max(at, this.#committing.at(-1)?.at ?? 0) });
    this.#commitDue(t);
  }

  /** What is complete is committed in order, also by a restart before that. */
  #commitDue(t: number): void {
    for (let next = this.#committing[0]; next !== undefined && next.at <= t; next = this.#committing[0]) {
      this.#committing.shift();
      this.committed = next.snapshot;
      this.#end(next.snapshot.transactions, 'committed', t);
    }
  }

  #end(transactions: readonly Transaction[], state: 'committed' | 'aborted', t: number): void {
    for (const transaction of transactions) {
      transaction.state = state;
      for (const log of this.#output) log.mark(transaction, t);
    }
    this.#transactions = this.#transactions.filter(transaction => transaction.state === 'open');
  }

  #snapshot(barrier: number, transactions: readonly Transaction[]): Snapshot {
    const positions = new Map(this.readers.map(reader => [reader, reader.next] as const));
    return {
      barrier,
      positions,
      buckets: new Map(this.#buckets),
      firedUpTo: this.#firedUpTo,
      transactions: [...transactions],
    };
  }

  #crash(until: number): void {
    this.#down = until;
    this.#underWay = null;
  }

  #restart(t: number): void {
    this.#down = 0;
    for (const { snapshot } of this.#committing.splice(0)) {
      this.committed = snapshot;
      this.#end(snapshot.transactions, 'committed', t);
    }
    this.#end([...this.#transactions], 'aborted', t);
    for (const reader of this.readers)
      reader.seek(Math.max(reader.log.start, this.#completed.positions.get(reader) ?? 0));
    for (const reader of this.readers) reader.eventTime = Number.NEGATIVE_INFINITY;
    this.#buckets = new Map(this.#completed.buckets);
    // What was fired without a transaction stays fired.
    if (this.spec.delivery === 'exactly_once') this.#firedUpTo = this.#completed.firedUpTo;
  }
}

/** When records that entered at `born` and passed these hops arrived here. */
function arrivalOf(born: number, trail: Trail | null): number {
  let t = born;
  for (let step = trail; step !== null; step = step.before) t += step.ms;
  return t;
}
