import type { Block, Readiness } from '../lineage/readiness/readiness.ts';
import type { Clock } from '../model/clock.ts';
import { UserError } from '../model/errors.ts';

/** How long one request waits; below what proxies and the client itself give up at. */
const POLL_MS = 20_000;
/** Between two tries while the daemon does not answer. */
const RETRY_MS = 2000;
/** What passes by itself: too many requests, a restart, a standby taking over. */
const PASSING = new Set([429, 502, 503, 504]);

export interface ReadinessWait {
  /** One request that waits for so long, ms; null when nothing is known by the name. Rejects with `UserError` and its HTTP status. */
  readonly ask: (waitMs: number) => Promise<Readiness | null>;
  readonly waitMs: number;
  readonly clock: Clock;
  /** Told of every answer that says something new. */
  readonly tell: (answer: Readiness) => void;
  /** Told once of each time the daemon does not answer. */
  readonly tellAway: (message: string) => void;
}

/**
 * Asks until the data is ready (true) or the time is over (false), through restarts of the daemon. Rejects with `UserError` not-found for a
 * name the daemon has never known, and with what it refuses for good.
 */
export async function waitUntilReady({ ask, waitMs, clock, tell, tellAway }: ReadinessWait): Promise<boolean> {
  const end = clock.monotonic() + waitMs;
  let told = '';
  let isAway = false;
  for (;;) {
    const left = end - clock.monotonic();
    const answer = await attempt(ask, Math.max(0, Math.min(left, POLL_MS)));
    if (typeof answer === 'string' || (answer === null && told !== '')) {
      if (!isAway) tellAway(answer ?? 'the daemon does not know the name for now');
      isAway = true;
    } else if (answer === null) {
      throw new UserError('not-found', 'the daemon knows neither a report nor a dataset of this name', { status: 404 });
    } else {
      isAway = false;
      const news = JSON.stringify([answer.ready, answer.blocking.map(roundedEta), answer.rows]);
      if (news !== told) tell(answer);
      told = news;
      if (answer.ready) return true;
    }
    const rest = end - clock.monotonic();
    if (rest <= 0) return false;
    if (isAway) await clock.sleep(Math.min(rest, RETRY_MS));
  }
}

/** The answer, or why there is none for now. */
async function attempt(ask: ReadinessWait['ask'], waitMs: number): Promise<Readiness | null | string> {
  try {
    return await ask(waitMs);
  } catch (error) {
    if (error instanceof UserError && PASSING.has(error.status)) return error.message;
    throw error;
  }
}

/** An ETA that only counts down says nothing new: it is told again when it has halved or doubled. */
function roundedEta({ hop, reason, eta_ms }: Block): readonly unknown[] {
  return [hop, reason, eta_ms === null ? null : Math.round(Math.log2(Math.max(1, eta_ms / 1000)))];
}
