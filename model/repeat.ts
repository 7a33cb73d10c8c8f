import type { Clock } from './clock.ts';

/** Work that is done again and again until `stop`, which waits for the one under way and is idempotent. */
export interface Repeated {
  start(): void;
  stop(): Promise<void>;
}

/** Does `work` every `ms` after the last one ended, so never two at once. `work` must not reject. */
export function repeat(clock: Clock, ms: number, work: () => Promise<void>): Repeated {
  let cancel: (() => void) | null = null;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const next = (): void => {
    cancel = clock.after(ms, () => {
      running = work().then(() => {
        if (!stopped) next();
      });
    });
  };
  return {
    start: next,
    async stop() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
}
