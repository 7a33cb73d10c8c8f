import type { JobEvent } from '../model/job-event.ts';

/**
 * Remembers which events were handed on, so that each is handed on once: every metric record of a job names its id. Bounded;
 * when full the oldest are forgotten, and such an event is handed on again, which does no harm.
 */
export class SeenEvents {
  readonly #limit: number;
  readonly #keys = new Set<string>();

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  /** The events not marked before, each kind of news once. */
  unseen(events: Iterable<JobEvent>): JobEvent[] {
    const fresh = new Map<string, JobEvent>();
    for (const event of events) {
      const key = keyOf(event);
      if (!this.#keys.has(key) && !fresh.has(key)) fresh.set(key, event);
    }
    return [...fresh.values()];
  }

  /** Call once the events are safe. */
  mark(events: Iterable<JobEvent>): void {
    for (const event of events) {
      const key = keyOf(event);
      this.#keys.delete(key);
      this.#keys.add(key);
      if (this.#keys.size > this.#limit)
        for (const oldest of this.#keys) {
          this.#keys.delete(oldest);
          break;
        }
    }
  }
}

function keyOf(event: JobEvent): string {
  if (event.type === 'job_id') return `id ${event.jobId} ${event.appId ?? ''} ${event.jobName}`;
  if (event.type === 'topic_read') return `read ${event.jobName} ${event.topic}`;
  return JSON.stringify(event);
}
