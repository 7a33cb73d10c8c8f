import type { Clock } from '../../model/clock.ts';
import type { LogRow, RefusedRow } from '../log-store.ts';
import { bulkCreate, InFlight } from './bulk.ts';
import { BulkBody } from './bulk-body.ts';
import type { Elasticsearch } from './client.ts';
import { indexSuffix, writeCreate } from './log-document.ts';

const BULK_LINES = 2500;
const BULK_BYTES = 5 * 1024 * 1024;
const BULKS_IN_FLIGHT = 4;
const DAY_MS = 86_400_000;

/** Writes rows to the daily indices in bulks, of which a bounded number is under way: a slow cluster slows its callers down. */
export class LogWriter {
  readonly #es: Elasticsearch;
  readonly #base: string;
  readonly #clock: Clock;
  readonly #inFlight = new InFlight(BULKS_IN_FLIGHT);
  /** Bodies no bulk is under way with: never more than may be in flight. */
  readonly #bodies: BulkBody[] = [];

  /** `base` begins the name of every index. */
  constructor(es: Elasticsearch, base: string, clock: Clock) {
    this.#es = es;
    this.#base = base;
    this.#clock = clock;
  }

  /**
   * Resolves when everything is durable or refused for good, with the indices that took rows. Rejects with `StoreAwayError` when
   * nothing is certain.
   */
  async write(
    rows: readonly LogRow[],
    signal?: AbortSignal,
  ): Promise<{ readonly refused: readonly RefusedRow[]; readonly indices: readonly string[] }> {
    const refused: RefusedRow[] = [];
    const names = new IndexNames(this.#base);
    const bulks = bulkRanges(rows).map(([from, to]) =>
      this.#inFlight.run(async () => {
        const body = this.#bodies.pop() ?? new BulkBody();
        const found = await sendBulk(this.#es, this.#clock, names, rows.slice(from, to), body, signal);
        for (const { index, reason } of found) refused.push({ index: from + index, reason });
        // a body whose bulk failed may still be on its way: it is not used again
        this.#bodies.push(body);
      }),
    );
    await Promise.all(bulks);
    return { refused: refused.sort((a, b) => a.index - b.index), indices: [...names.touched] };
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#inFlight.idle();
  }
}

/** Sends one bulk. A document refused as it came is tried once more written anew; what is refused then is refused for good. */
async function sendBulk(
  es: Elasticsearch,
  clock: Clock,
  names: IndexNames,
  rows: readonly LogRow[],
  body: BulkBody,
  signal?: AbortSignal,
): Promise<RefusedRow[]> {
  const write = (written: readonly LogRow[], whole: boolean) => {
    body.clear();
    const now = clock.now();
    for (const row of written) writeCreate(body, names.of(row), row, now, whole);
    return bulkCreate(es, body.bytes(), signal);
  };
  const refused = await write(rows, false);
  if (refused.length === 0) return [];
  const again = refused.map(r => rows[r.index]!);
  const forGood = await write(again, true);
  return forGood.map(r => ({ index: refused[r.index]!.index, reason: r.reason }));
}

/** Names of the daily indices of an append; neighbours nearly always share one. */
class IndexNames {
  readonly touched = new Set<string>();
  readonly #base: string;
  #topic = '';
  #day = Number.NaN;
  #name = '';

  constructor(base: string) {
    this.#base = base;
  }

  of({ position: { topic }, recordTs }: LogRow): string {
    const day = Math.floor(recordTs / DAY_MS);
    if (day === this.#day && topic === this.#topic) return this.#name;
    this.#name = this.#base + indexSuffix(topic, recordTs);
    this.#topic = topic;
    this.#day = day;
    this.touched.add(this.#name);
    return this.#name;
  }
}

/** Index ranges of bulks bounded in lines and bytes; a line's size is estimated from its texts. */
function bulkRanges(rows: readonly LogRow[]): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  let from = 0;
  let bytes = 0;
  rows.forEach((row, i) => {
    const { record } = row;
    const size = 600 + 2 * (record.message.length + (record.exception?.stack.length ?? 0)) + (row.raw?.byteLength ?? 0);
    if (i > from && (i - from >= BULK_LINES || bytes + size > BULK_BYTES)) {
      ranges.push([from, i]);
      from = i;
      bytes = 0;
    }
    bytes += size;
  });
  if (rows.length > from) ranges.push([from, rows.length]);
  return ranges;
}
