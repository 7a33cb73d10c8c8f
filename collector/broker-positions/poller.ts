import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { OffsetsRow } from '../../model/offset-row.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import type { Brokers } from './brokers.ts';
import { type Cycle, type CycleLimits, type PolledCluster, runCycle } from './cycle.ts';
import type { Estate } from './estate.ts';

/** No more than this is waited between two tries of a cluster that does not answer, ms. */
const MAX_PAUSE_MS = 30_000;
const CLOSE_BUDGET_MS = 1500;
const ABSENT_NAMED = 5;

export interface PollerParts {
  readonly cluster: PolledCluster;
  readonly brokers: Brokers;
  readonly estate: () => Estate;
  /** Takes the rows of one cycle; rejects when they could not be stored. */
  readonly sink: (rows: readonly OffsetsRow[], arrivedAt: number, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly limits: CycleLimits;
  /** Share of an interval before the first cycle, 0 to 1. */
  readonly phase: number;
  readonly telemetry: Telemetry;
  readonly log: Logger;
}

/** How polling one cluster stands. */
export interface ClusterStatus {
  readonly name: string;
  /** starting: no cycle yet · polling · away: the last cycle failed. */
  readonly state: 'starting' | 'polling' | 'away';
  /** What is wrong, in words; empty when nothing is. */
  readonly detail: string;
  /** Moment of the last complete cycle, epoch ms. */
  readonly polledAt: number | null;
  readonly cycleMs: number | null;
  readonly topics: number;
  readonly partitions: number;
  readonly groups: number;
}

/** Polls one cluster for as long as it runs: a cycle begins an interval after the one before began, or at its end where it took longer. */
export class ClusterPoller {
  readonly #parts: PollerParts;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #failures = 0;
  #failure = '';
  #last: { readonly cycle: Cycle; readonly at: number; readonly ms: number } | null = null;

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Waits for a cycle under way, not for brokers that hang. Idempotent. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('polling stops'));
    // Closing fails the requests under way, which ends the cycle.
    await this.#close(() => this.#running);
  }

  status(): ClusterStatus {
    const { title: name } = this.#parts.cluster;
    const { cycle, at, ms } = this.#last ?? { cycle: null, at: null, ms: null };
    return {
      name,
      state: this.#failures > 0 ? 'away' : cycle === null ? 'starting' : 'polling',
      detail: this.#failures > 0 ? this.#failure : cycle === null ? '' : missing(cycle),
      polledAt: at,
      cycleMs: ms,
      topics: cycle?.topics ?? 0,
      partitions: cycle?.partitions ?? 0,
      groups: cycle?.groups ?? 0,
    };
  }

  async #run(): Promise<void> {
    const { clock, cluster, phase } = this.#parts;
    await this.#pause(cluster.pollMs * phase);
    while (!this.#stop.signal.aborted) {
      const begun = clock.monotonic();
      const failure = await this.#once().catch((error: unknown) => error as Error);
      if (failure) await this.#failed(failure);
      else this.#answered();
      const every = Math.min(Math.max(cluster.pollMs, MAX_PAUSE_MS), cluster.pollMs * 2 ** Math.min(this.#failures, 6));
      await this.#pause(Math.max(0, every - (clock.monotonic() - begun)));
    }
  }

  /** One cycle; null when it went well. */
  async #once(): Promise<null> {
    const { cluster, brokers, estate, sink, clock, telemetry } = this.#parts;
    const labels = { cluster: cluster.title };
    const begun = clock.monotonic();
    const cycle = await runCycle(cluster, brokers, estate(), this.#parts);
    const ms = Math.round(clock.monotonic() - begun);
    if (this.#stop.signal.aborted) return null;
    if (cycle.rows.length > 0) await sink(cycle.rows, clock.now(), this.#stop.signal);
    this.#last = { cycle, at: clock.now(), ms };
    telemetry.pollSeconds.observe(labels, ms / 1000);
    telemetry.pollPartitions.set(labels, cycle.partitions);
    telemetry.pollUnanswered.inc(labels, cycle.unanswered);
    telemetry.pollRefused.inc(labels, cycle.refused);
    return null;
  }

  #answered(): void {
    const { log, cluster } = this.#parts;
    if (this.#failures > 0) log.info({ cluster: cluster.title, attempts: this.#failures }, 'offsets are polled again');
    this.#failures = 0;
  }

  /** The first failure is logged; the ones after it only count. The next cycle begins with connections of its own. */
  async #failed(error: Error): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { log, cluster, telemetry } = this.#parts;
    this.#failures++;
    this.#failure = error.message;
    telemetry.pollFailures.inc({ cluster: cluster.title });
    if (this.#failures === 1) log.warn({ cluster: cluster.title, err: error }, 'offsets cannot be polled; trying on');
    await this.#close();
  }

  /** Closes the connections and then waits for `more`, neither for long: brokers may hang. */
  async #close(more: () => Promise<void> = async () => {}): Promise<void> {
    const { clock, brokers } = this.#parts;
    const closed = brokers.close().then(more);
    await Promise.race([closed.catch(() => {}), clock.sleep(CLOSE_BUDGET_MS)]);
  }

  async #pause(ms: number): Promise<void> {
    await this.#parts.clock.sleep(ms, this.#stop.signal).catch(() => {});
  }
}

function missing({ absent, unanswered, refused }: Cycle): string {
  const named = absent.slice(0, ABSENT_NAMED).join(', ');
  const more = absent.length > ABSENT_NAMED ? ` and ${absent.length - ABSENT_NAMED} more` : '';
  return [
    absent.length > 0 ? `no such topic here: ${named}${more}` : '',
    unanswered > 0 ? `${unanswered} partitions or groups gave no answer` : '',
    refused > 0 ? `${refused} partitions or groups are beyond the limit` : '',
  ]
    .filter(Boolean)
    .join('; ');
}
