/**
 * Drills of alerting: a daemon that is killed again and again while jobs fire and resolve, and a receiver that remembers what it was told. One
 * round takes each job from quiet to firing and back; what must have reached the receiver is known from the rounds alone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Daemon, startDaemon, writeConfig } from './daemon.ts';
import { type Judge, type MockChannel, startMockChannel } from './mock-channels.ts';
import { until } from './until.ts';

/** One alert as the receiver saw it. */
export interface Told {
  readonly at: number;
  readonly key: string;
  readonly job: string;
  readonly rule: string;
  readonly status: string;
  readonly startsAt: string;
}

export const RULE = {
  name: 'drill',
  schedule: '* * * * * *',
  delay: '0s',
  window: '1h',
  group_by: ['job'],
  matchers: { job: { op: '=~', value: 'job-.*' } },
  metrics: [{ metric: 'waiting', op: 'LAST' }],
  condition: '{0} > 5',
  receivers: ['sink'],
} as const;

export class AlertDrill {
  readonly #config: string;
  readonly sink: MockChannel;
  daemon: Daemon;
  kills = 0;

  private constructor(config: string, sink: MockChannel, daemon: Daemon) {
    this.#config = config;
    this.sink = sink;
    this.daemon = daemon;
  }

  /** A daemon with its data below `dir`, or on the store `more` names; `judge` is what the receiver answers. */
  static async start(dir: string, more: object = {}, judge: Judge = () => ({ body: {} })): Promise<AlertDrill> {
    const sink = await startMockChannel(judge);
    const config = writeConfig(dir, 'drill', {
      http: { port: 0 },
      data_dir: `${dir}/data`,
      alerting: { delay: '0s' },
      channels: [
        {
          name: 'sink',
          type: 'webhook',
          url: `${sink.url}/hook`,
          secret: 'drill',
          allow_private: true,
          retry: { min: '200ms', max: '1s', give_up: '1h' },
        },
      ],
      ...more,
    });
    let daemon: Daemon | null = null;
    try {
      daemon = await startDaemon(config);
      const drill = new AlertDrill(config, sink, daemon);
      await drill.#ready();
      return drill;
    } catch (error) {
      await daemon?.kill();
      await sink.close();
      throw error;
    }
  }

  /** SIGKILL, then a new process on the same data. */
  async kill(): Promise<void> {
    this.kills++;
    await this.daemon.kill();
    this.daemon = await startDaemon(this.#config);
    await this.#ready();
  }

  async stop(): Promise<void> {
    await this.daemon.stop();
    await this.sink.close();
  }

  /** Reports a value of each job, again and again until it is taken: a daemon that is killed answers nobody. */
  async report(value: number, jobs: readonly string[]): Promise<void> {
    const ts = Date.now();
    const lines = jobs.map(job => JSON.stringify({ ts, name: 'waiting', value, type: 'gauge', vars: { job } }));
    await until('the report is taken', async () => {
      const answer = await this.daemon
        .post('/api/v1/ingest/metrics', lines.join('\n'), { 'idempotency-key': `drill-${ts}-${value}` })
        .catch(() => null);
      return answer?.status === 200;
    });
  }

  /** Everything the receiver was told, in order. */
  told(): readonly Told[] {
    return this.sink.requests.flatMap((request, at) =>
      (request.body.alerts ?? []).map(({ status, labels, startsAt }) => ({
        at,
        key: String(request.headers['idempotency-key']),
        job: labels['job'] ?? '',
        rule: labels['alertname'] ?? '',
        status,
        startsAt,
      })),
    );
  }

  /** Waits until the receiver was told this of each job as often as said, counting episodes. */
  async hears(status: string, jobs: readonly string[], episodes: number, limitMs = 60_000): Promise<void> {
    const heard = (job: string): number =>
      new Set(this.told().flatMap(t => (t.job === job && t.status === status ? t.startsAt : []))).size;
    await until(
      `${status} of ${jobs.join(', ')} for the ${episodes}. time`,
      () => jobs.every(job => heard(job) >= episodes),
      limitMs,
      () => Object.fromEntries(jobs.map(job => [job, heard(job)])),
    );
  }

  async #ready(): Promise<void> {
    await until('the daemon evaluates', async () => (await this.daemon.readiness().catch(() => null))?.ready);
  }
}

/** Episodes told under several keys, and ends without a beginning: must be empty. */
export function faults(told: readonly Told[]): readonly string[] {
  const found: string[] = [];
  const episodes = Map.groupBy(told, ({ rule, job, startsAt }) => `${rule} ${job} ${startsAt}`);
  for (const [episode, words] of episodes) {
    for (const status of ['firing', 'resolved']) {
      const keys = new Set(words.flatMap(word => (word.status === status ? word.key : [])));
      if (keys.size > 1) found.push(`${episode} ${status} under ${keys.size} keys`);
    }
    const [begun, ended] = ['firing', 'resolved'].map(status => words.find(word => word.status === status)?.at);
    if (ended !== undefined && (begun === undefined || begun > ended)) found.push(`${episode} ended before it began`);
  }
  return found;
}

/** A pause of up to `ms`, so that a kill falls anywhere between a report, its tick, its flush and its delivery. */
export async function somewhere(ms: number, random: () => number): Promise<void> {
  await delay(Math.floor(random() * ms));
}
