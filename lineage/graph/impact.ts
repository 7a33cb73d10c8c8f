/** What a change reaches: whose reports, which jobs, datasets and columns, and how sure that is. */
import type { Certainty, Change, ImpactAnswer, ImpactItem } from './answers.ts';
import { columnId } from './flows.ts';
import { type HitState, Hits } from './hits.ts';
import { effectOn } from './job-effect.ts';
import { type GraphView, isStopped } from './view.ts';

/** No answer lists more nodes. */
const MAX_REACHED = 5000;
/** Ways told behind one node are no longer than this. */
const MAX_VIA = 200;

export interface ImpactQuestion {
  /** Node id. */
  readonly of: string;
  readonly column?: string | undefined;
  readonly change: Change;
}

/**
 * Dropping a dataset stops the jobs that read it, so all they write is hit; dropping a column hits what is derived from it; a job that
 * stops leaves its outputs without its data. From there on data follows the statements: an output is hit when its own statement reads
 * what is hit.
 */
export function impact(view: GraphView, question: ImpactQuestion): ImpactAnswer {
  const spread = new Spread(view, question.change);
  spread.start(question.of, question.column);
  spread.run();
  return spread.answer(question);
}

interface Reached {
  readonly id: string;
  readonly distance: number;
  readonly from: string | null;
  readonly hits: Hits;
}

class Spread {
  readonly #view: GraphView;
  readonly #change: Change;
  readonly #reached = new Map<string, Reached>();
  /** Datasets whose hits grew and were not passed on since. */
  readonly #queue = new Set<string>();
  #root = '';
  #truncated = false;

  constructor(view: GraphView, change: Change) {
    this.#view = view;
    this.#change = change;
  }

  start(id: string, column: string | undefined): void {
    this.#root = id;
    const { graph } = this.#view.lineage;
    const hits = new Hits();
    if (column === undefined) hits.addWhole('certain');
    else hits.addColumn(column, { type: 'value', certainty: 'certain' });
    this.#reached.set(id, { id, distance: 0, from: null, hits });
    const { kind } = graph.getNodeAttributes(id);
    if (kind === 'dataset') this.#queue.add(id);
    else this.#outputs(id);
  }

  run(): void {
    // A set's iteration goes on with what is added meanwhile; a dataset hit harder comes again.
    for (const id of this.#queue) {
      this.#queue.delete(id);
      this.#readers(id);
    }
  }

  /** What a job that stops wrote; a view hands on to its job. */
  #outputs(id: string): void {
    const { graph } = this.#view.lineage;
    graph.forEachOutEdge(id, (_edge, { role }, _from, to) => {
      const whole: HitState = role === 'writes' && this.#hasOtherWriter(to, id) ? POSSIBLY : CERTAINLY;
      this.#reach(to, id, whole);
      if (role !== 'writes') this.#outputs(to);
    });
  }

  #hasOtherWriter(dataset: string, but: string): boolean {
    return this.#view.lineage.graph.someInNeighbor(dataset, id => id !== but && !isStopped(this.#view, id));
  }

  #readers(dataset: string): void {
    const { graph } = this.#view.lineage;
    const { hits } = this.#reached.get(dataset)!;
    const breaksReaders = dataset === this.#root && this.#change === 'drop' && hits.whole !== null;
    for (const reader of graph.outNeighbors(dataset).sort()) {
      const { kind } = graph.getNodeAttributes(reader);
      if (kind === 'report')
        this.#reach(
          reader,
          dataset,
          hits.named(column => columnId(dataset, column)),
        );
      if (kind === 'report' || kind === 'view') continue;
      const effect = effectOn(this.#view.lineage, reader, dataset, hits, breaksReaders);
      if (effect === null) continue;
      this.#reach(reader, dataset, effect.read);
      // What ended writes no more: its outputs were hit by that already.
      const weaken = isStopped(this.#view, reader);
      for (const [sink, state] of effect.written) this.#reach(sink, reader, weaken ? state.weakened : state);
    }
  }

  #reach(id: string, from: string, state: HitState): void {
    let reached = this.#reached.get(id);
    if (reached === undefined) {
      if (this.#reached.size >= MAX_REACHED) {
        this.#truncated = true;
        return;
      }
      const distance = this.#reached.get(from)!.distance + 1;
      reached = { id, distance, from, hits: new Hits() };
      this.#reached.set(id, reached);
    }
    const grew = reached.hits.add(state);
    if (grew && this.#view.lineage.graph.getNodeAttribute(id, 'kind') === 'dataset') this.#queue.add(id);
  }

  answer({ of, column, change }: ImpactQuestion): ImpactAnswer {
    const { graph } = this.#view.lineage;
    const lists = { reports: [] as ImpactItem[], jobs: [] as ImpactItem[], datasets: [] as ImpactItem[] };
    const columns: ImpactAnswer['columns'][number][] = [];
    for (const reached of this.#reached.values()) {
      const { kind } = graph.getNodeAttributes(reached.id);
      if (kind === 'dataset') {
        for (const [name, { type, certainty }] of reached.hits.columns)
          if (reached.id !== of || name !== column)
            columns.push({ dataset: reached.id, column: name, type, certainty });
      }
      if (reached.id === of || kind === 'view') continue;
      const list = kind === 'report' ? lists.reports : kind === 'dataset' ? lists.datasets : lists.jobs;
      list.push(this.#item(reached, kind === 'dataset'));
    }
    for (const list of Object.values(lists)) list.sort(byDistance);
    const { kind } = graph.getNodeAttributes(of);
    return {
      of: column === undefined ? { id: of, kind } : { id: of, kind, column },
      change,
      ...lists,
      columns: columns.sort((a, b) => (columnId(a.dataset, a.column) < columnId(b.dataset, b.column) ? -1 : 1)),
      owners: ownersOf(lists),
      truncated: this.#truncated,
    };
  }

  #item({ id, distance, hits }: Reached, isDataset: boolean): ImpactItem {
    const { name, owner = '' } = this.#view.lineage.graph.getNodeAttributes(id);
    return {
      id,
      name,
      owner,
      distance,
      columns: [...hits.columns.keys()].map(name => (isDataset ? columnId(id, name) : name)).sort(),
      certainty: hits.certainty,
      via: this.#via(id),
      ...(isStopped(this.#view, id) ? { stopped: true } : {}),
    };
  }

  #via(id: string): readonly string[] {
    const via: string[] = [];
    let from = this.#reached.get(id)?.from ?? null;
    while (from !== null && via.length < MAX_VIA) {
      via.push(from);
      from = this.#reached.get(from)?.from ?? null;
    }
    return via.reverse();
  }
}

function whole(certainty: Certainty): HitState {
  const hits = new Hits();
  hits.addWhole(certainty);
  return hits;
}

const CERTAINLY = whole('certain');
const POSSIBLY = whole('possible');

function byDistance(a: ImpactItem, b: ImpactItem): number {
  return a.distance - b.distance || (a.id < b.id ? -1 : 1);
}

/** By owner, those of nobody last. */
function ownersOf({ reports, jobs }: Pick<ImpactAnswer, 'reports' | 'jobs'>): ImpactAnswer['owners'] {
  const owners = new Map<string, { owner: string; reports: string[]; jobs: string[] }>();
  for (const [what, items] of [
    ['reports', reports],
    ['jobs', jobs],
  ] as const) {
    for (const { owner, name } of items) {
      const entry = owners.get(owner) ?? { owner, reports: [], jobs: [] };
      owners.set(owner, entry);
      entry[what].push(name);
    }
  }
  return [...owners.values()].sort(
    (a, b) => Number(a.owner === '') - Number(b.owner === '') || (a.owner < b.owner ? -1 : 1),
  );
}
