import type { Clock } from '../../model/clock.ts';
import { isPassing } from '../readiness-wait.ts';
import type { LogLine } from './log-answers.ts';
import { LogFollower, type LogReader } from './log-follower.ts';

const MINUTE = 60_000;
const POLL_MS = 1000;
/** Between two tries while the daemon does not answer. */
const RETRY_MS = 2000;
/** Minutes looked at every time, and those looked at once a minute: a line that is late by more is not told. */
const RECENT_MS = 10 * MINUTE;
const WINDOW_MS = 24 * 60 * MINUTE;

export interface LogTail {
  readonly reader: LogReader;
  /** How many of the lines there are already come first, 0 to 1,000. */
  readonly last: number;
  readonly clock: Clock;
  /** Told of lines that have come, oldest first. */
  readonly tell: (lines: readonly LogLine[]) => void;
  /** Told of what is no line: lines that are lost to the reader, and once of each time the daemon does not answer. */
  readonly remark: (text: string) => void;
}

/**
 * Follows a search until the signal aborts, then resolves: every line that comes from now on is told once, in the order of time as far as
 * they come in it, through restarts of the daemon. Rejects with `UserError` for what the daemon refuses for good, and when it does not answer
 * at first.
 */
export async function tailLogs(tail: LogTail, signal: AbortSignal): Promise<void> {
  const { reader, clock, tell, remark } = tail;
  try {
    const follower = new LogFollower(reader);
    const floor = await begin(tail, follower, signal);
    let isAway = false;
    let wholeAt = clock.monotonic();
    for (;;) {
      await clock.sleep(isAway ? RETRY_MS : POLL_MS, signal);
      const isWhole = clock.monotonic() - wholeAt >= MINUTE;
      try {
        for await (const found of follower.look(since(floor, clock.now(), isWhole ? WINDOW_MS : RECENT_MS), signal)) {
          if (found.kind === 'lines') tell(found.lines);
          else remark(missedText(found));
        }
        if (isWhole) {
          follower.drop(since(Number.NEGATIVE_INFINITY, clock.now(), WINDOW_MS));
          wholeAt = clock.monotonic();
        }
        isAway = false;
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (!isAway) remark(`${error.message}; waiting for it`);
        isAway = true;
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Tells the last lines there are; from the instant that is returned on, everything else is new. */
async function begin(
  { reader, last, clock, tell }: LogTail,
  follower: LogFollower,
  signal: AbortSignal,
): Promise<number> {
  const { items } = await reader.page({}, { limit: Math.max(1, last), cursor: null }, signal);
  const oldest = items.at(-1)?.ts ?? Number.NEGATIVE_INFINITY;
  // A machine whose clock is ahead stamps lines with instants to come: lines of the present are new all the same.
  const floor = Math.max(Math.min(clock.now(), oldest), clock.now() - WINDOW_MS);
  const lines = new Map(items.toReversed().map(line => [line.id, line]));
  for await (const found of follower.look(floor, signal)) {
    if (found.kind === 'lines') for (const line of found.lines) lines.set(line.id, line);
  }
  if (last > 0) tell([...lines.values()].sort((a, b) => a.ts - b.ts).slice(-last));
  return floor;
}

/** The beginning of a window: that of a minute, but not before the floor. */
function since(floor: number, now: number, length: number): number {
  return Math.max(floor, Math.floor((now - length) / MINUTE) * MINUTE);
}

function missedText({ minute, count }: { readonly minute: number; readonly count: number }): string {
  const [from, to] = [minute, minute + MINUTE].map(at => new Date(at).toISOString());
  return `${count.toLocaleString('en')} late lines are not shown; logs search --from ${from} --to ${to} finds them`;
}
