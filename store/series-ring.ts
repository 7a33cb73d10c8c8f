import type { PointBag } from './point-bag.ts';

/** Points of a page. */
const PAGE = 16;
const SEGMENT_PAGES = 2048;
const NONE = -1;

/**
 * A page lies in one piece, so that a window waits for memory once per page and not for each of its columns: links and length as 32-bit
 * words, times and values as doubles, then arrival delays in ms as words, clamped to what these hold (24 days).
 */
const NEXT = 0;
const PREVIOUS = 1;
const LENGTH = 2;
const TIMES = 2;
const VALUES = TIMES + PAGE;
const DELAYS = (VALUES + PAGE) * 2;
const PAGE_WORDS = DELAYS + PAGE;
const PAGE_DOUBLES = PAGE_WORDS / 2;
const PAGE_BYTES = PAGE_WORDS * 4;

/** The same memory twice. */
interface Segment {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
}

/**
 * The newest points of every series in memory. Each series is a chain of 16-point pages out of one pool of typed arrays, so that
 * 200,000 series of few points and 500 series of many cost the same per point; the pool grows by segments and dropped pages are
 * used again. Points of a series are kept in order of time, one per instant, whatever order they come in.
 */
export class SeriesRing {
  readonly #segments: Segment[] = [];
  #heads = new Int32Array(1024).fill(NONE);
  #tails = new Int32Array(1024).fill(NONE);
  readonly #freePages: number[] = [];
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
    while (this.#word(page, LENGTH) > 0 && this.#timeAt(page, 0) > ts && this.#word(page, PREVIOUS) !== NONE)
      page = this.#word(page, PREVIOUS);
    const length = this.#word(page, LENGTH);
    let at = length;
    while (at > 0 && this.#timeAt(page, at - 1) >= ts) at--;
    if (at < length && this.#timeAt(page, at) === ts) this.#write(page, at, ts, value, delay);
    else this.#insert(series, page, at, ts, value, delay);
  }

  /** Adds the points with from < ts <= to to the bag, oldest first, values times `scale`. */
  collect(series: number, from: number, to: number, scale: number, bag: PointBag): void {
    let page = this.#tails[series] ?? NONE;
    if (page === NONE) return;
    for (;;) {
      const previous = this.#word(page, PREVIOUS);
      if (previous === NONE || this.#timeAt(page, 0) <= from) break;
      page = previous;
    }
    while (page !== NONE) {
      const { words, doubles } = this.#segmentOf(page);
      const word = (page % SEGMENT_PAGES) * PAGE_WORDS;
      const times = word / 2 + TIMES;
      const length = words[word + LENGTH]!;
      let start = 0;
      let end = length;
      while (start < end && doubles[times + start]! <= from) start++;
      while (end > start && doubles[times + end - 1]! > to) end--;
      bag.addSlice(doubles, times + start, PAGE, end - start, scale, words, word + DELAYS + start);
      if (end < length) return;
      page = words[word + NEXT]!;
    }
  }

  /** Forgets every point with ts <= `upTo`; returns how many there were. */
  trim(upTo: number): number {
    const before = this.#points;
    for (let series = 0; series < this.#heads.length; series++) {
      let page = this.#heads[series]!;
      while (page !== NONE && this.#timeAt(page, this.#word(page, LENGTH) - 1) <= upTo) {
        this.#points -= this.#word(page, LENGTH);
        const next = this.#word(page, NEXT);
        this.#dropHead(series, page, next);
        page = next;
      }
      if (page !== NONE) this.#trimPage(page, upTo);
    }
    return before - this.#points;
  }

  #trimPage(page: number, upTo: number): void {
    const length = this.#word(page, LENGTH);
    let gone = 0;
    while (gone < length && this.#timeAt(page, gone) <= upTo) gone++;
    if (gone === 0) return;
    this.#move(page, gone, page, 0, length - gone);
    this.#setWord(page, LENGTH, length - gone);
    this.#points -= gone;
  }

  #dropHead(series: number, page: number, next: number): void {
    this.#heads[series] = next;
    if (next === NONE) this.#tails[series] = NONE;
    else this.#setWord(next, PREVIOUS, NONE);
    this.#freePages.push(page);
  }

  #insert(series: number, page: number, at: number, ts: number, value: number, delay: number): void {
    const length = this.#word(page, LENGTH);
    if (length === PAGE) {
      const after = this.#linkAfter(series, page);
      // In order: the full page stays full. Out of order: split it, so that the next late point finds room.
      const keep = at === PAGE ? PAGE : PAGE / 2;
      this.#move(page, keep, after, 0, PAGE - keep);
      this.#setWord(page, LENGTH, keep);
      this.#setWord(after, LENGTH, PAGE - keep);
      if (at > keep || keep === PAGE) this.#insert(series, after, at - keep, ts, value, delay);
      else this.#insert(series, page, at, ts, value, delay);
      return;
    }
    this.#move(page, at, page, at + 1, length - at);
    this.#write(page, at, ts, value, delay);
    this.#setWord(page, LENGTH, length + 1);
    this.#points++;
  }

  #write(page: number, at: number, ts: number, value: number, delay: number): void {
    const { words, doubles } = this.#segmentOf(page);
    const word = (page % SEGMENT_PAGES) * PAGE_WORDS;
    doubles[word / 2 + TIMES + at] = ts;
    doubles[word / 2 + VALUES + at] = value;
    words[word + DELAYS + at] = Math.max(-0x7fffffff, Math.min(0x7fffffff, delay));
  }

  /** Moves `count` points between places of pages; the places may overlap. */
  #move(from: number, fromAt: number, to: number, toAt: number, count: number): void {
    if (count === 0) return;
    const source = this.#segmentOf(from);
    const target = this.#segmentOf(to);
    const i = (from % SEGMENT_PAGES) * PAGE_WORDS;
    const j = (to % SEGMENT_PAGES) * PAGE_WORDS;
    for (const column of [TIMES, VALUES]) {
      const first = i / 2 + column + fromAt;
      target.doubles.set(source.doubles.subarray(first, first + count), j / 2 + column + toAt);
    }
    const first = i + DELAYS + fromAt;
    target.words.set(source.words.subarray(first, first + count), j + DELAYS + toAt);
  }

  #segmentOf(page: number): Segment {
    return this.#segments[(page / SEGMENT_PAGES) | 0]!;
  }

  #timeAt(page: number, at: number): number {
    return this.#segmentOf(page).doubles[(page % SEGMENT_PAGES) * PAGE_DOUBLES + TIMES + at]!;
  }

  #word(page: number, which: number): number {
    return this.#segmentOf(page).words[(page % SEGMENT_PAGES) * PAGE_WORDS + which]!;
  }

  #setWord(page: number, which: number, value: number): void {
    this.#segmentOf(page).words[(page % SEGMENT_PAGES) * PAGE_WORDS + which] = value;
  }

  #linkAfter(series: number, page: number): number {
    const fresh = this.#newPage();
    const next = this.#word(page, NEXT);
    this.#setWord(fresh, NEXT, next);
    this.#setWord(fresh, PREVIOUS, page);
    this.#setWord(page, NEXT, fresh);
    if (next === NONE) this.#tails[series] = fresh;
    else this.#setWord(next, PREVIOUS, fresh);
    return fresh;
  }

  #newPage(): number {
    if (this.#freePages.length === 0) this.#addSegment();
    const page = this.#freePages.pop()!;
    this.#setWord(page, NEXT, NONE);
    this.#setWord(page, PREVIOUS, NONE);
    this.#setWord(page, LENGTH, 0);
    return page;
  }

  #addSegment(): void {
    const first = this.#segments.length * SEGMENT_PAGES;
    const memory = new ArrayBuffer(SEGMENT_PAGES * PAGE_BYTES);
    this.#segments.push({ words: new Int32Array(memory), doubles: new Float64Array(memory) });
    for (let page = first + SEGMENT_PAGES - 1; page >= first; page--) this.#freePages.push(page);
  }

  #reserve(series: number): void {
    const capacity = Math.max(this.#heads.length * 2, series + 1);
    this.#heads = widened(this.#heads, capacity);
    this.#tails = widened(this.#tails, capacity);
  }
}

function widened(array: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(capacity).fill(NONE);
  wider.set(array);
  return wider;
}
