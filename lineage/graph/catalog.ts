/** Which physical dataset a name stands for: Kafka topics and Druid datasources seen anywhere, and tables declared by `table` records. */
import type { TableDeclared } from '../../model/job-event.ts';
import type { KnownTable } from '../sql/resolve/catalog.ts';
import { parseName } from '../sql/resolve/names.ts';
import type { Clusters } from './clusters.ts';
import { type Dataset, type DatasetRef, nameText } from './dataset.ts';
import { identify } from './identity.ts';

export class DatasetCatalog {
  readonly #clusters: Clusters;
  /** Name -> physical datasets of that name, with how many fragments say so. */
  readonly #physical = new Map<string, Map<string, { dataset: Dataset; uses: number }>>();
  readonly #tables = new Map<string, TableDeclared>();
  /** Dotted name, with and without its catalog -> declared table. */
  readonly #byName = new Map<string, TableDeclared>();

  constructor(clusters: Clusters) {
    this.#clusters = clusters;
  }

  /** Takes a `table` record; returns the names whose meaning may have changed. */
  declare(table: TableDeclared): readonly string[] {
    const names = namesOf(table.name);
    this.#tables.set(table.name, table);
    for (const name of names) this.#byName.set(name, table);
    return names;
  }

  get tables(): Iterable<TableDeclared> {
    return this.#tables.values();
  }

  /** The declared table of a dotted name, as SQL sees it. */
  known(dotted: string): KnownTable | undefined {
    const table = this.#byName.get(dotted);
    if (table === undefined) return undefined;
    const options = new Map(Object.entries(table.options));
    return { columns: table.schema?.map(column => column.name) ?? null, connector: table.connector, options };
  }

  /** The `dimension` part of the record that declared this dataset or name. */
  dimensionOf(name: string): TableDeclared['dimension'] {
    return this.#byName.get(name)?.dimension;
  }

  /** The one dataset a reference means now. */
  resolve(ref: DatasetRef): Dataset {
    if (ref.kind === 'physical') return ref.dataset;
    const table = this.#byName.get(ref.text);
    if (table !== undefined) {
      const options = new Map(Object.entries({ connector: table.connector, ...table.options }));
      const found = identify({ options, name: ref.text, job: 'declared' }, this.#clusters);
      if (found.length === 1) return found[0]!;
    }
    const candidates = this.#physical.get(ref.text);
    return candidates?.size === 1 ? [...candidates.values()][0]!.dataset : ref.fallback;
  }

  /** Counts a use of a physical dataset; true when the name it carries now means something else than before. */
  retain(found: Dataset): boolean {
    const text = nameText(found);
    if (text === null) return false;
    const same = this.#physical.get(text) ?? new Map<string, { dataset: Dataset; uses: number }>();
    this.#physical.set(text, same);
    const entry = same.get(found.id);
    if (entry !== undefined) {
      entry.uses++;
      return false;
    }
    same.set(found.id, { dataset: found, uses: 1 });
    return same.size <= 2;
  }

  /** Takes a use back; true when the name it carries now means something else than before. */
  release(found: Dataset): boolean {
    const text = nameText(found);
    const same = text === null ? undefined : this.#physical.get(text);
    const entry = same?.get(found.id);
    if (text === null || same === undefined || entry === undefined || --entry.uses > 0) return false;
    same.delete(found.id);
    if (same.size === 0) this.#physical.delete(text);
    return same.size <= 1;
  }
}

/** `cat.db.t` is also `db.t`: the running daemon takes names without their catalog as one dataset. */
function namesOf(name: string): readonly string[] {
  const parts = parseName(name).flatMap(part => part.split('.'));
  const full = parts.join('.');
  return parts.length === 3 ? [full, parts.slice(1).join('.')] : [full];
}
