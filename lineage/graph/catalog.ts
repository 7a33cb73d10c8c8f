/** Which physical dataset a name stands for: Kafka topics and Druid datasources seen anywhere, and tables declared by `table` records. */
import type { TableDeclared } from '../../model/job-event.ts';
import type { KnownTable } from '../sql/resolve/catalog.ts';
import { parseName } from '../sql/resolve/names.ts';
import type { Clusters } from './clusters.ts';
import { type Dataset, type DatasetRef, nameText } from './dataset.ts';
import { identify } from './identity.ts';

/** Datasets by id, with how many fragments say so. */
type Uses = Map<string, { readonly dataset: Dataset; uses: number }>;

export class DatasetCatalog {
  readonly #clusters: Clusters;
  /** Name -> physical datasets of that name. */
  readonly #physical = new Map<string, Uses>();
  readonly #tables = new Map<string, TableDeclared>();
  /** Dotted name, with and without its catalog -> declared table. */
  readonly #byName = new Map<string, TableDeclared>();
  /** Dataset id -> names of the declared tables that are it. */
  readonly #namesOf = new Map<string, Set<string>>();
  /** Another id of a dataset -> the datasets it is said to mean. */
  readonly #aliases = new Map<string, Uses>();

  constructor(clusters: Clusters) {
    this.#clusters = clusters;
  }

  /** Takes a `table` record; returns the names whose meaning may have changed. */
  declare(table: TableDeclared): readonly string[] {
    const names = namesOf(table.name);
    const before = this.#tables.get(table.name);
    for (const { id } of before === undefined ? [] : this.#identify(before)) this.#namesOf.get(id)?.delete(table.name);
    this.#tables.set(table.name, table);
    for (const { id } of this.#identify(table))
      this.#namesOf.set(id, (this.#namesOf.get(id) ?? new Set()).add(table.name));
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

  /** Columns of a dataset as the tables declared for it list them. */
  schemaOf(dataset: string): readonly { readonly name: string; readonly type: string | null }[] {
    const names = [...(this.#namesOf.get(dataset) ?? [])].sort();
    return names.flatMap(name => this.#tables.get(name)?.schema ?? []);
  }

  /** The datasets a declared table stands for. */
  datasetsOf(table: TableDeclared): readonly Dataset[] {
    return this.#identify(table).map(found => this.#followed(found));
  }

  /** The one dataset a reference means now. */
  resolve(ref: DatasetRef): Dataset {
    if (ref.kind === 'physical') return this.#followed(ref.dataset);
    const table = this.#byName.get(ref.text);
    if (table !== undefined) {
      const found = this.#identify(table, ref.text);
      if (found.length === 1) return this.#followed(found[0]!);
    }
    const candidates = new Map<string, Dataset>();
    for (const { dataset } of this.#physical.get(ref.text)?.values() ?? []) {
      const found = this.#followed(dataset);
      candidates.set(found.id, found);
    }
    return candidates.size === 1 ? [...candidates.values()][0]! : ref.fallback;
  }

  /** Counts a fragment that says `id` is another id of `dataset` in (1) or out (-1); true when either means something else now. */
  alias(id: string, dataset: Dataset, uses: 1 | -1): boolean {
    if (id === dataset.id) return false;
    const targets: Uses = this.#aliases.get(id) ?? new Map();
    this.#aliases.set(id, targets);
    const before = targets.size;
    const entry = targets.get(dataset.id) ?? { dataset, uses: 0 };
    entry.uses += uses;
    if (entry.uses > 0) targets.set(dataset.id, entry);
    else targets.delete(dataset.id);
    if (targets.size === 0) this.#aliases.delete(id);
    return targets.size !== before && Math.min(targets.size, before) <= 1;
  }

  /** The dataset an alias stands for, when all that know it agree. Of two that name each other the first by id is both. */
  #followed(found: Dataset): Dataset {
    const target = this.#target(found.id);
    if (target === null) return found;
    return this.#target(target.id)?.id === found.id && found.id < target.id ? found : target;
  }

  #target(id: string): Dataset | null {
    const targets = this.#aliases.get(id);
    return targets?.size === 1 ? [...targets.values()][0]!.dataset : null;
  }

  #identify(table: TableDeclared, name = namesOf(table.name).at(-1)!): readonly Dataset[] {
    const options = new Map(Object.entries({ connector: table.connector, ...table.options }));
    return identify({ options, name, job: 'declared' }, this.#clusters);
  }

  /** Counts a use of a physical dataset; true when the name it carries now means something else than before. */
  retain(found: Dataset): boolean {
    const text = nameText(found);
    if (text === null) return false;
    const same: Uses = this.#physical.get(text) ?? new Map();
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
