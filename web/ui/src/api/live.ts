/**
 * Live data. Every `useLive` is loaded again at each beat of one clock, keeps showing what it has meanwhile, and shows the
 * last answer at once when its key comes back. Nothing is loaded while the page is hidden or paused.
 */
import { computed, effect, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from './client.ts';

const BEAT_MS = 5_000;
/** Answers kept for going back; the oldest goes first. */
const KEPT = 40;

/** The user stopped the refresh. */
export const paused = signal(false);
/** Time of the last beat, epoch ms by the daemon's clock. */
export const now = signal(Date.now());
/** Counts beats; what depends on it is loaded again. */
const beat = signal(0);
/** Paths whose last load failed because nothing answered; the header says so while any is left. */
const failing = signal<ReadonlySet<string>>(new Set());
export const unreachable = computed(() => failing.value.size > 0);

let clockSkewMs = 0;

/** Corrects `now` by the daemon's clock, so that ranges and ages fit its data. */
export function setServerTime(serverNow: number): void {
  clockSkewMs = serverNow - Date.now();
}

/** Starts the beat. Call once. */
export function startBeat(): void {
  const tick = (): void => {
    if (paused.value || document.hidden) return;
    now.value = Date.now() + clockSkewMs;
    beat.value++;
  };
  window.setInterval(tick, BEAT_MS);
  document.addEventListener('visibilitychange', tick);
  let wasPaused = paused.value;
  effect(() => {
    const resumed = wasPaused && !paused.value;
    wasPaused = paused.value;
    if (resumed) queueMicrotask(tick);
  });
}

/** Loads everything on the screen again now. */
export function refreshNow(): void {
  now.value = Date.now() + clockSkewMs;
  beat.value++;
}

const kept = new Map<string, { readonly data: unknown; readonly at: number }>();

function keep(key: string, data: unknown): void {
  kept.delete(key);
  kept.set(key, { data, at: Date.now() });
  if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? '');
}

function setFailing(key: string, failed: boolean): void {
  if (failing.value.has(key) === failed) return;
  const next = new Set(failing.value);
  if (failed) next.add(key);
  else next.delete(key);
  failing.value = next;
}

export interface Live<T> {
  /** The last answer for this key, or for the key before while `stale`. */
  readonly data: T | undefined;
  /** The last load failed; `data` may still hold what was known before. */
  readonly error: ApiError | undefined;
  /** `data` belongs to an earlier key. */
  readonly stale: boolean;
}

interface Held<T> extends Live<T> {
  readonly key: string;
}

export interface LiveOptions {
  /** Beats between two loads: 1 by default; infinity loads until there is an answer. */
  readonly every?: number;
  /** Shows the data of the key before until the new one has loaded: for pictures of one thing over changing ranges. */
  readonly keepOld?: boolean;
}

/**
 * Loads `load` under `key` and again at each beat. A changed key aborts the load under way; a null key loads nothing.
 * `load` must depend on nothing but the key and the time range.
 */
export function useLive<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  options: LiveOptions = {},
): Live<T> {
  const fromCache = key === null ? undefined : (kept.get(key)?.data as T | undefined);
  const [held, setHeld] = useState<Held<T>>({ key: key ?? '', data: fromCache, error: undefined, stale: false });

  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    let loading = false;
    // What nobody answered is asked for again at each beat, also where one answer would be enough.
    let unanswered = false;
    const run = async (): Promise<void> => {
      if (loading) return;
      loading = true;
      try {
        const data = await load(abort.signal);
        // An answer that was cut off half-way has no body: it must not be kept.
        if (abort.signal.aborted) return;
        keep(key, data);
        unanswered = false;
        setFailing(key, false);
        setHeld({ key, data, error: undefined, stale: false });
      } catch (error) {
        if (abort.signal.aborted) return;
        const known = error instanceof ApiError ? error : new ApiError('internal', 0, String(error));
        unanswered = known.code === 'unreachable' || known.status >= 500;
        setFailing(key, known.code === 'unreachable');
        setHeld(before => ({ key, data: before.key === key ? before.data : undefined, error: known, stale: false }));
      } finally {
        loading = false;
      }
    };
    void run();
    const seen = beat.peek();
    const every = options.every ?? 1;
    const stop = beat.subscribe(count => {
      if (count !== seen && (unanswered || (count - seen) % every === 0)) void run();
    });
    return () => {
      abort.abort();
      stop();
      setFailing(key, false);
    };
  }, [key]);

  if (held.key === key || key === null) return held;
  const old = options.keepOld ? held.data : undefined;
  return { data: fromCache ?? old, error: undefined, stale: fromCache === undefined };
}
