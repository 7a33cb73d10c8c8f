import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { now, useLive } from '../../api/live.ts';
import { type LogFilter, searchLogs } from '../../api/logs.ts';
import { setParams } from '../../app/router.ts';
import { RANGES, timeRange } from '../../app/time-range.ts';
import { duration } from '../../format/duration.ts';
import { clock, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { Empty } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

/** As far back as the ranges on offer reach. */
const REACH_MS = RANGES['7d'];
/** What is shown around the newest line: what led to it, and a little after. */
const BEFORE_MS = 30 * 60_000;
const AFTER_MS = 60_000;

/**
 * No line in the range: says when the last one was, and leads there. Who pasted the ID of a container means its lines whenever they were, so for such a
 * search the range goes there by itself.
 */
export function Elsewhere({ filter }: { filter: LogFilter }): JSX.Element {
  const { logs: w } = words();
  const live = useLive(
    `logs/newest/${JSON.stringify(filter)}`,
    signal => searchLogs(filter, { from: now.peek() - REACH_MS, to: now.peek() + AFTER_MS }, { limit: 1 }, signal),
    { every: Infinity },
  );
  const newest = live.data?.items[0];
  const range = timeRange.value;
  const follows = range.name !== null && newest !== undefined && newest.ts < range.from && namesOneThing(filter);
  useEffect(() => {
    if (newest && follows) setParams(rangeAround(newest.ts));
  }, [newest?.id, follows]);
  if (newest && follows) return <Empty title={w.lastAt(clock(newest.ts))} />;
  return (
    <Empty title={w.none}>
      {newest ? (
        <>
          <p {...tip(fullTime(newest.ts))}>
            {w.lastAt(clock(newest.ts))} · {w.ago(duration(now.value - newest.ts))}
          </p>
          <p>
            <button
              type="button"
              class="button primary"
              onClick={() => setParams(rangeAround(newest.ts), { push: true })}
            >
              {w.goThere}
            </button>
          </p>
        </>
      ) : (
        <>
          <p>{live.data ? w.noneInReach : w.noneHow}</p>
          <p class="muted">{w.noneYet}</p>
        </>
      )}
    </Empty>
  );
}

/** Whether the search is for one container, application or job ID and nothing else. */
function namesOneThing({ q, ...fields }: LogFilter): boolean {
  const named = Object.entries(fields).filter(([, value]) => value);
  if (q !== '') return named.length === 0 && /^job_id:\w+$/.test(q);
  return named.length > 0 && named.every(([field]) => field === 'container' || field === 'app');
}

function rangeAround(ts: number): { readonly range: undefined; readonly from: number; readonly to: number } {
  return { range: undefined, from: ts - BEFORE_MS, to: ts + AFTER_MS };
}
