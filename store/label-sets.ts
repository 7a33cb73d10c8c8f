import { type Labels, labelsKey } from '../model/labels.ts';

/**
 * Label sets by small integers: equal sets share one number, one object and one copy of every text, since a platform repeats few
 * texts in many series. Sets that nobody holds any more are forgotten and their numbers used again.
 */
export class LabelSets {
  readonly #ids = new Map<string, number>();
  readonly #labels: Labels[] = [];
  readonly #keys: string[] = [];
  readonly #holders: number[] = [];
  readonly #free: number[] = [];
  readonly #texts = new Map<string, string>();

  /** The set's number, made when it is new. Hold what you keep: a number is given away again once its last holder releases it. */
  intern(labels: Labels): number {
    const key = labelsKey(labels);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const copy: Record<string, string> = {};
    for (const name of Object.keys(labels).sort()) copy[this.#text(name)] = this.#text(labels[name] ?? '');
    const id = this.#free.pop() ?? this.#labels.length;
    this.#ids.set(key, id);
    this.#labels[id] = copy;
    this.#keys[id] = key;
    this.#holders[id] = 0;
    return id;
  }

  /** The number of a set that is there already. */
  find(labels: Labels): number | undefined {
    return this.#ids.get(labelsKey(labels));
  }

  labels(id: number): Labels {
    return this.#labels[id] ?? {};
  }

  /** Canonical text (`labelsKey`); orders series. */
  key(id: number): string {
    return this.#keys[id] ?? '';
  }

  hold(id: number): void {
    this.#holders[id] = (this.#holders[id] ?? 0) + 1;
  }

  release(id: number): void {
    const left = (this.#holders[id] ?? 0) - 1;
    this.#holders[id] = left;
    if (left > 0) return;
    this.#ids.delete(this.key(id));
    this.#labels[id] = {};
    this.#keys[id] = '';
    this.#free.push(id);
  }

  #text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    // Texts of forgotten sets would pile up over months of restarts; starting over costs only some sharing.
    if (this.#texts.size > 500_000) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }
}
