import type { Clock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import type { JobNames } from '../../model/job-names.ts';
import type { LogItem, LogPage, LogSearch, LogStore } from '../../store/log-store.ts';

/** How often the store is asked, ms. */
const POLL_MS = 1000;
/** Lines that arrive with a time further back than this are not shown, ms. */
const LATE_MS = 120_000;
/** Lines of one look; more between two looks, and the older ones of them are left out, which is said. */
const WINDOW = 2000;

/** What one look found. */
export interface TailLook {
  /** Oldest first. */
  readonly lines: readonly LogItem[];
  /** True when there were more new lines than one look takes: some are missing before these. */
  readonly gap: boolean;
}

export interface TailRequest {
  readonly search: Pick<LogSearch, 'query' | 'from' | 'to'>;
  /** The last line somebody saw who was cut off: what came after it is told first. */
  readonly after?: string;
  readonly signal: AbortSignal;
}

/** Where the lines come from. */
export interface TailSource {
  readonly logs: Pick<LogStore, 'search' | 'get'>;
  readonly names: JobNames;
  readonly clock: Clock;
}

/**
 * Follows a search: every line once, as it becomes searchable, whichever daemon took it in; one look a second, also where it finds
 * nothing. Begins with the lines since `from` or after the line `after`, else with what comes from now on. A store that is away is
 * asked again. Ends by throwing the signal's reason. The first look is awaited, so that its failure can still be answered.
 */
export async function tailLines(source: TailSource, request: TailRequest): Promise<AsyncGenerator<TailLook>> {
  const { logs, names } = source;
  const { search, after, signal } = request;
  const known = after === undefined ? null : await logs.get(after, names, signal);
  const floor = source.clock.now() - LATE_MS;
  const since = known?.ts ?? search.from;
  const page = await look(source, request, Math.min(since ?? floor, floor));
  if (since === undefined) return follow(source, request, page, { lines: [], gap: false });
  // In the order of the store, what stands before the line that was seen came after it.
  const place = page.items.findIndex(item => (known === null ? item.ts < since : item.id === known.id));
  const fresh = place < 0 ? page.items : page.items.slice(0, place);
  return follow(source, request, page, { lines: fresh.toReversed(), gap: place < 0 && page.next !== null });
}

async function* follow(
  source: TailSource,
  request: TailRequest,
  begun: LogPage,
  first: TailLook,
): AsyncGenerator<TailLook> {
  yield first;
  let seen = new Set(begun.items.map(item => item.id));
  for (;;) {
    await source.clock.sleep(POLL_MS, request.signal);
    const page = await look(source, request, source.clock.now() - LATE_MS).catch((error: unknown) => {
      if (error instanceof StoreAwayError) return null;
      throw error;
    });
    if (page === null) continue;
    const fresh = page.items.filter(item => !seen.has(item.id));
    // A whole window of strangers: whatever lies behind it was not seen either.
    const gap = page.next !== null && fresh.length === page.items.length;
    // What has left the window only grows older: it does not come back.
    seen = new Set(page.items.map(item => item.id));
    yield { lines: fresh.reverse(), gap };
  }
}

function look({ logs, names }: TailSource, { search, signal }: TailRequest, floor: number): Promise<LogPage> {
  const from = Math.max(floor, search.from ?? floor);
  return logs.search({ ...search, from, limit: WINDOW }, names, signal);
}
