import type { JSX } from 'preact';
import type { Matchers } from '../api/rules.ts';
import { moreWords } from '../i18n/alerting-more.ts';
import { words } from '../i18n/language.ts';
import { Icon } from './icon.tsx';

const OPS = ['=', '!=', '=~', '!~'] as const;

interface Props {
  readonly matchers: Matchers;
  readonly onChange: (matchers: Matchers) => void;
  /** Says whose filters these are, to screen readers. */
  readonly label: string;
}

/** Label filters as rows of label, operator and value; a row without a label is not part of the document yet. */
export function MatcherRows({ matchers, onChange, label }: Props): JSX.Element {
  const { editor: w } = moreWords();
  const rows = Object.entries(matchers).map(([name, matcher]) =>
    typeof matcher === 'string' ? { name, op: '=', value: matcher } : { name, op: matcher.op, value: matcher.value },
  );
  const set = (index: number, change: Partial<{ name: string; op: string; value: string }>): void => {
    const next = rows.map((row, i) => (i === index ? { ...row, ...change } : row));
    onChange(
      Object.fromEntries(next.map(({ name, op, value }) => [name, op === '=' ? value : { op, value }] as const)),
    );
  };
  return (
    <fieldset class="bare stack matcher-rows" aria-label={label}>
      {rows.map(({ name, op, value }, i) => (
        <div key={i} class="row">
          <input
            class="input mono matcher-label"
            aria-label={w.label}
            value={name}
            onChange={event => set(i, { name: event.currentTarget.value.trim() })}
          />
          <select
            class="select mono"
            aria-label="="
            value={op}
            onChange={event => set(i, { op: event.currentTarget.value })}
          >
            {OPS.map(each => (
              <option key={each}>{each}</option>
            ))}
          </select>
          <input
            class="input mono grow"
            aria-label={w.value}
            value={value}
            onInput={event => set(i, { value: event.currentTarget.value })}
          />
          <button
            type="button"
            class="button quiet icon"
            aria-label={`${words().action.clear} ${name}`}
            onClick={() => onChange(Object.fromEntries(Object.entries(matchers).filter((_, at) => at !== i)))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      {!Object.hasOwn(matchers, '') && (
        <button type="button" class="button quiet add" onClick={() => onChange({ ...matchers, '': '' })}>
          + {w.addMatcher}
        </button>
      )}
    </fieldset>
  );
}
