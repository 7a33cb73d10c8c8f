/** What rules read: PORTS MetricReader and LogReader, and the answers of one question laid out for look-up by tick. */
import { type Labels, labelsKey } from '../../model/labels.ts';
import type { Point } from '../../model/sample.ts';
import type { LogCountQuery, LogGroupCount } from '../../store/log-store.ts';
import type { MetricStore, WindowGroup } from '../../store/metric-store.ts';

/** The part of the metric store that evaluation needs; anything with windows of points can stand in for it. */
export type MetricReader = Pick<MetricStore, 'window' | 'names'>;

/** The part of the log store that evaluation needs, job names joined. */
export interface LogReader {
  counts(query: LogCountQuery, signal?: AbortSignal): Promise<readonly LogGroupCount[]>;
}

/** The stores rules read. `logs` is null where there are none (a replay of given samples): rules over logs find no line. */
export interface RuleReaders {
  readonly metrics: Pick<MetricReader, 'window'>;
  readonly logs: LogReader | null;
}

/** A group of a rule's universe. */
export interface Member {
  readonly key: string;
  readonly labels: Labels;
}

/** One metric at one tick; groups without a point in the window are absent. */
export interface Column {
  /** Its groups, sorted by key. Columns with the same groups share the very list where they can. */
  readonly members: readonly Member[];
  /** The value of the group with this key; undefined when it is absent. */
  value(key: string): number | undefined;
}

/** A group's key within its rule: equal label values give equal keys. '' without group_by. */
export function groupKeyOf(labels: Labels, groupBy: readonly string[] | '*'): string {
  if (groupBy === '*') return labelsKey(labels);
  if (groupBy.length === 1) return labels[groupBy[0] as string] ?? '';
  let key = '';
  for (const name of groupBy) key += `${labels[name] ?? ''}\u0001`;
  return key;
}

/** The groups of an answer, in its order, and how to find them. */
interface Roster {
  readonly groupBy: readonly string[] | '*';
  readonly labels: readonly Labels[];
  readonly position: ReadonlyMap<string, number>;
  /** Sorted by key. */
  readonly members: readonly Member[];
}

/**
 * Rosters by the labels of their first group: stores that keep their label objects answer with the same ones tick after tick, and
 * metrics of the same groups share them. The newest few of a first group, latest used first.
 */
const rosters = new WeakMap<Labels, Roster[]>();
const ROSTERS_KEPT = 4;

function rosterOf(groupBy: readonly string[] | '*', groups: readonly WindowGroup[]): Roster {
  const first = groups[0]?.labels;
  if (first === undefined) return makeRoster(groupBy, groups);
  const kept = rosters.get(first) ?? [];
  rosters.set(first, kept);
  const place = kept.findIndex(roster => sameNames(roster.groupBy, groupBy) && lists(roster, groups));
  const roster = kept[place] ?? makeRoster(groupBy, groups);
  if (place !== 0) {
    kept.splice(place < 0 ? ROSTERS_KEPT - 1 : place, 1);
    kept.unshift(roster);
  }
  return roster;
}

function makeRoster(groupBy: readonly string[] | '*', groups: readonly WindowGroup[]): Roster {
  const labels = groups.map(group => group.labels);
  const position = new Map(labels.map((of, i) => [groupKeyOf(of, groupBy), i]));
  const members = [...position].map(([key, i]) => ({ key, labels: labels[i] as Labels })).sort(byKey);
  return { groupBy, labels, position, members };
}

function sameNames(a: readonly string[] | '*', b: readonly string[] | '*'): boolean {
  return a.length === b.length && (a === b || [...a].every((name, i) => name === b[i]));
}

function lists({ labels }: Roster, groups: readonly WindowGroup[]): boolean {
  return labels.length === groups.length && groups.every((group, i) => group.labels === labels[i]);
}

function byKey(a: Member, b: Member): number {
  return a.key < b.key ? -1 : 1;
}

/** Values of a roster's groups in its order, NaN where there is none. */
class RosterColumn implements Column {
  readonly #roster: Roster;
  readonly #values: readonly number[];
  #members: readonly Member[] | null = null;

  constructor(roster: Roster, values: readonly number[]) {
    this.#roster = roster;
    this.#values = values;
  }

  get members(): readonly Member[] {
    this.#members ??= hasGaps(this.#values)
      ? this.#roster.members.filter(({ key }) => this.value(key) !== undefined)
      : this.#roster.members;
    return this.#members;
  }

  value(key: string): number | undefined {
    const value = this.#values[this.#roster.position.get(key) ?? -1];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }
}

/** By index: `some` and an iterator make an object of every number. */
function hasGaps(values: readonly number[]): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}

/** Columns a frame keeps built: rules that share a query ask for the same few instants. */
const COLUMNS_KEPT = 8;

/** The answer of one question. Reading forward finds each point at once, any other order by bisection. */
export class Frame {
  readonly #roster: Roster;
  #groups: readonly WindowGroup[];
  /** Index of each group's point after the one read last. */
  readonly #next: number[];
  readonly #columns = new Map<number, Column>();

  /** `groupBy` in the order the group keys are made of. */
  constructor(groupBy: readonly string[] | '*', groups: readonly WindowGroup[]) {
    this.#roster = rosterOf(groupBy, groups);
    this.#groups = groups;
    this.#next = groups.map(() => 0);
  }

  /** Lays out the columns of a few instants and lets go of the points: nothing else will be asked of it. */
  settle(instants: readonly number[]): void {
    if (instants.length > COLUMNS_KEPT) return;
    for (const at of instants) this.column(at);
    this.#groups = [];
  }

  /** Values at one of the instants asked for. */
  column(at: number): Column {
    const kept = this.#columns.get(at);
    if (kept !== undefined) return kept;
    const values = this.#groups.map(({ points }, i) => {
      const next = this.#next[i] as number;
      const index = points[next]?.[0] === at ? next : indexOf(points, at);
      if (index < 0) return Number.NaN;
      this.#next[i] = index + 1;
      return (points[index] as Point)[1];
    });
    const column = new RosterColumn(this.#roster, values);
    if (this.#columns.size >= COLUMNS_KEPT) this.#columns.clear();
    this.#columns.set(at, column);
    return column;
  }

  /** A column of what `of` says of each group's values at those of `instants` at which it has one; null: nothing. */
  derived(instants: readonly number[], of: (values: readonly number[]) => number | null): Column {
    const values = this.#groups.map(({ points }) => {
      const found: number[] = [];
      for (const at of instants) {
        const index = indexOf(points, at);
        if (index >= 0) found.push((points[index] as Point)[1]);
      }
      return of(found) ?? Number.NaN;
    });
    return new RosterColumn(this.#roster, values);
  }
}

/** Index of the point at exactly `at`, -1 when there is none; points are ascending. */
function indexOf(points: readonly Point[], at: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const t = (points[middle] as Point)[0];
    if (t === at) return middle;
    if (t < at) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
