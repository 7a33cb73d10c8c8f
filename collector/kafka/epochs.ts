import { VersionConflictError } from '../../model/errors.ts';
import type { StateStore } from '../../store/state-store.ts';
import type { PartitionOffset } from './partitions.ts';

/** What of the state store epochs need. */
export type EpochDocs = Pick<StateStore, 'get' | 'put' | 'putMany'>;

/** A partition's epoch and the offset committed last under it. A type, not an interface: it is stored as JSON. */
export type PartitionEpoch = { readonly epoch: number; readonly offset: number };

/** The epoch rows are stored under, and whether it begins with them. */
export interface RowEpoch {
  readonly epoch: number;
  readonly isNew: boolean;
}

/** What Kafka answers where a group has committed nothing; -2 and less are kafkajs's words for a commit moved by hand. */
const NO_COMMIT = -1;

/**
 * Tells a recreated partition from a continued one. Offsets begin again at 0 when a topic is deleted and made anew, and
 * rows are identified by offset, so new rows would count as repeats of old ones: the epoch keeps them apart. The offset here is
 * written after Kafka's own commit, so it never runs ahead of it.
 *
 * Signs of a new epoch: our offset lies beyond the partition's end, or the group has no commit although we made one (Kafka
 * drops commits with the topic). A commit moved back by hand is no sign: then the same rows are read again. A topic that is made anew
 * and outgrows our offset between two fetches cannot be told apart.
 */
export class Epochs {
  readonly #state: EpochDocs;
  readonly #group: string;
  readonly #known = new Map<string, PartitionEpoch>();

  constructor(state: EpochDocs, group: string) {
    this.#state = state;
    this.#group = group;
  }

  /** Forgets what is cached: another member may have owned the partitions meanwhile. */
  forget(): void {
    this.#known.clear();
  }

  /** The epoch of rows read from here on; a new one is kept before it returns. `committed` -1: the group has no commit. */
  async current(topic: string, partition: number, seen: { end: number; committed: number }): Promise<RowEpoch> {
    const id = this.#id(topic, partition);
    const cached = this.#known.get(id);
    if (cached) return { epoch: cached.epoch, isNew: false };
    const doc = await this.#state.get<PartitionEpoch>('source_offset', id);
    const kept = doc?.body ?? { epoch: 0, offset: 0 };
    const isNew = kept.offset > seen.end || (kept.offset > 0 && seen.committed === NO_COMMIT);
    if (isNew) return this.begin(topic, partition);
    this.#known.set(id, kept);
    return { epoch: kept.epoch, isNew: false };
  }

  /** Begins a new epoch and keeps it. */
  async begin(topic: string, partition: number): Promise<RowEpoch> {
    const id = this.#id(topic, partition);
    for (;;) {
      const doc = await this.#state.get<PartitionEpoch>('source_offset', id);
      const next: PartitionEpoch = { epoch: (doc?.body.epoch ?? 0) + 1, offset: 0 };
      try {
        await this.#state.put('source_offset', id, next, doc?.version ?? null);
        this.#known.set(id, next);
        return { epoch: next.epoch, isNew: true };
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error;
      }
    }
  }

  /** Keeps offsets Kafka has just committed. */
  async committed(offsets: readonly PartitionOffset[]): Promise<void> {
    const docs: { id: string; body: PartitionEpoch }[] = [];
    for (const { topic, partition, offset } of offsets) {
      const id = this.#id(topic, partition);
      const known = this.#known.get(id);
      if (!known) continue;
      const body = { epoch: known.epoch, offset };
      this.#known.set(id, body);
      docs.push({ id, body });
    }
    if (docs.length > 0) await this.#state.putMany('source_offset', docs);
  }

  #id(topic: string, partition: number): string {
    return `${this.#group}/${topic}/${partition}`;
  }
}
