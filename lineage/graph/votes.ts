/** What fragments may say differently of one node. */
export interface Said {
  readonly namespace: string;
  readonly connector?: string | null | undefined;
  readonly owner?: string | undefined;
  readonly parent?: string | undefined;
}

const FIELDS = ['namespace', 'connector', 'owner', 'parent'] as const;

/** Counts what is said of a node. Of several texts the smallest counts, so that the order in which they came does not. */
export class Votes {
  readonly #counts = new Map<string, number>();

  add(said: Said): void {
    for (const key of keysOf(said)) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  remove(said: Said): void {
    for (const key of keysOf(said)) {
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    }
  }

  get winner(): Said {
    const won: { -readonly [K in keyof Said]: Said[K] } = { namespace: '' };
    for (const key of [...this.#counts.keys()].sort()) {
      const [field, value] = [FIELDS[Number(key[0])]!, key.slice(1)];
      won[field] ||= value;
    }
    return won;
  }
}

function keysOf(said: Said): string[] {
  return FIELDS.flatMap((field, i) => (said[field] ? [`${i}${said[field]}`] : []));
}
