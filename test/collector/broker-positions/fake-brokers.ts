import type { Brokers, OffsetKind, TopicOffsets } from '../../../collector/broker-positions/brokers.ts';

/** A cluster in memory: what it is asked, in order, and whether it answers. */
export class FakeBrokers implements Brokers {
  readonly asked: string[] = [];
  /** Topic -> end offset of each partition. */
  readonly ends = new Map<string, number[]>();
  /** Topic -> last stable offset of each partition, where it is not the end offset. */
  readonly stable = new Map<string, number[]>();
  /** Group -> topic -> commit of each partition, -1 for none. */
  readonly committed = new Map<string, Record<string, readonly number[]>>();
  closed = 0;
  away = false;
  /** Called with every question, before it is answered. */
  onAsk: (question: string) => void | Promise<void> = () => {};

  async topics(): Promise<ReadonlyMap<string, readonly number[]>> {
    await this.#ask('topics');
    return new Map([...this.ends].map(([topic, ends]) => [topic, [...ends.keys()]]));
  }

  async groups(): Promise<readonly string[]> {
    await this.#ask('groups');
    return [...this.committed.keys()];
  }

  async commits(groups: readonly string[]): Promise<ReadonlyMap<string, TopicOffsets>> {
    await this.#ask('commits');
    return new Map(
      groups.map(group => [
        group,
        new Map(Object.entries(this.committed.get(group) ?? {}).map(([topic, offsets]) => [topic, known(offsets)])),
      ]),
    );
  }

  async offsets(topics: readonly string[], which: OffsetKind): Promise<TopicOffsets> {
    await this.#ask(which);
    const of = (topic: string): readonly number[] => {
      const ends = this.ends.get(topic) ?? [];
      if (which === 'start') return ends.map(() => 0);
      return which === 'end' ? ends : (this.stable.get(topic) ?? ends);
    };
    return new Map(topics.map(topic => [topic, known(of(topic))]));
  }

  async close(): Promise<void> {
    this.closed++;
  }

  async #ask(question: string): Promise<void> {
    this.asked.push(question);
    await this.onAsk(question);
    if (this.away) throw new Error('nobody answers');
  }
}

function known(offsets: readonly number[]): ReadonlyMap<number, number> {
  return new Map([...offsets.entries()].filter(([, offset]) => offset >= 0));
}
