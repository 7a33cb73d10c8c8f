import { StoreAwayError } from '../../model/errors.ts';
import type { PipelineContext } from '../pipeline.ts';

/** Runs a store call and records how long it took or why it failed. */
export async function timed<T>(context: PipelineContext, store: string, call: () => Promise<T>): Promise<T> {
  const begun = context.clock.monotonic();
  try {
    const result = await call();
    context.telemetry.storeSeconds.observe({ store }, (context.clock.monotonic() - begun) / 1000);
    return result;
  } catch (error) {
    context.telemetry.storeErrors.inc({ store, reason: error instanceof StoreAwayError ? 'away' : 'failed' });
    throw error;
  }
}
