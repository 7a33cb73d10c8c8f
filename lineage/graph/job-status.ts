/**
 * A job's state as people mean it. While slots are missing Flink goes RESTARTING -> RUNNING -> RESTARTING every few seconds (flink.md); all
 * of that is one restart, from its first RESTARTING until RUNNING has lasted. Pure.
 */

/** One change of status, or a whole restart. */
export interface StatusEvent {
  readonly ts: number;
  readonly jobId: string;
  readonly status: string;
  readonly exception: string | null;
  /** Of a restart: how often RUNNING did not last. */
  readonly flaps?: number;
  /** Of a restart with flaps: the last change to RESTARTING that is part of it. */
  readonly until?: number;
}

export interface SettledStatus {
  /** Null before any is known. */
  readonly status: string | null;
  /** When it began, epoch ms; null where no event says. */
  readonly since: number | null;
  /** Of the restart under way; 0 once the state has settled. */
  readonly flaps: number;
}

/** RUNNING behind RESTARTING has to last this long before the restart is over, ms. */
export const FLAP_MS = 10_000;
const RESTART = 'RESTARTING';
/** What a job passes through between RESTARTING and RUNNING. */
const ON_THE_WAY = new Set(['RUNNING', 'CREATED', 'INITIALIZING', 'RECONCILING']);

/** Whether an event was counted as part of a restart already: to take it again would begin another one. */
export function isPartOf(restart: StatusEvent, event: { readonly ts: number; readonly jobId: string }): boolean {
  return restart.jobId === event.jobId && event.ts > restart.ts && event.ts <= (restart.until ?? restart.ts);
}

/** Folds the restarts of one run's events (oldest first) into one event each; what came after the last RESTARTING stays. */
export function foldRestarts(events: readonly StatusEvent[]): readonly StatusEvent[] {
  const folded: StatusEvent[] = [];
  /** Where in `folded` the restart under way begins; -1 for none. */
  let begin = -1;
  for (const [i, event] of events.entries()) {
    if (event.status === RESTART && begin >= 0) {
      const first = folded[begin]!;
      const flaps = folded.slice(begin + 1).filter(({ status }) => status === 'RUNNING').length;
      folded.length = begin;
      folded.push({
        ...first,
        exception: first.exception ?? event.exception,
        flaps: (first.flaps ?? 0) + flaps + (event.flaps ?? 0),
        until: event.until ?? event.ts,
      });
      continue;
    }
    folded.push(event);
    if (event.status === RESTART) begin = folded.length - 1;
    else if (!ON_THE_WAY.has(event.status) || lasts(event, events[i + 1])) begin = -1;
  }
  return folded;
}

/** The state at `now` that folded events of one run tell. */
export function settledStatus(events: readonly StatusEvent[], now: number): SettledStatus {
  const last = events.at(-1);
  if (last === undefined) return { status: null, since: null, flaps: 0 };
  const restart = events.findLast(({ status }) => !ON_THE_WAY.has(status));
  const isRestarting = restart?.status === RESTART && !(last.status === 'RUNNING' && now - last.ts >= FLAP_MS);
  if (isRestarting) return { status: RESTART, since: restart.ts, flaps: restart.flaps ?? 0 };
  return { status: last.status, since: last.ts, flaps: 0 };
}

function lasts(event: StatusEvent, next: StatusEvent | undefined): boolean {
  return event.status === 'RUNNING' && next !== undefined && next.ts - event.ts >= FLAP_MS;
}
