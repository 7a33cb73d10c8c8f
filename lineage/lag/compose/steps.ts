/**
 * What happens between two samples of a topic that grows in steps. A reader of committed records stands until a commit and then reads as fast
 * as it can, and what it writes grows likewise; straight lines between samples would place both wrongly by up to an interval.
 */
import type { Curve } from '../tables/curve.ts';
import { type Commits, MOST_PER_COMMIT } from './markers.ts';

/** Gaps between positions the best rate is taken from. */
const RATE_SAMPLES = 32;
/** Shorter than this a gap after a commit tells no rate: clocks of broker and job are no more exact, ms. */
const LEAST_GAP_MS = 1_000;
/** Points between two samples at which a writer's reading is looked at. */
const GRID = 24;
/** A reader seen only when it was done was done half way on average. */
const LIKELY = 2;
/** Of the growth between two samples: a place this near to a step's edge is at the edge, since between samples nothing is exact. */
const EDGE = 0.02;
/** The same of a reader and what was committed, whose barrier and last record lie apart by what was under way. */
const NEARLY = 0.05;

/** A point of the growth between two samples: when which share of it had come, 0..1. */
interface Knot {
  readonly t: number;
  readonly share: number;
}

/** How one topic grows and is read between samples; straight lines where nothing tells of steps. */
export class TopicSteps {
  /** Commits of the topic's transactional writers; null when it has none. */
  readonly commits: Commits | null;
  readonly #readByWriter: ((t: number) => number | null) | null;
  /** Instants at which the writer may begin to read again. */
  readonly wakes: Commits;
  readonly #knots = new Map<number, Map<number, readonly Knot[] | null>>();
  readonly #rates = new Map<Curve, number>();

  /** `readByWriter`: records the topic's only writer had read, which its growth follows; null where it tells of no steps. */
  constructor(commits: Commits | null, readByWriter: ((t: number) => number | null) | null, wakes: Commits) {
    this.commits = commits;
    this.#readByWriter = readByWriter;
    this.wakes = wakes;
  }

  /** True where readers do not move in straight lines. */
  get areKnown(): boolean {
    return this.#readByWriter !== null || (this.commits !== null && this.commits.length > 0);
  }

  /** The end offset at `t`; null outside the samples. */
  endAt(ends: Curve, t: number): number | null {
    const i = ends.indexAt(t);
    if (i < 0 || ends.timeOf(i) === t || i === ends.length - 1) return ends.at(t);
    const knots = this.#knotsOf(ends.timeOf(i), ends.timeOf(i + 1));
    if (knots === null) return ends.at(t);
    const x0 = ends.valueOf(i);
    return x0 + shareAt(knots, t) * (ends.valueOf(i + 1) - x0);
  }

  /** When the end offset was `x` for the last time, between sample `above - 1` and the first one above `x`. */
  leaves(ends: Curve, above: number, x: number): number {
    const [t0, x0] = [ends.timeOf(above - 1), ends.valueOf(above - 1)];
    const [t1, x1] = [ends.timeOf(above), ends.valueOf(above)];
    const share = (x - x0) / (x1 - x0);
    const knots = this.#knotsOf(t0, t1);
    if (knots === null) return t0 + share * (t1 - t0);
    const next = knots.findIndex(knot => knot.share > share + EDGE);
    if (next <= 0) return next < 0 ? t1 : t0;
    const [a, b] = [knots[next - 1]!, knots[next]!];
    return a.t + Math.max(0, (share - a.share) / (b.share - a.share)) * (b.t - a.t);
  }

  /** `x`, or the sampled end offset that it all but reaches. */
  edgeOf(ends: Curve, x: number): number {
    const above = this.areKnown ? ends.firstAbove(x) : 0;
    if (above === 0 || above === ends.length) return x;
    const x1 = ends.valueOf(above);
    return x1 - x <= EDGE * (x1 - ends.valueOf(above - 1)) ? x1 : x;
  }

  /** The first instant after `t` at which its writer may have begun to read again; Infinity where none is known. */
  wakesAfter(t: number): number {
    let first = Number.POSITIVE_INFINITY;
    for (const commit of this.wakes) {
      const i = commit.indexAt(t) + 1;
      if (i < commit.length) first = Math.min(first, commit.timeOf(i));
    }
    return first;
  }

  /** A reader's position at `t`; null outside the samples. */
  positionAt(positions: Curve, ends: Curve, t: number): number | null {
    const i = positions.indexAt(t);
    if (!this.areKnown || i < 0 || positions.timeOf(i) === t || i === positions.length - 1) return positions.at(t);
    const [t0, x0] = [positions.timeOf(i), positions.valueOf(i)];
    const [t1, x1] = [positions.timeOf(i + 1), positions.valueOf(i + 1)];
    if (x1 <= x0) return positions.at(t);
    const commits = this.#commitsIn(t0, t1);
    // Level with what was committed, it stands until the next commit.
    const from = (this.isLevel(ends, x0, t0) ? commits[0] : undefined) ?? t0;
    if (t <= from) return x0;
    const rate = Math.max(this.rateOf(positions, ends), (x1 - x0) / (t1 - (commits.at(-1) ?? t0)));
    return Math.min(x1, this.#reads(ends, { t: from, x: x0, rate }, t));
  }

  /** Where a reader is at `t` that stood at `from.x` at `from.t` and reads at `rate` records per ms whatever is there for it. */
  readsOn(ends: Curve, from: { readonly t: number; readonly x: number; readonly rate: number }, t: number): number {
    return Math.min(ends.lastX, this.#reads(ends, from, t));
  }

  /** Most records per ms a reader has taken between two of its last samples, since the commit that let it. */
  rateOf(positions: Curve, ends: Curve): number {
    let best = this.#rates.get(positions);
    if (best !== undefined) return best;
    const through = new SecondBest();
    const done = new SecondBest();
    for (let i = Math.max(1, positions.length - RATE_SAMPLES); i < positions.length; i++) {
      const [t0, x0] = [positions.timeOf(i - 1), positions.valueOf(i - 1)];
      const [t1, x1] = [positions.timeOf(i), positions.valueOf(i)];
      const commit = this.isLevel(ends, x0, t0) ? this.#commitsIn(t0, t1)[0] : undefined;
      const rate = (x1 - x0) / Math.max(t1 - (commit ?? t0), Math.min(LEAST_GAP_MS, t1 - t0));
      (this.isLevel(ends, x1, t1) ? done : through).see(rate);
    }
    best = through.value > 0 ? Math.max(through.value, done.value) : LIKELY * done.value;
    this.#rates.set(positions, best);
    return best;
  }

  /** Whether a reader that stands at `x` has, as far as samples tell, read everything that was committed at `t`. */
  isLevel(ends: Curve, x: number, t: number): boolean {
    const left = this.limitAt(ends, t) - x;
    if (left <= MOST_PER_COMMIT || !Number.isFinite(left)) return left <= MOST_PER_COMMIT;
    const above = ends.firstAbove(x);
    if (above === 0 || above === ends.length) return above > 0;
    return left <= MOST_PER_COMMIT + NEARLY * (ends.valueOf(above) - ends.valueOf(above - 1));
  }

  /** How far a reader could read at `t`: to the barrier of each transactional writer's last commit. Infinity where no commit is known. */
  limitAt(ends: Curve, t: number): number {
    let limit = Number.POSITIVE_INFINITY;
    for (const commit of this.commits ?? []) {
      const i = commit.indexAt(t);
      if (i < 0) continue;
      const barrier = commit.valueOf(i);
      limit = Math.min(
        limit,
        this.endAt(ends, barrier) ?? (barrier > ends.lastT ? ends.lastX : Number.POSITIVE_INFINITY),
      );
    }
    return limit;
  }

  #reads(ends: Curve, { t: t0, x: x0, rate }: { t: number; x: number; rate: number }, t: number): number {
    let x = Math.min(x0 + rate * (t - t0), Math.max(x0, this.limitAt(ends, t)));
    for (const commit of this.#commitsIn(t0, t))
      x = Math.min(x, Math.max(x0, this.limitAt(ends, commit - 1)) + rate * (t - commit));
    if (this.#readByWriter === null || this.commits !== null) return x;
    const end = this.endAt(ends, t);
    if (end !== null) x = Math.min(x, Math.max(x0, end));
    for (let i = ends.indexAt(t0); i >= 0 && i < ends.length - 1 && ends.timeOf(i) < t; i++) {
      const [e0, e1] = [ends.valueOf(i), ends.valueOf(i + 1)];
      for (const knot of this.#knotsOf(ends.timeOf(i), ends.timeOf(i + 1)) ?? []) {
        if (knot.t <= t0 || knot.t > t) continue;
        x = Math.min(x, Math.max(x0, e0 + knot.share * (e1 - e0)) + rate * (t - knot.t));
      }
    }
    return x;
  }

  /** Completion times of commits in (from, to], in order. */
  #commitsIn(from: number, to: number): readonly number[] {
    return timesIn(this.commits ?? [], from, to);
  }

  #knotsOf(t0: number, t1: number): readonly Knot[] | null {
    if (this.#readByWriter === null) return null;
    let ofStart = this.#knots.get(t0);
    if (ofStart === undefined) this.#knots.set(t0, (ofStart = new Map()));
    let knots = ofStart.get(t1);
    if (knots === undefined) ofStart.set(t1, (knots = this.#trace(this.#readByWriter, t0, t1)));
    return knots;
  }

  #trace(readByWriter: (t: number) => number | null, t0: number, t1: number): readonly Knot[] | null {
    const [before, after] = [readByWriter(t0), readByWriter(t1)];
    if (before === null || after === null || after <= before) return null;
    const grid = Array.from({ length: GRID - 1 }, (_, i) => t0 + ((i + 1) / GRID) * (t1 - t0));
    const times = [...grid, ...timesIn(this.wakes, t0, t1)].sort((a, b) => a - b);
    const knots: Knot[] = [{ t: t0, share: 0 }];
    for (const t of times) {
      const read = readByWriter(t);
      if (read === null || t <= knots.at(-1)!.t || t >= t1) continue;
      const share = Math.min(1, Math.max(knots.at(-1)!.share, (read - before) / (after - before)));
      knots.push({ t, share });
    }
    knots.push({ t: t1, share: 1 });
    return knots;
  }
}

/** The second largest of what was seen: what a writer's restart undid is passed over without being read, and looks like speed. */
class SecondBest {
  #first = 0;
  value = 0;

  see(x: number): void {
    this.value = Math.max(this.value, Math.min(this.#first, x));
    this.#first = Math.max(this.#first, x);
  }
}

/** Completion times in (from, to], in order. */
function timesIn(commits: Commits, from: number, to: number): readonly number[] {
  const times: number[] = [];
  for (const commit of commits) {
    for (let i = commit.indexAt(from) + 1; i < commit.length && commit.timeOf(i) <= to; i++)
      times.push(commit.timeOf(i));
  }
  return commits.length > 1 ? times.sort((a, b) => a - b) : times;
}

function shareAt(knots: readonly Knot[], t: number): number {
  const next = knots.findIndex(knot => knot.t > t);
  if (next <= 0) return next < 0 ? 1 : 0;
  const [a, b] = [knots[next - 1]!, knots[next]!];
  return a.share + ((t - a.t) / (b.t - a.t)) * (b.share - a.share);
}
