/** The true age at the end of a pipeline: numbered records go in, and a reader of each last topic notes when each one came out. */
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Consumer, type Producer } from 'kafkajs';
import { pino } from 'pino';
import { createKafka } from '../../collector/kafka-source.ts';
import type { Broker } from '../e2e/broker.ts';

const TICK_MS = 50;
const PARTITIONS = 2;

/** Where records go in and come out. */
export interface TruthTopics {
  readonly input: string;
  /** Each is read as its own readers do: committed records only. */
  readonly outputs: readonly string[];
}

/** Sends numbered records at a rate that may change, and knows at any later time what had come out at an instant. */
export class TruthWitness {
  readonly #topics: TruthTopics;
  readonly #producer: Producer;
  readonly #consumer: Consumer;
  readonly #admin: Broker['admin'];
  /** When the broker appended record n, epoch ms. */
  readonly #appended: number[] = [];
  /** Per output, when record n could first be read there, epoch ms. */
  readonly #delivered: ReadonlyMap<string, number[]>;
  #sent = 0;
  #due = 0;
  #perSecond = 0;
  #running: Promise<void> | null = null;

  constructor({ server, admin }: Broker, topics: TruthTopics) {
    const kafka = createKafka({ brokers: [...server.brokers], clientId: 'truth' }, pino({ level: 'silent' }));
    this.#topics = topics;
    this.#admin = admin;
    this.#producer = kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1 });
    this.#consumer = kafka.consumer({ groupId: 'truth-witness', readUncommitted: false, maxWaitTimeInMs: 20 });
    this.#delivered = new Map(topics.outputs.map(topic => [topic, []]));
  }

  /** Begins to read, and to send so many records a second. */
  async start(perSecond: number): Promise<void> {
    const all = [this.#topics.input, ...this.#topics.outputs];
    // Append times of the broker: the one clock all topics share.
    await this.#admin.alterConfigs({
      validateOnly: false,
      resources: all.map(name => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }],
      })),
    });
    await Promise.all([this.#producer.connect(), this.#consumer.connect()]);
    await this.#consumer.subscribe({ topics: all, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const readAt = Date.now();
        for (const { value, timestamp } of batch.messages) {
          const { seq } = JSON.parse(String(value)) as { seq: number };
          if (batch.topic === this.#topics.input) this.#appended[seq] = Number(timestamp);
          // A committed record can be read from its commit on, which no record says: when it came is the nearest to it.
          else this.#delivered.get(batch.topic)![seq] ??= readAt;
        }
      },
    });
    this.#perSecond = perSecond;
    this.#running = this.#run();
  }

  rate(perSecond: number): void {
    this.#perSecond = perSecond;
  }

  /** Records that were sent and have not come out, at the output where most are missing. */
  behind(): number {
    return this.#sent - Math.min(...[...this.#delivered.values()].map(count));
  }

  /** Ends sending and reading. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running;
    await Promise.allSettled([this.#producer.disconnect(), this.#consumer.disconnect()]);
  }

  /**
   * Age of the data an output showed at `ts`, ms: how long before it the oldest record was appended that had not come out by then. Zero
   * when everything had. To be asked once everything has been read.
   */
  ageAt(output: string, ts: number): number {
    const delivered = this.#delivered.get(output) ?? [];
    const oldest = this.#appended.find((at, seq) => at <= ts && !((delivered[seq] ?? Number.POSITIVE_INFINITY) <= ts));
    return oldest === undefined ? 0 : ts - oldest;
  }

  /** Sends what is due by the clock since the last batch, so that a late wake-up is made up for. */
  async #run(): Promise<void> {
    let last = performance.now();
    while (this.#running !== null || this.#sent === 0) {
      await delay(TICK_MS);
      const now = performance.now();
      this.#due += ((now - last) / 1000) * this.#perSecond;
      last = now;
      const due = Math.floor(this.#due);
      this.#due -= due;
      if (due === 0) continue;
      const messages = Array.from({ length: due }, (_, i) => ({
        partition: (this.#sent + i) % PARTITIONS,
        value: JSON.stringify({ seq: this.#sent + i }),
      }));
      await this.#producer.send({ topic: this.#topics.input, messages, acks: -1 });
      this.#sent += due;
    }
  }
}

function count(times: readonly number[]): number {
  return times.reduce(n => n + 1, 0);
}
