/**
 * lineage/lag: lag and freshness. `offsets.ts` with `tables/` keeps what is known of positions and end offsets, `lag-deriver.ts` turns
 * it into the series `lag` and `lag_records`, `compose/progress.ts` says up to when a hop has consumed, `freshness.ts` composes that
 * along the graph, `answer.ts` makes it an answer, `recorder.ts` writes series and answers questions, `replay.ts` does so over a file.
 */
import { Curve } from './tables/curve.ts';
import { HopTopic, PartitionEnds, PartitionPositions, TopicEnds } from './tables/hop-topic.ts';
import { MinutesHeard } from './tables/minutes-heard.ts';
import { sameTopic, type TopicIdentity, topicIdentity } from './tables/topic-identity.ts';

const DAY_MS = 86_400_000;

/** Completed checkpoints, queue ages and watermarks of a hop. */
export interface HopFacts {
  /** Completion time -> barrier time. */
  readonly checkpoints: Curve;
  /** Time -> up to when the queue had been emptied then. */
  readonly queue: Curve;
  queueEstimated: boolean;
  /** Time -> end of the last window its watermark closes, never after the time itself; 0 while it has none. */
  readonly watermarks: Curve;
  /** Time -> records dropped because they came too late, since the job's start. */
  readonly lateDropped: Curve;
  dirty: boolean;
}

export interface OffsetTablesOptions {
  /** Name of the cluster behind an address in a dataset id; null when unknown. */
  readonly clusterOf?: (address: string) => string | null;
  /** Cluster a consumer's rows without one belong to (a topic of that name may exist on several); '' when unknown. */
  readonly clusterOfConsumer?: (hop: string, topic: string) => string;
  /** Partitions with a table, end offsets and positions together. */
  readonly maxPartitions?: number;
}

/**
 * Everything known of offsets: end offsets per (cluster, topic, partition), positions per (hop, cluster, topic, group, partition),
 * checkpoints and queue ages per hop. `addRow` fills it. Bounded: 24 h a curve and `maxPartitions` curves; what is beyond that is
 * refused and counted.
 */
export class OffsetTables {
  readonly options: OffsetTablesOptions;
  readonly #maxPartitions: number;
  readonly #ends = new Map<string, TopicEnds[]>();
  readonly #consumers = new Map<string, HopTopic>();
  readonly #byHop = new Map<string, HopTopic[]>();
  readonly #byTopic = new Map<string, HopTopic[]>();
  readonly #facts = new Map<string, HopFacts>();
  #partitions = 0;
  #refused = 0;
  readonly #gone: (HopTopic | TopicEnds | string)[] = [];
  /** Event time of the newest row since the start; NaN before any. */
  newestTs = Number.NaN;
  /** Of which minutes rows have come since the start. */
  readonly heard = new MinutesHeard();

  constructor(options: OffsetTablesOptions = {}) {
    this.options = options;
    this.#maxPartitions = options.maxPartitions ?? 200_000;
  }

  /** Partitions with a curve. */
  get partitions(): number {
    return this.#partitions;
  }

  /** Rows not taken because `maxPartitions` is reached, since the last call. */
  takeRefused(): number {
    const refused = this.#refused;
    this.#refused = 0;
    return refused;
  }

  /** Consumers of a topic by this hop; several when it reads with several groups. */
  consumersOf(hop: string, topicId: string): readonly HopTopic[] {
    const all = this.#byHop.get(hop);
    if (all === undefined) return [];
    const wanted = this.#identity(topicId);
    return all.filter(consumer => sameTopic(wanted, identityOf(consumer)));
  }

  /** Every consumer that reads these end offsets. */
  readersOf(ends: TopicEnds): readonly HopTopic[] {
    return (this.#byTopic.get(ends.topic) ?? []).filter(consumer => this.endsFor(consumer) === ends);
  }

  /** The end offsets a consumer's positions are measured against; null when none are known or several could be meant. */
  endsFor(consumer: { readonly topic: string; readonly cluster: string }): TopicEnds | null {
    const all = this.#ends.get(consumer.topic);
    if (all === undefined) return null;
    const own = all.find(ends => ends.cluster === consumer.cluster);
    if (own !== undefined) return own;
    if (consumer.cluster !== '') return all.find(ends => ends.cluster === '') ?? null;
    return all.length === 1 ? all[0]! : null;
  }

  /** Every partition of a topic that has end offsets. */
  *endsOf(topicId: string): Generator<PartitionEnds> {
    const wanted = this.#identity(topicId);
    for (const ends of this.#ends.get(wanted.topic) ?? []) {
      if (!sameTopic(wanted, identityOf(ends))) continue;
      for (const partition of ends.partitions.values()) if (partition.curve.length > 0) yield partition;
    }
  }

  /** Time of the newest position, also of one that was restored; NaN without any. */
  newestSample(): number {
    let newest = Number.NaN;
    for (const { lastSampleTs } of this.#consumers.values()) if (!(lastSampleTs <= newest)) newest = lastSampleTs;
    return newest;
  }

  /** Whether open transactions have been seen in a topic. */
  hasTransactions(topicId: string): boolean {
    return this.endsOf(topicId).some(({ stable }) => stable !== null);
  }

  factsOf(hop: string): HopFacts | undefined {
    return this.#facts.get(hop);
  }

  consumers(): Iterable<HopTopic> {
    return this.#consumers.values();
  }

  *topics(): Generator<TopicEnds> {
    for (const all of this.#ends.values()) yield* all;
  }

  hopFacts(): Iterable<readonly [string, HopFacts]> {
    return this.#facts;
  }

  /** Drops everything about a hop that has ended for good. */
  forgetHop(hop: string): void {
    for (const consumer of this.#byHop.get(hop) ?? []) this.#forget(consumer);
    if (this.#facts.delete(hop)) this.#gone.push(hop);
  }

  /** Drops consumers, topics and hops not heard of for 24 h before `now`. */
  expire(now: number): void {
    const oldest = now - DAY_MS;
    for (const consumer of [...this.#consumers.values()]) {
      if (!(consumer.lastSampleTs >= oldest)) this.#forget(consumer);
    }
    for (const [topic, all] of this.#ends) {
      const isLive = (ends: TopicEnds): boolean =>
        [...ends.partitions.values()].some(({ curve }) => curve.lastT >= oldest);
      const live = all.filter(isLive);
      if (live.length > 0) this.#ends.set(topic, live);
      else this.#ends.delete(topic);
      for (const ends of all) {
        if (live.includes(ends)) continue;
        this.#partitions -= ends.partitions.size;
        this.#gone.push(ends);
      }
    }
    for (const [hop, { checkpoints, queue, watermarks }] of this.#facts) {
      if ([checkpoints, queue, watermarks].some(({ lastT }) => lastT >= oldest)) continue;
      this.#facts.delete(hop);
      this.#gone.push(hop);
    }
  }

  /** What was dropped since the last call: consumers, topics, and hops whose checkpoints, queues or watermarks were known. */
  takeGone(): readonly (HopTopic | TopicEnds | string)[] {
    return this.#gone.splice(0);
  }

  /** The table of a topic, made when it is new; null when the bound is reached. Also used to restore a snapshot. */
  topicEnds(cluster: string, topic: string): TopicEnds {
    let all = this.#ends.get(topic);
    if (all === undefined) this.#ends.set(topic, (all = []));
    let ends = all.find(known => known.cluster === cluster);
    if (ends === undefined) all.push((ends = new TopicEnds(cluster, topic)));
    return ends;
  }

  /**
   * The table of a consumer, made when it is new. One hop's reader of one topic may be told of by two witnesses, its own metrics
   * without cluster and group, and the brokers with both: these are one consumer, which learns what it lacks.
   */
  consumer(hop: string, cluster: string, topic: string, group: string): HopTopic {
    const exact = this.#consumers.get(consumerKey(hop, cluster, topic, group));
    if (exact !== undefined) return exact;
    const alike = (this.#byHop.get(hop) ?? []).filter(known => known.topic === topic && couldBe(known, cluster, group));
    const [only] = alike;
    if (only !== undefined && alike.length === 1) {
      this.#consumers.delete(keyOf(only));
      only.identify(cluster, group);
      this.#consumers.set(keyOf(only), only);
      return only;
    }
    const consumer = new HopTopic(hop, cluster, topic, group);
    this.#consumers.set(keyOf(consumer), consumer);
    append(this.#byHop, hop, consumer);
    append(this.#byTopic, topic, consumer);
    return consumer;
  }

  partitionEnds(ends: TopicEnds, partition: number): PartitionEnds | null {
    let known = ends.partitions.get(partition);
    if (known === undefined) {
      if (!this.#admit()) return null;
      ends.partitions.set(partition, (known = new PartitionEnds()));
    }
    return known;
  }

  partitionPositions(consumer: HopTopic, partition: number | null): PartitionPositions | null {
    let known = partition === null ? consumer.whole : consumer.partitions.get(partition);
    if (known) return known;
    if (!this.#admit()) return null;
    known = new PartitionPositions();
    if (partition === null) consumer.whole = known;
    else consumer.partitions.set(partition, known);
    return known;
  }

  restoreFacts(hop: string, facts: HopFacts): void {
    this.#facts.set(hop, facts);
  }

  #forget(consumer: HopTopic): void {
    this.#consumers.delete(keyOf(consumer));
    remove(this.#byHop, consumer.hop, consumer);
    remove(this.#byTopic, consumer.topic, consumer);
    this.#gone.push(consumer);
    this.#partitions -= consumer.partitions.size + (consumer.whole ? 1 : 0);
  }

  #admit(): boolean {
    if (this.#partitions >= this.#maxPartitions) {
      this.#refused++;
      return false;
    }
    this.#partitions++;
    return true;
  }

  /** The facts of a hop, made when they are new. */
  facts(hop: string): HopFacts {
    let facts = this.#facts.get(hop);
    if (facts === undefined) {
      facts = {
        checkpoints: new Curve(),
        queue: new Curve(),
        queueEstimated: false,
        watermarks: new Curve(),
        lateDropped: new Curve(),
        dirty: true,
      };
      this.#facts.set(hop, facts);
    }
    return facts;
  }

  #identity(topicId: string): TopicIdentity {
    return topicIdentity(topicId, this.options.clusterOf);
  }
}

function identityOf(table: { readonly topic: string; readonly cluster: string }): TopicIdentity {
  return { topic: table.topic, cluster: table.cluster === '' ? null : table.cluster };
}

function append<V>(index: Map<string, V[]>, key: string, value: V): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [value]);
  else list.push(value);
}

function remove<V>(index: Map<string, V[]>, key: string, value: V): void {
  const rest = (index.get(key) ?? []).filter(other => other !== value);
  if (rest.length > 0) index.set(key, rest);
  else index.delete(key);
}

function consumerKey(hop: string, cluster: string, topic: string, group: string): string {
  return `${hop}\u0000${cluster}\u0000${topic}\u0000${group}`;
}

function keyOf(consumer: HopTopic): string {
  return consumerKey(consumer.hop, consumer.cluster, consumer.topic, consumer.group);
}

/** Whether a row of this cluster and group may speak of a consumer: what one of the two does not say is no difference. */
function couldBe(consumer: HopTopic, cluster: string, group: string): boolean {
  const fits = (own: string, told: string): boolean => own === told || own === '' || told === '';
  return fits(consumer.cluster, cluster) && fits(consumer.group, group);
}
