import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { now, paused } from '../../api/live.ts';
import { type LogFilter, type LogItem, type LogPage, searchLogs } from '../../api/logs.ts';
import { rangeKey, timeRange } from '../../app/time-range.ts';

const PAGE = 200;
/** Lines kept on the page; older pages are not fetched beyond it. */
export const MAX_LINES = 10_000;

export interface LogLines {
  readonly items: readonly LogItem[] | undefined;
  readonly total: LogPage['total'] | undefined;
  /** Newer lines that have arrived but are not shown, so that the reader's place stays. */
  readonly waiting: number;
  readonly error: ApiError | undefined;
  readonly loadingMore: boolean;
  readonly ended: boolean;
  readonly showWaiting: () => void;
  readonly loadOlder: () => void;
}

interface Held {
  readonly items: readonly LogItem[];
  readonly total: LogPage['total'];
  readonly next: string | null;
  readonly waiting: readonly LogItem[];
}

/** `fresh` before `known`, each line once, at most `MAX_LINES`. */
function mergeNewer(fresh: readonly LogItem[], known: readonly LogItem[]): LogItem[] {
  const ids = new Set(known.map(item => item.id));
  return [...fresh.filter(item => !ids.has(item.id)), ...known].slice(0, MAX_LINES);
}

/**
 * The lines of a search, page by page towards the past. While the range follows the present, newer lines are fetched at
 * every beat: shown at once when `atTop()`, else kept waiting.
 */
export function useLogLines(filter: LogFilter, atTop: () => boolean): LogLines {
  const key = JSON.stringify(filter) + rangeKey.value;
  const [held, setHeld] = useState<Held | null>(null);
  const [error, setError] = useState<ApiError>();
  const [loadingMore, setLoadingMore] = useState(false);
  const abort = useRef<AbortController | null>(null);
  const followsPresent = timeRange.value.name !== null;

  const fail = (cause: unknown): void => {
    if (abort.current?.signal.aborted) return;
    setError(cause instanceof ApiError ? cause : new ApiError('internal', 0, String(cause)));
  };

  useEffect(() => {
    const controller = new AbortController();
    abort.current = controller;
    setError(undefined);
    searchLogs(filter, timeRange.peek(), { limit: PAGE }, controller.signal)
      .then(page => setHeld({ ...page, waiting: [] }))
      .catch(cause => {
        if (controller.signal.aborted) return;
        setHeld(null);
        fail(cause);
      });
    return () => controller.abort();
  }, [key]);

  const beat = now.value;
  const firstBeat = useRef(beat);
  useEffect(() => {
    if (beat === firstBeat.current || !followsPresent || paused.peek() || !abort.current) return;
    searchLogs(filter, timeRange.peek(), { limit: PAGE }, abort.current.signal)
      .then(page => {
        setError(undefined);
        setHeld(before => (before ? withNewer(before, page, atTop()) : { ...page, waiting: [] }));
      })
      .catch(fail);
  }, [beat]);

  const loadOlder = (): void => {
    if (!held?.next || loadingMore || held.items.length >= MAX_LINES || !abort.current) return;
    const { next } = held;
    setLoadingMore(true);
    searchLogs(filter, timeRange.peek(), { limit: PAGE, cursor: next }, abort.current.signal)
      .then(page =>
        setHeld(before => before && { ...before, items: mergeNewer(before.items, page.items), next: page.next }),
      )
      .catch(fail)
      .finally(() => setLoadingMore(false));
  };

  return {
    items: held?.items,
    total: held?.total,
    waiting: held?.waiting.length ?? 0,
    error,
    loadingMore,
    ended: held !== null && (held.next === null || held.items.length >= MAX_LINES),
    showWaiting: () =>
      setHeld(before => before && { ...before, items: mergeNewer(before.waiting, before.items), waiting: [] }),
    loadOlder,
  };
}

function withNewer(before: Held, page: LogPage, show: boolean): Held {
  const known = new Set(before.items.map(item => item.id));
  const fresh = page.items.filter(item => !known.has(item.id));
  // More news than a page holds: what is shown would have a gap, so the list starts again from the newest.
  const gap = before.items.length > 0 && fresh.length === page.items.length && page.next !== null;
  if (fresh.length === 0) return { ...before, total: page.total };
  if (show && gap) return { ...page, waiting: [] };
  if (show) return { ...before, total: page.total, items: mergeNewer(fresh, before.items), waiting: [] };
  return { ...before, total: page.total, waiting: gap ? [] : fresh };
}
