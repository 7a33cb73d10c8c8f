import type { JSX } from 'preact';
import { setRelativeRange } from '../../app/time-range.ts';
import { clock, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { tip } from '../../parts/tip.ts';

/** Says that the graph is one of the past, or that `ways` are of now all the same, and leads back to now. */
export function AsOf({ at, ways }: { at: number; ways: boolean }): JSX.Element {
  const { river } = words();
  return (
    <p class="notice as-of" role="status">
      <span {...tip(fullTime(at))}>{ways ? river.waysNow : river.asOf(clock(at))}</span>
      <button type="button" class="button" onClick={() => setRelativeRange('1h')}>
        {river.toNow}
      </button>
    </p>
  );
}
