import type { Readiness } from '../lineage/readiness/readiness.ts';
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
  let told: Readiness | null = null;
  let isAway = false;
  for (;;) {
    const left = end - clock.monotonic();
    // The first answer comes at once: who waits wants to know for what.
    const answer = await attempt(ask, told === null ? 0 : Math.max(0, Math.min(left, POLL_MS)));
    if (typeof answer === 'string' || (answer === null && told !== null)) {
      if (!isAway) tellAway(answer ?? 'the daemon does not know the name for now');
      isAway = true;
    } else if (answer === null) {
      throw new UserError('not-found', 'the daemon knows neither a report nor a dataset of this name', { status: 404 });
    } else {
      isAway = false;
      if (told === null || isNews(told, answer)) {
        tell(answer);
        told = answer;
      }
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
    if (isPassing(error)) return error.message;
    throw error;
  }
}

/** Whether a daemon's refusal passes by itself, so that asking again makes sense. */
export function isPassing(error: unknown): error is UserError {
  return error instanceof UserError && PASSING.has(error.status);
}

/** An ETA that only counts down is no news until it has halved; one that has doubled is. */
function isNews(before: Readiness, after: Readiness): boolean {
  if (before.ready !== after.ready || before.blocking.length !== after.blocking.length) return true;
  if (JSON.stringify(before.rows) !== JSON.stringify(after.rows)) return true;
  return after.blocking.some(({ hop, reason, eta_ms: eta }, i) => {
    const known = before.blocking[i];
    if (known?.hop !== hop || known.reason !== reason) return true;
    if (eta === null || known.eta_ms === null) return eta !== known.eta_ms;
    return eta > 2 * known.eta_ms || 2 * eta < known.eta_ms;
  });
}
