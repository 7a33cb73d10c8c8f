import type { Kafka, Producer } from 'kafkajs';

/** A producer that connects when it is first needed, and again after a connection that failed. It never makes a topic. */
export class LazyProducer {
  readonly #kafka: Kafka;
  #producer: Promise<Producer> | null = null;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  /** Rejects as connecting does. */
  async connected(): Promise<Producer> {
    this.#producer ??= this.#connect();
    try {
      return await this.#producer;
    } catch (error) {
      this.#producer = null;
      throw error;
    }
  }

  async close(): Promise<void> {
    const open = this.#producer;
    this.#producer = null;
    await (await open?.catch(() => null))?.disconnect();
  }

  async #connect(): Promise<Producer> {
    const created = this.#kafka.producer({ allowAutoTopicCreation: false });
    await created.connect();
    return created;
  }
}
