import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import type { BatchSink, RawBatch } from '../source.ts';

const RETRY_STORE_MS = 1000;

/** What a delivery needs of its session. */
export interface DeliveryParts {
  readonly sink: BatchSink;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told when a partition's store is away (true) and answers again (false). */
  readonly onBlocked: (topic: string, isBlocked: boolean) => void;
}

/**
 * Hands a batch to the sink again and again until it is stored; false when `signal` ended that first. Rejects with what is no
 * absence of the store: a bug.
 */
export async function deliver(
  batch: RawBatch,
  { sink, clock, log, onBlocked }: DeliveryParts,
  signal: AbortSignal,
): Promise<boolean> {
  let isBlocked = false;
  const setBlocked = (value: boolean): void => {
    if (isBlocked !== value) onBlocked(batch.topic, value);
    isBlocked = value;
  };
  try {
    while (!signal.aborted) {
      try {
        await sink(batch, { visible: false }, signal);
        if (signal.aborted) return false;
        if (isBlocked) log.info({ topic: batch.topic }, 'the store takes records again');
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        if (!(error instanceof StoreAwayError)) throw error;
        if (!isBlocked) log.warn({ topic: batch.topic, err: error }, 'the store does not take records; waiting');
        setBlocked(true);
        await clock.sleep(RETRY_STORE_MS, signal).catch(() => {});
      }
    }
    return false;
  } finally {
    setBlocked(false);
  }
}
