/** Positions and job events go to the daemon that owns lag: into its own tables and graph where that is this one, else to the topics it reads. */
import { type Forwarder, type JobEventSink, NotForwardedError, type OffsetSink } from '../collector/derive.ts';

export interface HandoverParts {
  /** Whether this daemon owns lag at this moment. */
  readonly owns: () => boolean;
  /** Where the owner keeps them. */
  readonly offsets: OffsetSink;
  readonly jobEvents: JobEventSink;
  /** Absent without Kafka: then positions taken in elsewhere than at the owner are refused. */
  readonly forwarder: Forwarder | null;
}

export interface Handover extends OffsetSink, JobEventSink {
  /** For /api/v1/status. */
  status(): { readonly owner: boolean; readonly detail: string };
  close(): Promise<void>;
}

const NO_WAY = 'another daemon owns lag, and without kafka there is no way to tell it';

export function createHandover({ owns, offsets, jobEvents, forwarder }: HandoverParts): Handover {
  let isCut = false;
  const way = (): Forwarder => {
    isCut = forwarder === null;
    if (forwarder === null) throw new NotForwardedError(NO_WAY);
    return forwarder;
  };
  return {
    async take(rows, arrivedAt, options, signal) {
      if (owns()) return offsets.take(rows, arrivedAt, options, signal);
      await way().rows(rows);
    },
    async accept(events, arrivedAt, signal) {
      if (owns()) return jobEvents.accept(events, arrivedAt, signal);
      await way().events(events);
    },
    status() {
      const owner = owns();
      const problem = isCut ? NO_WAY : (forwarder?.problem() ?? '');
      return { owner, detail: owner || problem === '' ? '' : `positions and jobs seen here reach nobody: ${problem}` };
    },
    async close() {
      await forwarder?.close();
    },
  };
}
