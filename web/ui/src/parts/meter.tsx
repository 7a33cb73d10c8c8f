import type { JSX } from 'preact';
import { percent } from '../format/number.ts';
import { tip } from './tip.ts';

/** A share from 0 to 1 as figure and bar; from `hot` it is a warning, from `full` it is critical. */
export function Meter({
  ratio,
  hot = 0.8,
  full = 0.95,
  how,
}: {
  ratio: number | null;
  hot?: number;
  full?: number;
  how?: string;
}): JSX.Element {
  if (ratio === null) return <span class="muted">–</span>;
  const tone = ratio >= full ? 'full' : ratio >= hot ? 'hot' : '';
  return (
    <span class="row" style={{ justifyContent: 'flex-end', gap: '6px' }} {...tip(percent(ratio, 1), how)}>
      {percent(ratio)}
      <span class="meter" aria-hidden="true">
        <i class={tone} style={{ width: `${Math.min(100, Math.max(0, ratio * 100))}%` }} />
      </span>
    </span>
  );
}
