import { nextTurn } from '../model/next-turn.ts';
import type { Point } from '../model/sample.ts';
import { combineSeries } from './across.ts';
import { aggregate } from './aggregate.ts';
import type { WindowGroup, WindowQuery } from './metric-store.ts';
import { PointBag } from './point-bag.ts';
import type { SeriesPlan } from './series-index.ts';

/** Adds the points of `series` with from < ts <= to to the bag, oldest first, values times `scale`. */
export type ReadPoints = (series: number, from: number, to: number, scale: number, bag: PointBag) => void;

/** Points after which an evaluation lets other work on the thread go on. */
const POINTS_PER_TURN = 500_000;
/** Scratch beyond this many points is given back. */
const MAX_KEPT_POINTS = 100_000;
/** Scratch kept for the next evaluation; more than one is under way when one has given way to another. */
const MAX_SPARE = 2;

/** What of a query says how a window is worked out. */
type Operation = Pick<WindowQuery, 'op' | 'across' | 'windowMs' | 'arrivedWithinMs'>;

/**
 * Runs a window query over a plan of series, group by group: one answer per instant in `at` whose window holds a point. Pure but
 * for `read`; gives way to other work between groups when there is much to do.
 */
export async function evaluateWindow(
  plan: SeriesPlan,
  query: Operation,
  at: readonly number[],
  read: ReadPoints,
): Promise<readonly WindowGroup[]> {
  const groups: WindowGroup[] = [];
  const scratch = spare.pop() ?? new Scratch();
  let work = 0;
  let start = 0;
  for (let i = 0; i < plan.labels.length; i++) {
    const end = plan.ends[i]!;
    const points =
      at.length === 1
        ? scratch.one(plan, start, end, query, at[0]!, read)
        : scratch.many(plan, start, end, query, at, read);
    if (points.length > 0) groups.push({ labels: plan.labels[i]!, points });
    start = end;
    work += scratch.run.count + scratch.bag.count + 20;
    if (work > POINTS_PER_TURN) {
      work = 0;
      await nextTurn();
    }
  }
  if (spare.length < MAX_SPARE && scratch.run.times.length <= MAX_KEPT_POINTS) spare.push(scratch);
  return groups;
}

/** The bags of one evaluation. */
class Scratch {
  /** Everything one group's series hold in the range of all instants. */
  readonly run = new PointBag();
  /** What one instant's window sees. */
  readonly bag = new PointBag();
  /** One group's answers, before they are copied to a list of their exact length. */
  readonly #found: Point[] = [];

  one(plan: SeriesPlan, start: number, end: number, query: Operation, t: number, read: ReadPoints): Point[] {
    if (query.arrivedWithinMs !== undefined) return this.many(plan, start, end, query, [t], read);
    gather(plan, start, end, t - query.windowMs, t, read, this.bag);
    const value = outcome(this.bag, query);
    return value === null ? [] : [[t, value]];
  }

  /** Reads each series once for the whole range and cuts every instant's window out of it. */
  many(
    plan: SeriesPlan,
    start: number,
    end: number,
    query: Operation,
    at: readonly number[],
    read: ReadPoints,
  ): Point[] {
    const { run, bag } = this;
    gather(plan, start, end, minimum(at) - query.windowMs, maximum(at), read, run);
    if (run.count === 0) return [];
    let found = 0;
    for (const t of at) {
      bag.clear();
      let first = 0;
      for (const last of run.seriesEnds) {
        const low = firstAfter(run.times, first, last, t - query.windowMs);
        const high = firstAfter(run.times, low, last, t);
        if (query.arrivedWithinMs === undefined) bag.addFrom(run, low, high);
        else addArrived(run, low, high, t + query.arrivedWithinMs, bag);
        bag.endSeries();
        first = last;
      }
      const value = outcome(bag, query);
      if (value !== null) this.#found[found++] = [t, value];
    }
    return this.#found.slice(0, found);
  }
}

const spare: Scratch[] = [];

function outcome(bag: PointBag, { op, across }: Operation): number | null {
  return aggregate(op, across === undefined ? bag : combineSeries(bag, across));
}

function gather(
  plan: SeriesPlan,
  start: number,
  end: number,
  from: number,
  to: number,
  read: ReadPoints,
  bag: PointBag,
): void {
  bag.clear();
  for (let i = start; i < end; i++) {
    read(plan.series[i]!, from, to, plan.scales?.[i] ?? 1, bag);
    bag.endSeries();
  }
}

function addArrived(run: PointBag, low: number, high: number, by: number, bag: PointBag): void {
  for (let i = low; i < high; i++) if (run.times[i]! + run.delays[i]! <= by) bag.addFrom(run, i, i + 1);
}

/** Index of the first of the rising `times[low .. high)` that is later than `t`. */
function firstAfter(times: Float64Array, low: number, high: number, t: number): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! > t) high = middle;
    else low = middle + 1;
  }
  return low;
}

function minimum(values: readonly number[]): number {
  let least = Infinity;
  for (const value of values) if (value < least) least = value;
  return least;
}

function maximum(values: readonly number[]): number {
  let most = -Infinity;
  for (const value of values) if (value > most) most = value;
  return most;
}
