/**
 * The estate in motion, one second at a time. Everything follows from it: metrics, logs, offsets, NiFi's and Druid's reports are
 * only views of this state (`records/`), so a fault shows up everywhere the way it would in reality.
 */
import type { Estate, JobSpec, NifiSpec } from './estate.ts';
import {
  backlog,
  consume,
  createHop,
  type DruidState,
  dataTime,
  type JobState,
  newContainers,
  produce,
} from './hop-state.ts';
import { createRandom, type Random } from './random.ts';
import type { Release } from './sql.ts';
import { TopicState } from './topic-state.ts';

const CHECKPOINT_S = 60;
/** How much more than its usual input a healthy job can take. */
const HEADROOM = 2.2;
const SESSION_APP = 'application_1790000000000_0007';

/** A NiFi process group with its queue; `queued` holds [second of arrival, records]. */
export interface NifiState {
  readonly spec: NifiSpec;
  readonly topic: TopicState;
  queue: { readonly second: number; records: number }[];
  stalled: boolean;
  inCount: number;
  outCount: number;
  backPressured: boolean;
}

/** Something that happened and must be told on the jobs stream or in a log. */
export type EstateEvent =
  | { readonly kind: 'status'; readonly job: JobState; readonly previous: string; readonly exception?: string }
  | { readonly kind: 'deployed'; readonly job: JobState; readonly replaced: string; readonly by: string }
  | { readonly kind: 'checkpoint-failed'; readonly job: JobState }
  | { readonly kind: 'checkpoint'; readonly job: JobState };

/** The living estate. `second` is epoch seconds; `step` moves it on by one. */
export class Simulation {
  readonly estate: Estate;
  readonly random: Random;
  readonly topics = new Map<string, TopicState>();
  readonly nifi: NifiState[];
  readonly jobs: JobState[];
  readonly druid: DruidState[];
  readonly sessionAppId = SESSION_APP;
  readonly #events: EstateEvent[] = [];
  second: number;

  constructor(estate: Estate, startSecond: number, seed = 20) {
    this.estate = estate;
    this.random = createRandom(seed);
    this.second = startSecond;
    for (const spec of estate.topics) this.topics.set(spec.name, new TopicState(spec, this.random));
    const rates = usualRates(estate);
    this.nifi = estate.nifi.map(spec => ({
      spec,
      topic: this.topic(spec.topic),
      queue: [],
      stalled: false,
      inCount: 0,
      outCount: 0,
      backPressured: false,
    }));
    this.jobs = estate.jobs.map((spec, i) => this.#createJob(spec, i, rates));
    this.druid = estate.druid.map(spec => ({
      ...createHop(spec.dataSource, [this.topic(spec.topic)], 1, Math.max(200, (rates.get(spec.topic) ?? 1) * 60)),
      spec,
      newestRow: startSecond,
    }));
    for (const topic of this.topics.values()) topic.remember(this.second);
  }

  topic(name: string): TopicState {
    const topic = this.topics.get(name);
    if (!topic) throw new Error(`no topic ${name} in the estate`);
    return topic;
  }

  job(name: string): JobState {
    const job = this.jobs.find(j => j.name === name);
    if (!job) throw new Error(`no job ${name} in the estate`);
    return job;
  }

  step(): void {
    this.second += 1;
    for (const flow of this.nifi) this.#stepNifi(flow);
    for (const job of this.jobs) this.#stepJob(job);
    for (const hop of this.druid) {
      consume(hop, 1);
      hop.newestRow = dataTime(hop);
    }
    for (const topic of this.topics.values()) topic.remember(this.second);
  }

  /** What happened since the last call. */
  takeEvents(): EstateEvent[] {
    return this.#events.splice(0);
  }

  /** Changes a job's status; a restart goes back to the last checkpoint, as Flink does. */
  setStatus(job: JobState, status: JobState['status'], exception?: string): void {
    const previous = job.status;
    if (previous === status) return;
    job.status = status;
    job.since = this.second;
    if (status === 'RESTARTING') {
      job.restarts += 1;
      for (const [i, committed] of job.committed.entries()) job.position[i] = [...committed];
      for (const subtask of job.subtasks) {
        subtask.recordsIn = 0;
        subtask.recordsOut = 0;
        subtask.busyMs = 0;
        subtask.busyRatio = 0;
        subtask.inPerSecond = 0;
        subtask.outPerSecond = 0;
      }
    } else if (status === 'RUNNING') job.attempt += 1;
    this.#events.push({ kind: 'status', job, previous, ...(exception === undefined ? {} : { exception }) });
  }

  /** Stops a job with a savepoint and submits another release of it, which goes on where the old one stood under an id of its own. */
  deploy(job: JobState, release: Release | null, by: string): void {
    const replaced = job.jobId;
    job.jobId = this.random.hex(32);
    job.release = release;
    job.since = this.second;
    job.startedAt = this.second;
    job.restarts = 0;
    job.attempt = 0;
    for (const subtask of job.subtasks) Object.assign(subtask, { recordsIn: 0, recordsOut: 0, busyMs: 0 });
    this.#events.push({ kind: 'deployed', job, replaced, by });
  }

  #createJob(spec: JobSpec, index: number, rates: ReadonlyMap<string, number>): JobState {
    const inputs = spec.inputs.map(name => this.topic(name));
    const rate = spec.inputs.reduce((sum, name) => sum + (rates.get(name) ?? 0), 0);
    // Aggregates arrive in bursts once a minute; their readers need room for a whole window at once.
    const burst = spec.inputs.every(name => /^(dws|ads)_/.test(name)) ? 60 : 1;
    const appId = spec.session ? SESSION_APP : `application_1790000000000_${String(100 + index).padStart(4, '0')}`;
    return {
      ...createHop(spec.name, inputs, spec.parallelism, (rate * HEADROOM * burst) / spec.parallelism),
      spec,
      release: null,
      output: this.topic(spec.output),
      jobId: this.random.hex(32),
      appId,
      containers: newContainers(appId, 1, 1 + Math.ceil(spec.parallelism / 2), this.random),
      status: 'RUNNING',
      since: this.second,
      startedAt: this.second,
      restarts: 0,
      attempt: 0,
      speed: 1,
      slowAt: 'source',
      lastWindow: Math.floor(this.second / 60),
      recordsOut: 0,
      toldCheckpoint: -1,
      checkpoint: {
        id: this.random.int(1000, 9000),
        completedAt: this.second - this.random.int(0, CHECKPOINT_S - 1),
        durationMs: this.random.int(300, 900),
        failures: 0,
        sizeBytes: this.random.int(2, 900) * 1_048_576,
        completed: this.random.int(900, 9000),
      },
    };
  }

  #stepNifi(flow: NifiState): void {
    const t = this.second;
    // A day's rhythm, a slower wave and noise: no two minutes are alike.
    const wave =
      1 + 0.18 * Math.sin(t / 700) + 0.08 * Math.sin(t / 97 + flow.spec.rate) + 0.1 * (this.random.next() - 0.5);
    const arriving = flow.spec.rate * wave;
    flow.inCount += arriving;
    flow.queue.push({ second: t, records: arriving });
    const capacity = flow.stalled ? 0 : flow.spec.rate * 3.5;
    let left = capacity;
    while (left > 0 && flow.queue.length > 0) {
      const oldest = flow.queue[0]!;
      const sent = Math.min(left, oldest.records);
      oldest.records -= sent;
      left -= sent;
      flow.outCount += sent;
      flow.topic.write(sent);
      if (oldest.records <= 1e-9) flow.queue.shift();
    }
    flow.backPressured = flow.queue.reduce((sum, q) => sum + q.records, 0) > flow.spec.rate * 60;
  }

  #stepJob(job: JobState): void {
    if (job.status !== 'RUNNING') return;
    const read = consume(job, job.speed);
    const written = produce(job, read);
    job.output.write(written);
    job.recordsOut += written;
    for (const subtask of job.subtasks) {
      const share = written / job.subtasks.length;
      subtask.recordsOut += share;
      subtask.outPerSecond += (share - subtask.outPerSecond) / 20;
      const behind = job.slowAt === 'downstream' && job.speed < 1;
      subtask.backPressuredRatio = behind ? Math.min(0.95, subtask.busyRatio * (1 - job.speed)) : 0;
    }
    if (this.second - job.checkpoint.completedAt >= CHECKPOINT_S) this.#checkpoint(job);
  }

  #checkpoint(job: JobState): void {
    const c = job.checkpoint;
    const slow = job.speed < 0.3 && backlog(job) > 0;
    if (slow && this.second - c.completedAt < CHECKPOINT_S * 3) {
      if ((this.second - c.completedAt) % CHECKPOINT_S !== 0) return;
      c.failures += 1;
      this.#events.push({ kind: 'checkpoint-failed', job });
      return;
    }
    c.id += 1;
    c.completed += 1;
    c.completedAt = this.second;
    c.durationMs = Math.round((slow ? 18_000 : 350) + this.random.next() * 900);
    c.sizeBytes = Math.round(c.sizeBytes * (0.99 + this.random.next() * 0.021));
    for (const [i, position] of job.position.entries()) job.committed[i] = [...position];
    this.#events.push({ kind: 'checkpoint', job });
  }
}

/** Records/s of every topic when all is well. */
function usualRates(estate: Estate): Map<string, number> {
  const rates = new Map(estate.nifi.map(n => [n.topic, n.rate]));
  for (const job of estate.jobs) {
    const rate = job.inputs.reduce((sum, name) => sum + (rates.get(name) ?? 0), 0);
    const windowed = job.kind.includes('window');
    rates.set(job.output, windowed ? job.selectivity / 60 : rate * job.selectivity);
  }
  return rates;
}
