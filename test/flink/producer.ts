/** Events for the first topic, at a steady rate, each counted: what every figure of the daemon is compared with. */
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Producer } from 'kafkajs';
import { pino } from 'pino';
import { createKafka } from '../../collector/kafka-source.ts';

const TOPIC = 'dw_sdk_log';
const PARTITIONS = 2;
const TICK_MS = 50;

/** How many events had been acknowledged at an instant. */
export interface Count {
  /** Epoch ms. */
  readonly ts: number;
  readonly sent: number;
  /** Those of them that the filter lets pass. */
  readonly matching: number;
}

/** Sends events to `dw_sdk_log`. */
export class EventProducer {
  readonly #producer: Producer;
  readonly #counts: Count[] = [];
  #sent = 0;
  #matching = 0;
  #perSecond = 0;
  #oneIn = 1;
  #due = 0;
  #failsNext = false;
  #failureSentAt = 0;
  #running: Promise<void> | null = null;

  constructor(brokers: readonly string[]) {
    const kafka = createKafka({ brokers: [...brokers], clientId: 'events' }, pino({ level: 'silent' }));
    this.#producer = kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1 });
  }

  /** Begins to send so many events a second, one in `oneIn` of which the filter keeps; again with another rate changes it. */
  async start(perSecond: number, oneIn: number): Promise<void> {
    this.#perSecond = perSecond;
    this.#oneIn = oneIn;
    if (this.#running) return;
    await this.#producer.connect();
    this.#running = this.#run();
  }

  /** The next event that passes the filter throws in the function `explode` of a job that was never restarted. */
  failNext(): void {
    this.#failsNext = true;
  }

  /** When the broker acknowledged the event of `failNext`, epoch ms; 0 before. */
  get failureSentAt(): number {
    return this.#failureSentAt;
  }

  /** Events acknowledged by the broker so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Those of them that the filter lets pass. */
  get matching(): number {
    return this.#matching;
  }

  /** Events acknowledged at `ts`: between two batches as many as the line between them says. */
  at(ts: number): Count {
    const after = this.#counts.findIndex(count => count.ts >= ts);
    const [a, b] =
      after <= 0 ? [this.#counts.at(after), this.#counts.at(after)] : this.#counts.slice(after - 1, after + 1);
    if (!a || !b) return { ts, sent: 0, matching: 0 };
    const share = a.ts === b.ts ? 1 : (ts - a.ts) / (b.ts - a.ts);
    const between = (from: number, to: number): number => from + (to - from) * share;
    return { ts, sent: between(a.sent, b.sent), matching: between(a.matching, b.matching) };
  }

  /** Ends with the batch under way; the counts are final then. */
  async stop(): Promise<void> {
    this.#perSecond = 0;
    const running = this.#running;
    this.#running = null;
    await running;
    await this.#producer.disconnect();
  }

  /** Sends what is due by the clock since the last batch, so that a late wake-up is made up for. */
  async #run(): Promise<void> {
    let last = performance.now();
    while (this.#perSecond > 0) {
      await delay(TICK_MS);
      const now = performance.now();
      this.#due += ((now - last) / 1000) * this.#perSecond;
      last = now;
      const count = Math.floor(this.#due);
      this.#due -= count;
      if (count > 0) await this.#send(count);
    }
  }

  async #send(count: number): Promise<void> {
    const now = Date.now();
    let matching = 0;
    let holdsFailure = false;
    const messages = Array.from({ length: count }, (_, i) => {
      const seq = this.#sent + i;
      const passes = seq % this.#oneIn === 0;
      if (passes) matching++;
      const fails = passes && this.#failsNext;
      if (fails) {
        this.#failsNext = false;
        holdsFailure = true;
      }
      return { partition: seq % PARTITIONS, value: JSON.stringify(event(seq, passes, fails, now)) };
    });
    await this.#producer.send({ topic: TOPIC, messages, acks: -1, compression: kafkajs.CompressionTypes.None });
    this.#sent += count;
    this.#matching += matching;
    const ts = Date.now();
    this.#counts.push({ ts, sent: this.#sent, matching: this.#matching });
    if (holdsFailure) this.#failureSentAt = ts;
  }
}

function event(seq: number, passes: boolean, fails: boolean, now: number): object {
  return {
    event_id: `event-${seq % 7}`,
    system_id: passes ? '2' : '1',
    imei: `86${String(seq % 1000).padStart(13, '0')}`,
    seq,
    event_time: now,
    ...(fails ? { fails_in_attempt: 0 } : {}),
  };
}
