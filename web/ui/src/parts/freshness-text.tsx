import type { JSX } from 'preact';
import { type Freshness, hopConsumer } from '../api/estate.ts';
import { link } from '../app/router.ts';
import { duration, durationRange } from '../format/duration.ts';
import { exact } from '../format/number.ts';
import { clock, fullTime } from '../format/time.ts';
import { words } from '../i18n/language.ts';
import { LevelBadge } from './level.tsx';
import { tip } from './tip.ts';

/** `Data as of 10:42`: the safe bound. */
function AsOf({ of }: { of: Freshness }): JSX.Element {
  const { freshness: w } = words();
  if (of.complete_up_to === null) {
    return (
      <span class="soft" {...tip(w.unknownHow)}>
        {w.unknown}
      </span>
    );
  }
  return (
    <span
      class="strong"
      {...tip(fullTime(of.complete_up_to), w.asOfHow, of.stale.length > 0 && w.stale(of.stale.join(', ')))}
    >
      {w.asOf(clock(of.complete_up_to, of.ts))}
    </span>
  );
}

/** `about 3 min behind`: the point estimate, with its bounds in the tooltip. */
function Behind({ of }: { of: Freshness }): JSX.Element | null {
  const { freshness: w } = words();
  if (of.age_ms === null)
    return of.stale.length > 0 ? <span class="soft">{w.unknownWhy(of.stale.join(', '))}</span> : null;
  const bounds =
    of.age_low_ms !== null && of.age_high_ms !== null ? w.bounds(durationRange(of.age_low_ms, of.age_high_ms)) : null;
  return (
    <span
      class="soft"
      {...tip(`${exact(of.age_ms)} ms`, bounds, of.lag_sum_ms !== null && w.lagSum(duration(of.lag_sum_ms)), w.ageHow)}
    >
      {w.behind(duration(of.age_ms))}
    </span>
  );
}

/** Link to the blamed hop on the path. */
function Blame({ of }: { of: Freshness }): JSX.Element | null {
  if (of.blame === null) return null;
  return (
    <a href={link('/lineage', { root: of.report ?? of.dataset, hop: of.blame })} {...tip(of.blame)}>
      {hopConsumer(of.blame)}
    </a>
  );
}

/** The whole badge in words: data as of, behind, because of, caught up in. */
export function FreshnessSentence({ of }: { of: Freshness }): JSX.Element {
  const { freshness: w } = words();
  const late = of.level === 'warning' || of.level === 'critical';
  return (
    <span class="row wrap" style={{ gap: '4px 10px' }}>
      <LevelBadge level={of.level} pill />
      <AsOf of={of} />
      <Behind of={of} />
      {late && of.blame !== null && (
        <span class="soft">
          {w.because} <Blame of={of} />
        </span>
      )}
      {late && of.eta_ms !== null && <span class="muted">{w.eta(durationRange(of.eta_ms.low, of.eta_ms.high))}</span>}
    </span>
  );
}
