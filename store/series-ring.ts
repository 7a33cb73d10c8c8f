import type { PointBag, PointColumns } from './point-bag.ts';

const PAGE = 16;
const SEGMENT_PAGES = 2048;
const NONE = -1;
/** Time, value and arrival delay of every point of a page, its two links and its length. */
const PAGE_BYTES = PAGE * (8 + 8 + 4) + 4 + 4 + 1;

/** Delays in ms, clamped to what 32 bits hold (24 days). */
interface Segment extends PointColumns {
  readonly delays: Int32Array;
}

/**
 * The newest points of every series in memory. Each series is a chain of 16-point pages out of one pool of typed arrays, so that
 * 200,000 series of few points and 500 series of many cost the same per point; the pool grows by segments and dropped pages are
 * used again. Points of a series are kept in order of time, one per instant, whatever order they come in.
 */
export class SeriesRing {
  readonly #segments: Segment[] = [];
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  #lengths = new Uint8Array(0);
  #heads = new Int32Array(1024).fill(NONE);
  #tails = new Int32Array(1024).fill(NONE);
  #freePages: number[] = [];
  #points = 0;

  /** Points held. */
  get points(): number {
    return this.#points;
  }

  /** Bytes of the pool, dropped pages included. */
  get bytes(): number {
    return this.#segments.length * SEGMENT_PAGES * PAGE_BYTES + this.#heads.length * 8;
  }

  /** Bytes of pages in use. */
  get usedBytes(): number {
    return (this.#segments.length * SEGMENT_PAGES - this.#freePages.length) * PAGE_BYTES;
  }

  /** Stores a point; one of the same instant is replaced. `delay` = arrival minus `ts`, ms. */
  put(series: number, ts: number, value: number, delay: number): void {
    if (series >= this.#heads.length) this.#reserve(series);
    let page = this.#tails[series]!;
    if (page === NONE) {
      page = this.#newPage();
      this.#heads[series] = page;
      this.#tails[series] = page;
    }
    // Points nearly always come in order, so the search begins at the newest page.
    while (this.#lengths[page]! > 0 && this.#timeAt(page, 0) > ts && this.#previous[page] !== NONE)
      page = this.#previous[page]!;
    let at = this.#lengths[page]!;
    while (at > 0 && this.#timeAt(page, at - 1) >= ts) at--;
    if (at < this.#lengths[page]! && this.#timeAt(page, at) === ts) this.#write(page, at, ts, value, delay);
    else this.#insert(series, page, at, ts, value, delay);
  }

  /** Adds the points with from < ts <= to to the bag, oldest first, values times `scale`. */
  collect(series: number, from: number, to: number, scale: number, bag: PointBag): void {
    let page = this.#tails[series] ?? NONE;
    if (page === NONE) return;
    while (this.#previous[page] !== NONE && this.#timeAt(page, 0) > from) page = this.#previous[page]!;
    for (; page !== NONE; page = this.#next[page]!) {
      const segment = this.#segments[(page / SEGMENT_PAGES) | 0]!;
      const { times } = segment;
      let start = (page % SEGMENT_PAGES) * PAGE;
      const pageEnd = start + this.#lengths[page]!;
      let end = pageEnd;
      while (start < end && times[start]! <= from) start++;
      while (end > start && times[end - 1]! > to) end--;
      bag.addSlice(segment, start, end, scale);
      if (end < pageEnd) return;
    }
  }

  /** Forgets every point with ts <= `upTo`; returns how many there were. */
  trim(upTo: number): number {
    const before = this.#points;
    for (let series = 0; series < this.#heads.length; series++) {
      let page = this.#heads[series]!;
      while (page !== NONE && this.#timeAt(page, this.#lengths[page]! - 1) <= upTo) {
        this.#points -= this.#lengths[page]!;
        const next = this.#next[page]!;
        this.#dropHead(series, page, next);
        page = next;
      }
      if (page !== NONE) this.#trimPage(page, upTo);
    }
    return before - this.#points;
  }

  #trimPage(page: number, upTo: number): void {
    const length = this.#lengths[page]!;
    let gone = 0;
    while (gone < length && this.#timeAt(page, gone) <= upTo) gone++;
    if (gone === 0) return;
    this.#move(page, gone, page, 0, length - gone);
    this.#lengths[page] = length - gone;
    this.#points -= gone;
  }

  #dropHead(series: number, page: number, next: number): void {
    this.#heads[series] = next;
    if (next === NONE) this.#tails[series] = NONE;
    else this.#previous[next] = NONE;
    this.#freePages.push(page);
  }

  #insert(series: number, page: number, at: number, ts: number, value: number, delay: number): void {
    const length = this.#lengths[page]!;
    if (length === PAGE) {
      const after = this.#linkAfter(series, page);
      // In order: the full page stays full. Out of order: split it, so that the next late point finds room.
      const keep = at === PAGE ? PAGE : PAGE / 2;
      this.#move(page, keep, after, 0, PAGE - keep);
      this.#lengths[page] = keep;
      this.#lengths[after] = PAGE - keep;
      if (at > keep || keep === PAGE) this.#insert(series, after, at - keep, ts, value, delay);
      else this.#insert(series, page, at, ts, value, delay);
      return;
    }
    this.#move(page, at, page, at + 1, length - at);
    this.#write(page, at, ts, value, delay);
    this.#lengths[page] = length + 1;
    this.#points++;
  }

  #write(page: number, at: number, ts: number, value: number, delay: number): void {
    const segment = this.#segments[(page / SEGMENT_PAGES) | 0]!;
    const i = (page % SEGMENT_PAGES) * PAGE + at;
    segment.times[i] = ts;
    segment.values[i] = value;
    segment.delays[i] = Math.max(-0x7fffffff, Math.min(0x7fffffff, delay));
  }

  /** Moves `count` points between places of pages; the places may overlap. */
  #move(from: number, fromAt: number, to: number, toAt: number, count: number): void {
    if (count === 0) return;
    const source = this.#segments[(from / SEGMENT_PAGES) | 0]!;
    const target = this.#segments[(to / SEGMENT_PAGES) | 0]!;
    const i = (from % SEGMENT_PAGES) * PAGE + fromAt;
    const j = (to % SEGMENT_PAGES) * PAGE + toAt;
    target.times.set(source.times.subarray(i, i + count), j);
    target.values.set(source.values.subarray(i, i + count), j);
    target.delays.set(source.delays.subarray(i, i + count), j);
  }

  #timeAt(page: number, at: number): number {
    return this.#segments[(page / SEGMENT_PAGES) | 0]!.times[(page % SEGMENT_PAGES) * PAGE + at]!;
  }

  #linkAfter(series: number, page: number): number {
    const fresh = this.#newPage();
    const next = this.#next[page]!;
    this.#next[fresh] = next;
    this.#previous[fresh] = page;
    this.#next[page] = fresh;
    if (next === NONE) this.#tails[series] = fresh;
    else this.#previous[next] = fresh;
    return fresh;
  }

  #newPage(): number {
    if (this.#freePages.length === 0) this.#addSegment();
    const page = this.#freePages.pop()!;
    this.#next[page] = NONE;
    this.#previous[page] = NONE;
    this.#lengths[page] = 0;
    return page;
  }

  #addSegment(): void {
    const first = this.#segments.length * SEGMENT_PAGES;
    const points = SEGMENT_PAGES * PAGE;
    this.#segments.push({
      times: new Float64Array(points),
      values: new Float64Array(points),
      delays: new Int32Array(points),
    });
    const pages = first + SEGMENT_PAGES;
    this.#next = copyInto(new Int32Array(pages), this.#next);
    this.#previous = copyInto(new Int32Array(pages), this.#previous);
    this.#lengths = copyInto(new Uint8Array(pages), this.#lengths);
    for (let page = pages - 1; page >= first; page--) this.#freePages.push(page);
  }

  #reserve(series: number): void {
    const capacity = Math.max(this.#heads.length * 2, series + 1);
    this.#heads = copyInto(new Int32Array(capacity).fill(NONE), this.#heads);
    this.#tails = copyInto(new Int32Array(capacity).fill(NONE), this.#tails);
  }
}

function copyInto<T extends Int32Array | Uint8Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
