import type { JobNames } from '../../model/job-names.ts';
import type { LogItem, LogSearch, LogStore } from '../../store/log-store.ts';

const PAGE = 1000;

/** What is walked: from <= ts < to, epoch ms. */
type Walk = Pick<LogSearch, 'query'> & { readonly from: number; readonly to: number };

/**
 * All lines found, oldest first, a page at a time: each span of time that holds more than a page is halved, so that nothing but a page
 * is kept in memory (or one millisecond's lines, where those are more). Yields nothing but filled pages.
 */
export async function* linesForward(
  logs: Pick<LogStore, 'search'>,
  walk: Walk,
  names: JobNames,
  signal?: AbortSignal,
): AsyncGenerator<readonly LogItem[]> {
  const { from, to } = walk;
  const page = await logs.search({ ...walk, limit: PAGE }, names, signal);
  if (page.next === null) {
    if (page.items.length > 0) yield page.items.toReversed();
  } else if (to - from <= 1) {
    yield (await wholeMillisecond(logs, walk, names, signal)).reverse();
  } else {
    const middle = from + Math.floor((to - from) / 2);
    yield* linesForward(logs, { ...walk, to: middle }, names, signal);
    yield* linesForward(logs, { ...walk, from: middle }, names, signal);
  }
}

async function wholeMillisecond(
  logs: Pick<LogStore, 'search'>,
  walk: Walk,
  names: JobNames,
  signal: AbortSignal | undefined,
): Promise<LogItem[]> {
  const items: LogItem[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await logs.search({ ...walk, limit: PAGE, ...(cursor === '' ? {} : { cursor }) }, names, signal);
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}
