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

/** A group's value of one metric at one tick. */
export interface Cell {
  readonly labels: Labels;
  readonly value: number;
}

/** One metric at one tick: group key to value; groups without a point in the window are absent. */
export type Column = ReadonlyMap<string, Cell>;

/** A group of a rule's universe. */
export interface Member {
  readonly key: string;
  readonly labels: Labels;
}

/** The groups of a column, sorted by key: columns are shared by rules that ask the same, and so is this. */
const members = new WeakMap<Column, readonly Member[]>();

/** The groups of a column, sorted by key. */
export function membersOf(column: Column): readonly Member[] {
  let known = members.get(column);
  if (known === undefined) {
    known = [...column].map(([key, { labels }]) => ({ key, labels })).sort(byKey);
    members.set(column, known);
  }
  return known;
}

function byKey(a: Member, b: Member): number {
  return a.key < b.key ? -1 : 1;
}

/** A group's key within its rule: equal label values give equal keys. '' without group_by. */
export function groupKeyOf(labels: Labels, groupBy: readonly string[] | '*'): string {
  if (groupBy === '*') return labelsKey(labels);
  if (groupBy.length === 1) return labels[groupBy[0] as string] ?? '';
  let key = '';
  for (const name of groupBy) key += `${labels[name] ?? ''}\u0001`;
  return key;
}

/** Columns a frame keeps built: rules that share a query ask for the same few instants. */
const COLUMNS_KEPT = 8;

/** The answer of one question. Reading forward finds each point at once, any other order by bisection. */
export class Frame {
  readonly #groups: readonly { readonly key: string; readonly group: WindowGroup; next: number }[];
  readonly #columns = new Map<number, Column>();
  /** Its groups sorted by key, once a column has held them all: most columns do. */
  #everyone: readonly Member[] | null = null;

  /** `groupBy` in the order the group keys are made of. */
  constructor(groupBy: readonly string[] | '*', groups: readonly WindowGroup[]) {
    this.#groups = groups.map(group => ({ key: groupKeyOf(group.labels, groupBy), group, next: 0 }));
  }

  /** Values at one of the instants asked for. */
  column(at: number): Column {
    const kept = this.#columns.get(at);
    if (kept !== undefined) return kept;
    const column = new Map<string, Cell>();
    for (const entry of this.#groups) {
      const { points, labels } = entry.group;
      const index = points[entry.next]?.[0] === at ? entry.next : indexOf(points, at);
      if (index < 0) continue;
      entry.next = index + 1;
      column.set(entry.key, { labels, value: (points[index] as Point)[1] });
    }
    if (column.size === this.#groups.length) {
      this.#everyone ??= membersOf(column);
      members.set(column, this.#everyone);
    }
    if (this.#columns.size >= COLUMNS_KEPT) this.#columns.clear();
    this.#columns.set(at, column);
    return column;
  }

  /** Every group with its values at those of `instants` at which it has one. */
  *values(instants: readonly number[]): Generator<{ key: string; labels: Labels; values: number[] }> {
    for (const { key, group } of this.#groups) {
      const values: number[] = [];
      for (const at of instants) {
        const index = indexOf(group.points, at);
        if (index >= 0) values.push((group.points[index] as Point)[1]);
      }
      yield { key, labels: group.labels, values };
    }
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
