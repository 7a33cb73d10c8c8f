/** What the last batches said of things that report again and again: the memory behind differences between two reports. */

/** Something remembered; `ts` is the event time of its newest report. */
export interface Remembered {
  readonly ts: number;
}

/** Entries not heard of for this long before a new one make room for it, ms. */
const SILENT_MS = 10 * 60_000;
const SWEEP_MS = 60_000;

/**
 * Bounded memory by key. A batch works on a stage of its own and commits it once its points are safe: a batch that has to be
 * repeated finds the memory as it was and so derives the same again.
 */
export class Recent<V extends Remembered> {
  readonly #limit: number;
  readonly #entries = new Map<string, V>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  stage(): Stage<V> {
    return new Stage(
      this.#entries,
      (added, now) => this.#hasRoom(added, now),
      (key, value) => this.#keep(key, value),
    );
  }

  /** Of two batches at once the later report stays. */
  #keep(key: string, value: V): void {
    const known = this.#entries.get(key);
    if (known !== undefined && known.ts > value.ts) return;
    this.#entries.set(key, value);
  }

  #hasRoom(added: number, now: number): boolean {
    if (this.#entries.size + added < this.#limit) return true;
    // Looking through everything is worth it only when time has passed since the last look.
    if (now - this.#sweptAt < SWEEP_MS) return false;
    this.#sweptAt = now;
    for (const [key, { ts }] of this.#entries) if (ts < now - SILENT_MS) this.#entries.delete(key);
    return this.#entries.size + added < this.#limit;
  }
}

/** One batch's view of the memory. */
export class Stage<V extends Remembered> {
  readonly #entries: ReadonlyMap<string, V>;
  readonly #changed = new Map<string, V>();
  readonly #hasRoom: (added: number, now: number) => boolean;
  readonly #keep: (key: string, value: V) => void;
  #added = 0;
  /** Keys not remembered because the memory is full. */
  refused = 0;

  constructor(
    entries: ReadonlyMap<string, V>,
    hasRoom: (added: number, now: number) => boolean,
    keep: (key: string, value: V) => void,
  ) {
    this.#entries = entries;
    this.#hasRoom = hasRoom;
    this.#keep = keep;
  }

  /** What is known, and whether this stage may change it; an entry of the memory itself must be copied first. */
  get(key: string): { readonly value: V; readonly own: boolean } | undefined {
    const changed = this.#changed.get(key);
    if (changed !== undefined) return { value: changed, own: true };
    const value = this.#entries.get(key);
    return value === undefined ? undefined : { value, own: false };
  }

  /** Puts an entry; false (and counted) when it is new and the memory is full. */
  put(key: string, value: V): boolean {
    if (!this.#changed.has(key) && !this.#entries.has(key)) {
      if (!this.#hasRoom(this.#added, value.ts)) {
        this.refused++;
        return false;
      }
      this.#added++;
    }
    this.#changed.set(key, value);
    return true;
  }

  commit(): void {
    for (const [key, value] of this.#changed) this.#keep(key, value);
    this.#changed.clear();
  }
}
