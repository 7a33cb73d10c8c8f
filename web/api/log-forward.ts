import type { JobNames } from '../../model/job-names.ts';
import type { LogItem, LogSearch, LogStore } from '../../store/log-store.ts';

const PAGE = 1000;

/** What is walked: from <= ts < to, epoch ms. */
type Walk = Pick<LogSearch, 'query'> & { readonly from: number; readonly to: number };

/** All lines found, oldest first, a page at a time: nothing but a page is kept in memory. Yields nothing but filled pages. */
export async function* linesForward(
  logs: Pick<LogStore, 'forward'>,
  walk: Walk,
  names: JobNames,
  signal?: AbortSignal,
): AsyncGenerator<readonly LogItem[]> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await logs.forward(
      { ...walk, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
      names,
      signal,
    );
    if (page.items.length > 0) yield page.items;
    cursor = page.next;
  }
}
