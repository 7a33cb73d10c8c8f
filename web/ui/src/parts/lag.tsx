import type { JSX } from 'preact';
import { duration } from '../format/duration.ts';
import { lagStep } from '../format/lag-scale.ts';
import { exact } from '../format/number.ts';
import { words } from '../i18n/language.ts';
import { tip } from './tip.ts';

/** A lag in time with its colour step; the tooltip has the exact figures and how they come about. */
export function Lag({ ms, records, at }: { ms: number | null; records?: number | null; at?: string }): JSX.Element {
  const { lag } = words();
  const exactMs = ms === null ? lag.unknown : `${exact(ms)} ms`;
  const backlog = records === undefined || records === null ? null : lag.records(exact(records));
  return (
    <span class="lag" {...tip(exactMs, backlog, at, lag.how)}>
      {duration(ms)}
      <i class={`lag-bg-${lagStep(ms)}`} />
    </span>
  );
}

/** The colour scale with its limits, for charts and graphs that use it. */
export function LagLegend(): JSX.Element {
  const { lag } = words();
  return (
    <ul class="row wrap legend" aria-label={lag.legend}>
      {lag.steps.map((text, step) => (
        <li key={text} class="row" style={{ gap: '5px' }}>
          <i class={`swatch lag-bg-${step}`} />
          {text}
        </li>
      ))}
    </ul>
  );
}
