/** Where a consumer stands in each partition assigned to it. Pure bookkeeping. */

interface Place {
  /** Next offset to store; null until the first batch. */
  next: number | null;
  /** Next offset the broker will assign, as last heard; null until heard. */
  end: number | null;
  /** Kafka timestamp reached: of the last record stored, or of the first one waiting; null when nothing was read. */
  reachedTs: number | null;
  /** Offset safe to commit and not yet committed. */
  uncommitted: number | null;
}

export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export class PartitionTable {
  readonly #places = new Map<string, Map<number, Place>>();

  /** Takes a new assignment; what is known of partitions kept and lost is forgotten, since reading begins at the commits again. */
  assign(assignment: Readonly<Record<string, readonly number[]>>): void {
    this.#places.clear();
    for (const [topic, partitions] of Object.entries(assignment)) {
      this.#places.set(
        topic,
        new Map(partitions.map(p => [p, { next: null, end: null, reachedTs: null, uncommitted: null }])),
      );
    }
  }

  /** Where reading will begin, when known before the first batch. */
  starts(topic: string, partition: number, next: number): void {
    const place = this.#place(topic, partition);
    if (place && place.next === null) place.next = next;
  }

  /** The broker's end offset. */
  ends(topic: string, partition: number, end: number): void {
    const place = this.#place(topic, partition);
    if (place) place.end = end;
  }

  /** A batch was received and is on its way to the store. */
  received(topic: string, partition: number, first: { offset: number; ts: number }, end: number): void {
    const place = this.#place(topic, partition);
    if (!place) return;
    place.end = end;
    place.next = first.offset;
    place.reachedTs ??= first.ts;
  }

  /** Everything before `next` is stored. */
  stored(topic: string, partition: number, next: number, ts: number): void {
    const place = this.#place(topic, partition);
    if (!place) return;
    place.next = next;
    place.reachedTs = ts;
    place.uncommitted = next;
  }

  /** Everything before `next` held nothing to store (control records of transactions). */
  skipped(topic: string, partition: number, next: number, end: number): void {
    const place = this.#place(topic, partition);
    if (!place || next <= (place.next ?? 0)) return;
    place.next = next;
    place.end = end;
    place.uncommitted = next;
  }

  /** Offsets to commit now. */
  uncommitted(): PartitionOffset[] {
    const offsets: PartitionOffset[] = [];
    for (const [topic, partitions] of this.#places) {
      for (const [partition, place] of partitions) {
        if (place.uncommitted !== null) offsets.push({ topic, partition, offset: place.uncommitted });
      }
    }
    return offsets;
  }

  committed(offsets: readonly PartitionOffset[]): void {
    for (const { topic, partition, offset } of offsets) {
      const place = this.#place(topic, partition);
      if (place?.uncommitted === offset) place.uncommitted = null;
    }
  }

  /** Next offset to store, null when unknown or not assigned. */
  next(topic: string, partition: number): number | null {
    return this.#place(topic, partition)?.next ?? null;
  }

  /** Records not yet stored; null while an end offset or position is unknown. */
  lag(topic: string): number | null {
    let lag = 0;
    for (const place of this.#places.get(topic)?.values() ?? []) {
      if (place.end === null || place.next === null) return null;
      lag += Math.max(0, place.end - place.next);
    }
    return this.#places.has(topic) ? lag : null;
  }

  /**
   * The time up to which everything is stored: the minimum over partitions, where one that is read to its end counts as level
   * with `now`. Null while a partition's place is unknown.
   */
  watermark(topic: string, now: number): number | null {
    let watermark = now;
    const places = this.#places.get(topic);
    if (!places) return null;
    for (const { next, end, reachedTs } of places.values()) {
      if (next !== null && end !== null && next >= end) continue;
      if (reachedTs === null) return null;
      watermark = Math.min(watermark, reachedTs);
    }
    return watermark;
  }

  #place(topic: string, partition: number): Place | undefined {
    return this.#places.get(topic)?.get(partition);
  }
}
