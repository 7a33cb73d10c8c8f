import type { JSX } from 'preact';
import { type Freshness, hopConsumer } from '../api/estate.ts';
import { link } from '../app/router.ts';
import { duration } from '../format/duration.ts';
import { lagStep } from '../format/lag-scale.ts';
import { exact, percent } from '../format/number.ts';
import { words } from '../i18n/language.ts';
import { tip } from './tip.ts';

export interface Residence {
  readonly hop: string;
  readonly consumer: string;
  readonly ms: number;
  /** Share of the age, 0 to 1. */
  readonly share: number;
}

/** Residences along the critical path, source first; together they are the age. */
export function residences(freshness: Freshness): Residence[] {
  const entries = Object.entries(freshness.residence_ms);
  const sum = entries.reduce((total, [, ms]) => total + ms, 0);
  return entries.map(([hop, ms]) => ({ hop, consumer: hopConsumer(hop), ms, share: sum > 0 ? ms / sum : 0 }));
}

/** The age as a bar of where it was spent; each segment leads to its hop on the path. */
export function WaterfallBar({ freshness, height = 8 }: { freshness: Freshness; height?: number }): JSX.Element {
  const { freshness: w } = words();
  const parts = residences(freshness);
  return (
    <div class="waterfall" style={{ height: `${height}px` }}>
      {parts.map(part => (
        <a
          key={part.hop}
          href={link('/lineage', { root: freshness.report ?? freshness.dataset, hop: part.hop })}
          class={`lag-bg-${lagStep(part.ms)}`}
          style={{ flexGrow: Math.max(part.share, 0.002), flexBasis: '0' }}
          aria-label={`${part.consumer} ${duration(part.ms)}`}
          {...tip(
            `${part.consumer}  ${duration(part.ms)} (${percent(part.share)})`,
            `${exact(part.ms)} ms`,
            w.residenceHow,
          )}
        />
      ))}
    </div>
  );
}
