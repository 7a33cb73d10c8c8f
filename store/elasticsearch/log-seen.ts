/** Times of arrival whose lines are remembered one by one are those of so many lines; of older ones only how many there were. */
const REMEMBERED = 5000;

interface Stamp {
  /** Lines found that bear it. */
  readonly count: number;
  /** Those of them that were told; null when that is no longer known, or some were left out. */
  readonly ids: ReadonlySet<string> | null;
}

/** What a follower has told, by time of arrival: bounded, and able to go back to where somebody was cut off. */
export class SeenLines {
  readonly #stamps = new Map<number, Stamp>();
  /** When this was looked at last, epoch ms: what was sent later is not known of. */
  lookedAt: number;
  /** Lines told and marks given, in order. */
  #told: { readonly id: string; readonly stamp: number | null }[] = [];

  constructor(lookedAt: number) {
    this.lookedAt = lookedAt;
  }

  /** Lines known to bear a time. */
  countOf(stamp: number): number {
    return this.#stamps.get(stamp)?.count ?? 0;
  }

  /** The lines told that bear a time; null when a new one among them could not be told from the others. */
  idsOf(stamp: number): ReadonlySet<string> | null {
    const known = this.#stamps.get(stamp);
    return known === undefined ? new Set() : known.ids;
  }

  /** Takes note of how many lines bear a time; `ids` as in `idsOf`. */
  know(stamp: number, count: number, ids: ReadonlySet<string> | null): void {
    this.#stamps.set(stamp, { count, ids });
  }

  /** Remembers that lines, and after them a mark, went to the follower. */
  tell(lines: readonly { readonly id: string; readonly stamp: number }[], mark: string): void {
    this.#told = [...this.#told, ...lines, { id: mark, stamp: null }].slice(-REMEMBERED);
  }

  /** Forgets times before `floor`, and single lines beyond what is remembered, the oldest times first. */
  forget(floor: number): void {
    let remembered = 0;
    for (const stamp of [...this.#stamps.keys()].sort((a, b) => b - a)) {
      const { count, ids } = this.#stamps.get(stamp) ?? { count: 0, ids: null };
      remembered += ids?.size ?? 0;
      if (stamp < floor) this.#stamps.delete(stamp);
      else if (remembered > REMEMBERED) this.#stamps.set(stamp, { count, ids: null });
    }
  }

  /** The same as it was when the line or mark `last` was told; null when that, or a line told since, is not remembered. */
  backTo(last: string): SeenLines | null {
    const place = this.#told.findLastIndex(({ id }) => id === last);
    if (place < 0) return null;
    const back = new SeenLines(this.lookedAt);
    for (const [stamp, known] of this.#stamps) back.#stamps.set(stamp, known);
    back.#told = this.#told.slice(0, place + 1);
    for (const { id, stamp } of this.#told.slice(place + 1)) {
      if (stamp === null) continue;
      const known = back.#stamps.get(stamp);
      if (!known?.ids?.has(id)) return null;
      const ids = new Set(known.ids);
      ids.delete(id);
      back.know(stamp, known.count - 1, ids);
    }
    return back;
  }
}
