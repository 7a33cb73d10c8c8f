import type { Clock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import type { JobNames } from '../../model/job-names.ts';
import type { LogFollower, LogItem, LogSearch, LogStore, LogTotal } from '../../store/log-store.ts';

/** How often the store is asked, ms. */
const POLL_MS = 1000;
/** Lines of one look; more between two looks, and the older ones of them are left out, which is said. */
const WINDOW = 2000;

/** What one look found. */
export interface TailLook {
  /** In the order of their arrival. */
  readonly lines: readonly LogItem[];
  /** How many lines are missing before these. */
  readonly missed: LogTotal;
  /** Stands for having seen all of this; null before it is known. */
  readonly mark: string | null;
}

export interface TailRequest {
  readonly search: Pick<LogSearch, 'query' | 'from' | 'to'>;
  /** The last line or mark somebody saw who was cut off: what arrived after it is told first. */
  readonly after?: string;
  readonly signal: AbortSignal;
}

/** Where the lines come from. */
export interface TailSource {
  readonly logs: Pick<LogStore, 'search' | 'follow'>;
  readonly names: JobNames;
  readonly clock: Clock;
}

const NONE: LogTotal = { value: 0, relation: 'eq' };
const UNKNOWN: LogTotal = { value: 0, relation: 'gte' };

/**
 * Follows a search: every line once, when it becomes searchable, whatever its time and whichever daemon took it in; one look a second, also
 * where it finds nothing. Begins with the lines since `from` or behind `after`, else with what comes from now on. A store that is away is
 * asked again. Ends by throwing the signal's reason. The first look is awaited, so that its failure can still be answered.
 */
export async function tailLines(source: TailSource, request: TailRequest): Promise<AsyncGenerator<TailLook>> {
  const { logs, names } = source;
  const { search, after, signal } = request;
  const follow = { ...search, limit: WINDOW };
  const resumed = after === undefined ? null : await logs.follow({ ...follow, after }, names, signal);
  if (resumed !== null) {
    const { items, ...rest } = await resumed.next(signal);
    return looks(source, request, resumed, { lines: items, ...rest }, new Set());
  }
  const follower = await logs.follow(follow, names, signal);
  if (follower === null) throw new Error('what arrives from now on can always be followed');
  // Nobody knows what was missed since a line that is not known any more.
  const missed = after === undefined ? NONE : UNKNOWN;
  if (search.from === undefined || after !== undefined) {
    const { items, mark } = await follower.next(signal);
    return looks(source, request, follower, { lines: items, missed, mark }, new Set());
  }
  const { items, total } = await logs.search(follow, names, signal);
  const first = {
    lines: items.toReversed(),
    missed: { ...total, value: Math.max(0, total.value - items.length) },
    mark: null,
  };
  // What arrived between the two questions is among the answers of both.
  return looks(source, request, follower, first, new Set(items.map(item => item.id)));
}

async function* looks(
  { clock }: TailSource,
  { signal }: TailRequest,
  follower: LogFollower,
  first: TailLook,
  told: ReadonlySet<string>,
): AsyncGenerator<TailLook> {
  yield first;
  for (let known = told; ; ) {
    await clock.sleep(POLL_MS, signal);
    const arrived = await follower.next(signal).catch((error: unknown) => {
      if (error instanceof StoreAwayError) return null;
      throw error;
    });
    if (arrived === null) continue;
    const { items, missed, mark } = arrived;
    yield { lines: items.filter(item => !known.has(item.id)), missed, mark };
    known = new Set();
  }
}
