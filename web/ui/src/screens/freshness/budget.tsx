import type { JSX } from 'preact';
import type { Standing } from '../../api/freshness.ts';
import { duration } from '../../format/duration.ts';
import { exact, percent } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { tip } from '../../parts/tip.ts';

/** The period as people say it. */
export function periodText(period: string): string {
  const { board: w, unit } = words();
  if (period === 'week' || period === 'month' || period === 'quarter') return w[period];
  return period.replace('d', ` ${unit.d}`);
}

/** What is left of the error budget, as figure and bar; an overspent one is below zero. */
export function BudgetLeft({ standing }: { standing: Standing }): JSX.Element {
  const { board: w } = words();
  const { left_ratio: ratio, left_ms: left, total_ms: total } = standing.budget;
  const tone = ratio <= 0 ? 'full' : ratio < 0.25 ? 'hot' : '';
  return (
    <span
      class="row budget-left"
      {...tip(left < 0 ? w.overspent(duration(-left)) : w.budgetHow(duration(left), duration(total)))}
    >
      <span class={`num ${ratio <= 0 ? 'level-critical strong' : ''}`}>{percent(ratio)}</span>
      <span class="meter" aria-hidden="true">
        <i class={tone} style={{ width: `${Math.min(100, Math.max(0, ratio * 100))}%` }} />
      </span>
    </span>
  );
}

/** Share of good minutes, with what was promised in the tooltip. */
export function Attained({ standing }: { standing: Standing }): JSX.Element {
  const { board: w } = words();
  const { good, bad, unknown } = standing.minutes;
  const missed = standing.attainment !== null && standing.attainment < standing.target;
  return (
    <span
      class={`num ${missed ? 'level-critical strong' : ''}`}
      {...tip(
        w.target(targetText(standing.target), periodText(standing.period)),
        w.attainedHow(exact(good), exact(good + bad + unknown)),
      )}
    >
      {percent(standing.attainment, digits(standing.target))}
    </span>
  );
}

/** As many digits of what was attained as tell it from the target: one for 99 %, two for 99.9 %. */
function digits(target: number): number {
  return Math.min(4, Math.max(1, Math.ceil(-Math.log10(Math.max(1 - target, 1e-6))) - 1));
}

/** The target without zeros that say nothing: `99 %`, `99.95 %`. */
export function targetText(target: number): string {
  return `${Number((target * 100).toFixed(4))} %`;
}
