import type { JSX } from 'preact';
import type { Freshness } from '../../api/estate.ts';
import type { LineageGraph } from '../../api/lineage.ts';
import { duration } from '../../format/duration.ts';
import { lagStep } from '../../format/lag-scale.ts';
import { exact, percent } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { FreshnessSentence } from '../../parts/freshness-text.tsx';
import { tip } from '../../parts/tip.ts';
import { residences } from '../../parts/waterfall.tsx';
import { consumerHref } from './hops.ts';

/** Segments below this share carry no text; their figure is in the tooltip and the list. */
const LABELLED = 0.09;

/** The age of a report as a bar of the time spent at each hop, source first; each segment leads to its hop's job. */
export function WaterfallCard({ freshness, graph }: { freshness: Freshness; graph: LineageGraph }): JSX.Element {
  const { lineage: w, freshness: f } = words();
  const parts = residences(freshness);
  return (
    <Card title={w.waterfall(freshness.report ?? freshness.dataset)} more={<FreshnessSentence of={freshness} />}>
      <div class="card-body">
        {parts.length > 0 && (
          <div class="big-waterfall" data-testid="waterfall" {...tip(w.waterfallHow)}>
            {parts.map(part => (
              <a
                key={part.hop}
                href={consumerHref(part.hop, graph)}
                class={`segment lag-on-${lagStep(part.ms)} lag-bg-${lagStep(part.ms)}`}
                style={{ flexGrow: Math.max(part.share, 0.004), flexBasis: '0' }}
                aria-label={`${part.consumer} ${duration(part.ms)}`}
                {...tip(
                  part.hop,
                  `${duration(part.ms)} (${percent(part.share, 1)}, ${exact(part.ms)} ms)`,
                  f.residenceHow,
                )}
              >
                {part.share >= LABELLED && (
                  <>
                    <span class="ellipsis segment-name">{part.consumer}</span>
                    <span class="ellipsis">{duration(part.ms)}</span>
                  </>
                )}
              </a>
            ))}
          </div>
        )}
        <div class="row between muted waterfall-axis">
          <span>0</span>
          <span>
            {w.total} {duration(freshness.age_ms)}
          </span>
        </div>
      </div>
    </Card>
  );
}
