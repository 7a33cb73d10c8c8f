import type { Logger } from 'pino';
import { retryDelay } from '../../alerting/notify/retry.ts';
import type { JobInfo } from '../../lineage/graph/job-registry.ts';
import { newsOf, type Step, type Told } from '../../lineage/openlineage/emission.ts';
import type { OpenLineageEvent } from '../../lineage/openlineage/events.ts';
import type { Clock } from '../../model/clock.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import type { EventTarget } from './target.ts';

export interface SenderParts {
  readonly target: EventTarget;
  /** What the target was told, by job; the sender goes on with it. */
  readonly told: Map<string, Told>;
  readonly job: (name: string) => JobInfo | null;
  /** The event of one step, as the job is now. */
  readonly event: (job: JobInfo, step: Step) => OpenLineageEvent;
  /** Keeps what the target was told. Rejects while the store is away: the next call brings it again. */
  readonly keep: (told: ReadonlyMap<string, Told>) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
}

/** Jobs with something to tell; the registry holds no more. */
const MAX_WAITING = 50_000;
const RETRY = { minMs: 1000, maxMs: 5 * 60_000 } as const;
/** What was told is kept after so many jobs, or when nothing waits any more. */
const KEEP_EVERY = 100;

/**
 * Tells one target of the jobs it is given, one event after the other, each job's in their order. It queues names, not events: what is
 * new of a job is found when its turn comes, so a target that is away costs no memory and misses no more than the job's own history does.
 */
export class EventSender {
  readonly #parts: SenderParts;
  readonly #waiting = new Set<string>();
  readonly #unkept = new Map<string, Told>();
  readonly #stopping = new AbortController();
  #wake: () => void = () => {};
  #running: Promise<void> = Promise.resolve();
  #isFailing = false;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Something of this job may be new. Never waits. */
  note(job: string): void {
    const { telemetry, target } = this.#parts;
    if (this.#waiting.has(job)) return;
    if (this.#waiting.size >= MAX_WAITING) {
      telemetry.lineageEvents.inc({ target: target.name, outcome: 'dropped' });
      return;
    }
    this.#waiting.add(job);
    this.#showWaiting();
    this.#wake();
  }

  /** Ends within the request under way and keeps what was told. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { telemetry, target, logger } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const [name] = this.#waiting;
      if (name === undefined) {
        await this.#keep();
        if (this.#waiting.size === 0 && !signal.aborted) await this.#nextNote();
        continue;
      }
      // Taken out first: what is noted while the job is told counts for another turn.
      this.#waiting.delete(name);
      this.#showWaiting(1);
      await this.#tell(name).catch(error => {
        telemetry.lineageEvents.inc({ target: target.name, outcome: 'failed' });
        logger.error({ err: error, job: name }, 'a job could not be told as lineage events');
      });
      this.#showWaiting();
      if (this.#unkept.size >= KEEP_EVERY) await this.#keep();
    }
    await this.#keep();
  }

  #nextNote(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve;
    });
  }

  async #tell(name: string): Promise<void> {
    const { job: find, told: known, event, clock, telemetry, target } = this.#parts;
    const job = find(name);
    if (job === null) return;
    const { steps, told, missed } = newsOf(job, known.get(name) ?? null, clock.now());
    if (missed) telemetry.lineageEvents.inc({ target: target.name, outcome: 'dropped' });
    for (const step of steps) if (!(await this.#send(event(job, step)))) return;
    if (steps.length === 0) return;
    known.set(name, told);
    this.#unkept.set(name, told);
  }

  /** Until it is sent or refused for good; false when stopped before. */
  async #send(event: OpenLineageEvent): Promise<boolean> {
    const { target, clock, random, telemetry } = this.#parts;
    const { signal } = this.#stopping;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const result = await target.send(event, signal);
      if (result.kind === 'sent') {
        telemetry.lineageEvents.inc({ target: target.name, outcome: 'sent' });
        this.#noteHealth(null);
        return true;
      }
      if (signal.aborted) return false;
      this.#noteHealth(result.error);
      if (result.kind === 'permanent') {
        telemetry.lineageEvents.inc({ target: target.name, outcome: 'refused' });
        return true;
      }
      telemetry.lineageEvents.inc({ target: target.name, outcome: 'retried' });
      const wait = retryDelay(
        { ...RETRY, giveUpMs: Number.POSITIVE_INFINITY },
        attempt,
        result.retryAfterMs ?? 0,
        random(),
      );
      await clock.sleep(wait, signal).catch(() => undefined);
    }
    return false;
  }

  /** The first failure is logged, and the first success after it. */
  #noteHealth(error: string | null): void {
    const { logger, target } = this.#parts;
    if (error !== null && !this.#isFailing)
      logger.warn({ target: target.name, error }, 'a lineage event was not taken');
    else if (error === null && this.#isFailing) logger.info({ target: target.name }, 'lineage events are taken again');
    this.#isFailing = error !== null;
  }

  async #keep(): Promise<void> {
    if (this.#unkept.size === 0) return;
    const batch = new Map(this.#unkept);
    try {
      await this.#parts.keep(batch);
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'what lineage events were told could not be kept');
      return;
    }
    for (const [name, told] of batch) if (this.#unkept.get(name) === told) this.#unkept.delete(name);
  }

  /** `underWay`: jobs being told, which wait until it is done. */
  #showWaiting(underWay = 0): void {
    const { telemetry, target } = this.#parts;
    telemetry.lineageEventsWaiting.set({ target: target.name }, this.#waiting.size + underWay);
  }
}
