/** What differs between two versions of a job, and whom it breaks. */
import type { ColumnState, DiffAnswer } from './answers.ts';
import type { DatasetRef } from './dataset.ts';
import { columnId } from './flows.ts';
import type { ColumnRef, EdgeRole, FragmentFlow } from './fragment.ts';
import { impact } from './impact.ts';
import { lineDiff } from './line-diff.ts';
import { byText } from './order.ts';
import { type GraphView, isStopped } from './view.ts';

/** One version as it is compared. */
export interface DiffSide {
  readonly version: number;
  /** Dataset ids. */
  readonly tables: readonly { readonly id: string; readonly role: EdgeRole }[];
  readonly flows: readonly FragmentFlow[];
  /** Options by table, as the SQL names it. */
  readonly options: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Null when it was not kept; empty for a job without. */
  readonly sql: string | null;
}

export interface DiffContext {
  /** The graph of now, in which the readers are looked for. */
  readonly view: GraphView;
  /** Node id of the job. */
  readonly node: string;
  resolve(ref: DatasetRef): string;
}

/** `job` is its name. Columns and options are compared only where both versions' SQL is known. */
export function diffVersions(job: string, before: DiffSide, after: DiffSide, context: DiffContext): DiffAnswer {
  const complete = before.sql !== null && after.sql !== null;
  const tables = diffTables(before.tables, after.tables);
  const columns = complete
    ? diffColumns(columnStates(before.flows, context), columnStates(after.flows, context))
    : { added: [], removed: [], changed: [] };
  return {
    job,
    from: before.version,
    to: after.version,
    tables,
    columns,
    options: complete ? diffOptions(before.options, after.options) : [],
    sql: complete ? lineDiff(before.sql, after.sql) : [],
    breaks: [...brokenByTables(tables.removed, context), ...brokenByColumns(columns.removed, after, context)],
    complete,
  };
}

function diffTables(before: DiffSide['tables'], after: DiffSide['tables']): DiffAnswer['tables'] {
  const keysOf = (tables: DiffSide['tables']) => new Map(tables.map(table => [`${table.id} ${table.role}`, table]));
  const [a, b] = [keysOf(before), keysOf(after)];
  const only = (from: typeof a, not: typeof a) =>
    [...from]
      .filter(([key]) => !not.has(key))
      .sort(([x], [y]) => byText(x, y))
      .map(([, table]) => table);
  return { added: only(b, a), removed: only(a, b) };
}

/** Column id -> where it comes from; statements that fill one column are taken together. */
function columnStates(flows: readonly FragmentFlow[], { resolve }: DiffContext): ReadonlyMap<string, ColumnState> {
  const states = new Map<string, ColumnState>();
  for (const flow of flows) {
    if (flow.sink === null) continue;
    const sink = resolve(flow.sink);
    const idOf = ({ table, column }: ColumnRef): string => columnId(resolve(flow.tables[table]!), column);
    for (const { name, sources, open, functions, steps } of flow.columns) {
      const id = columnId(sink, name);
      const known = states.get(id);
      const isOpen = open || known?.sources === null;
      states.set(id, {
        sources: isOpen ? null : [...new Set([...(known?.sources ?? []), ...sources.map(idOf)])].sort(),
        functions: [...new Set([...(known?.functions ?? []), ...functions])],
        steps: [...new Set([...(known?.steps ?? []), ...steps])],
      });
    }
  }
  return states;
}

function diffColumns(
  before: ReadonlyMap<string, ColumnState>,
  after: ReadonlyMap<string, ColumnState>,
): DiffAnswer['columns'] {
  const only = (from: typeof before, not: typeof before) => [...from.keys()].filter(id => !not.has(id)).sort();
  const changed = [...before]
    .sort(([x], [y]) => byText(x, y))
    .flatMap(([column, was]) => {
      const is = after.get(column);
      return is === undefined || JSON.stringify(is) === JSON.stringify(was) ? [] : [{ column, before: was, after: is }];
    });
  return { added: only(after, before), removed: only(before, after), changed };
}

function diffOptions(before: DiffSide['options'], after: DiffSide['options']): DiffAnswer['options'] {
  const found: DiffAnswer['options'][number][] = [];
  for (const table of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [a, b] = [before.get(table), after.get(table)];
    // A table that came or went is told by `tables`.
    if (a === undefined || b === undefined) continue;
    for (const option of [...new Set([...a.keys(), ...b.keys()])].sort()) {
      const [was = null, is = null] = [a.get(option), b.get(option)];
      if (was !== is) found.push({ table, option, before: was, after: is });
    }
  }
  return found;
}

/** Who reads what the job writes no more, unless somebody else writes it. */
function brokenByTables(removed: DiffSide['tables'], { view, node }: DiffContext): DiffAnswer['breaks'] {
  const { graph } = view.lineage;
  return removed.flatMap(({ id, role }) => {
    if (role !== 'writes' || !graph.hasNode(id)) return [];
    if (graph.someInNeighbor(id, writer => writer !== node && !isStopped(view, writer))) return [];
    const { reports, jobs } = impact(view, { of: id, change: 'stop' });
    return [...jobs, ...reports].map(item => ({ node: item.id, why: `needs ${id}, which is written no more` }));
  });
}

/** Who uses a column that is filled no more of a dataset that still is written. */
function brokenByColumns(removed: readonly string[], after: DiffSide, { view }: DiffContext): DiffAnswer['breaks'] {
  const written = after.tables.filter(({ role }) => role === 'writes').map(({ id }) => id);
  return removed.flatMap(column => {
    const dataset = written.find(id => column.startsWith(`${id}#`));
    if (dataset === undefined || !view.lineage.graph.hasNode(dataset)) return [];
    const { reports, jobs } = impact(view, { of: dataset, column: column.slice(dataset.length + 1), change: 'drop' });
    return [...jobs, ...reports].map(({ id, certainty }) => ({
      node: id,
      column,
      why: `${certainty === 'certain' ? 'uses' : 'may use'} ${column}, which is filled no more`,
    }));
  });
}
