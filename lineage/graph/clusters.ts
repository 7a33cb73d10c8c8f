/** Brokers -> the one namespace of their cluster, whichever of its brokers a table names. */

/** Configured clusters by name. */
export type ClusterConfig = Readonly<Record<string, { readonly brokers: readonly string[] }>>;

/** Broker lists seen in DDL are bounded; beyond it a list stands for itself. */
const MAX_BROKERS = 10_000;

/**
 * A configured cluster is named by its first broker. Otherwise brokers that were once listed together are one cluster, named by the
 * first of them in sorted order when the cluster was first seen, so `a:1,b:1` and `b:1,a:1` and later `b:1` alone agree.
 */
export class Clusters {
  readonly #canonical = new Map<string, string>();
  readonly #names = new Map<string, string>();

  constructor(config: ClusterConfig) {
    for (const [name, { brokers }] of Object.entries(config)) {
      const [first] = brokers;
      if (first === undefined) continue;
      this.#names.set(first, name);
      for (const broker of brokers) this.#canonical.set(broker, first);
    }
  }

  /** Knows the same, and learns for itself: for questions about what does not run yet. */
  copy(): Clusters {
    const copy = new Clusters({});
    for (const [broker, canonical] of this.#canonical) copy.#canonical.set(broker, canonical);
    for (const [address, name] of this.#names) copy.#names.set(address, name);
    return copy;
  }

  /** `kafka://host:port` of a `bootstrap.servers` list; `kafka://unknown` of an empty one. */
  namespace(servers: string): string {
    const brokers = servers
      .split(/[,;\s]+/)
      .map(bareAddress)
      .filter(address => address !== '')
      .sort();
    if (brokers.length === 0) return 'kafka://unknown';
    const known = brokers.map(broker => this.#canonical.get(broker)).find(found => found !== undefined);
    const canonical = known ?? brokers[0]!;
    for (const broker of brokers) {
      if (!this.#canonical.has(broker) && this.#canonical.size < MAX_BROKERS) this.#canonical.set(broker, canonical);
    }
    return `kafka://${canonical}`;
  }

  /** The configured name of the cluster a broker belongs to, or null. */
  nameOf(address: string): string | null {
    return this.#names.get(this.#canonical.get(address) ?? address) ?? null;
  }

  /** The only configured cluster's namespace, or null when there are none or several. */
  get only(): string | null {
    return this.#names.size === 1 ? `kafka://${[...this.#names.keys()][0]}` : null;
  }
}

/** `PLAINTEXT://h:9092` -> `h:9092`. */
function bareAddress(address: string): string {
  const scheme = address.indexOf('://');
  return (scheme < 0 ? address : address.slice(scheme + 3)).trim();
}
