import type { JSX } from 'preact';
import type { Beats } from '../../api/freshness.ts';
import { clock } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { tip } from '../../parts/tip.ts';

const STATES = { g: 'good', b: 'bad', u: 'unknown', x: 'unwatched' } as const;

/** A bar a stretch, told apart by height as well as colour: late ones stand tallest, what was not judged lies flat. */
export function Heartbeat({ beats }: { beats: Beats }): JSX.Element {
  const { board: w } = words();
  const states = [...beats.states].map(letter => STATES[letter as keyof typeof STATES] ?? 'none');
  const late = states.filter(state => state === 'bad').length;
  return (
    <div class="heartbeat" role="img" aria-label={w.beats(late, states.length)}>
      {states.map((state, i) => {
        const from = beats.from + i * beats.step_ms;
        return (
          <i
            key={from}
            class={`beat beat-${state}`}
            {...tip(w.beat[state], w.beatHow(clock(from), clock(from + beats.step_ms)))}
          />
        );
      })}
    </div>
  );
}
