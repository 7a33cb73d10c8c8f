/** What it does to a job that something it reads is hit. */
import type { Certainty, ColumnUse } from './answers.ts';
import type { LineageGraph } from './build.ts';
import { columnId, type Flow, tableOf } from './flows.ts';
import type { ColumnRef, FlowColumn } from './fragment.ts';
import { type ColumnHit, Hits } from './hits.ts';

export interface Effect {
  /** What the job reads of it that is hit, columns as `<dataset id>#<column>`. */
  readonly read: Hits;
  /** Dataset -> what of it is hit. */
  readonly written: ReadonlyMap<string, Hits>;
}

/**
 * What a job, supervisor or flow that reads `dataset` hands on; null when it uses nothing that is hit. `breaks`: it cannot run any more,
 * whatever its statements are.
 */
export function effectOn(
  lineage: LineageGraph,
  job: string,
  dataset: string,
  hits: Hits,
  breaks: boolean,
): Effect | null {
  const read = new Hits();
  const written = new Map<string, Hits>();
  const sinks = sinksOf(lineage, job);
  const hitsOf = (sink: string): Hits => {
    const known = written.get(sink) ?? new Hits();
    written.set(sink, known);
    return known;
  };
  if (breaks) {
    read.addWhole('certain');
    for (const sink of sinks) hitsOf(sink).addWhole('certain');
    return { read, written };
  }
  const own = [...lineage.flows.of(job)];
  const reading = own.filter(flow => flow.tables.includes(dataset));
  for (const flow of reading) {
    const hit = flowEffect(flow, dataset, hits);
    read.add(hit.read);
    if (flow.sink !== null) hitsOf(flow.sink).add(hit.written);
  }
  // A statement whose columns nobody could tell may read it; where there is none, evidence the SQL does not know of says it is read.
  const told = new Set(own.map(flow => flow.sink));
  const untold = sinks.filter(sink => !told.has(sink));
  const certainty = hits.whole ?? 'possible';
  if (reading.length > 0) for (const sink of untold) hitsOf(sink).addWhole('possible');
  else if (untold.length > 0) for (const sink of untold) hitsOf(sink).addWhole(certainty);
  else for (const sink of sinks) hitsOf(sink).addWhole('possible');
  if (reading.length === 0) read.addWhole(certainty);
  const isHit = read.whole !== null || read.columns.size > 0;
  for (const [sink, state] of written) if (state.whole === null && state.columns.size === 0) written.delete(sink);
  return isHit || written.size > 0 ? { read, written } : null;
}

function sinksOf({ graph }: LineageGraph, job: string): readonly string[] {
  return [...new Set(graph.mapOutEdges(job, (_edge, _attributes, _from, to) => to))];
}

function flowEffect(flow: Flow, dataset: string, hits: Hits): { read: Hits; written: Hits } {
  const read = new Hits();
  const written = new Hits();
  if (hits.whole !== null) {
    read.addWhole(hits.whole);
    written.addWhole(hits.whole);
  }
  const use = (ref: ColumnRef, type: ColumnUse): ColumnHit | null => {
    const hit = tableOf(flow, ref) === dataset ? hits.columns.get(ref.column) : undefined;
    if (hit === undefined) return null;
    read.addColumn(columnId(dataset, ref.column), { type, certainty: hit.certainty });
    // What a deciding column decides is hit by control, however it was hit itself.
    return { type: type === 'control' ? 'control' : hit.type, certainty: hit.certainty };
  };
  for (const column of flow.of.columns) {
    for (const hit of columnHits(column, use)) written.addColumn(column.name, hit);
    if (column.open && hits.columns.size > 0) written.addColumn(column.name, { type: 'value', certainty: 'possible' });
  }
  for (const { of } of flow.of.controls) {
    const hit = use(of, 'control');
    if (hit !== null) decideRows(flow, hit.certainty, written);
  }
  const isOpen = flow.of.open || flow.of.columns.some(column => column.open);
  if (isOpen && hits.columns.size > 0) read.addWhole('possible');
  if (flow.of.open && hits.columns.size > 0) written.addWhole('possible');
  return { read, written };
}

function* columnHits(
  { sources, controls }: FlowColumn,
  use: (ref: ColumnRef, type: ColumnUse) => ColumnHit | null,
): Generator<ColumnHit> {
  for (const source of sources) {
    const hit = use(source, 'value');
    if (hit !== null) yield hit;
  }
  for (const control of controls) {
    const hit = use(control, 'control');
    if (hit !== null) yield hit;
  }
}

/** Which rows there are is in every column. */
function decideRows(flow: Flow, certainty: Certainty, written: Hits): void {
  for (const { name } of flow.of.columns) written.addColumn(name, { type: 'control', certainty });
}
