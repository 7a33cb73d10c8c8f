import type { JSX } from 'preact';
import { moreWords } from '../i18n/alerting-more.ts';

interface Props {
  /** 0 = Sunday, rising; undefined is every day. */
  readonly days: readonly number[] | undefined;
  readonly onDays: (days: readonly number[] | undefined) => void;
}

/** Days of the week as buttons; none chosen is every day. */
export function WeekDays({ days, onDays }: Props): JSX.Element {
  const { silences: w } = moreWords();
  const chosen = days ?? [];
  return (
    <fieldset class="bare field wide-field" aria-label={w.days}>
      <span class="field-label">{w.days}</span>
      <div class="row wrap">
        {w.dayNames.map((text, day) => {
          const on = chosen.includes(day);
          const next = on ? chosen.filter(each => each !== day) : [...chosen, day].sort();
          return (
            <button
              key={text}
              type="button"
              class="button"
              aria-pressed={on}
              onClick={() => onDays(next.length === 0 ? undefined : next)}
            >
              {text}
            </button>
          );
        })}
        {days === undefined && <span class="muted">{w.everyDay}</span>}
      </div>
    </fieldset>
  );
}
