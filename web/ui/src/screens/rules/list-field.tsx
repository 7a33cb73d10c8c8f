import type { JSX } from 'preact';
import type { InputIssue } from '../../api/client.ts';
import { moreWords } from '../../i18n/alerting-more.ts';

interface Props {
  readonly label: string;
  readonly add: string;
  readonly entries: Readonly<Record<string, string>>;
  readonly issues: readonly InputIssue[];
  readonly onChange: (entries: Readonly<Record<string, string>>) => void;
}

/** Names with a text each, such as the labels of an alert. */
export function ListField({ label, add, entries, issues, onChange }: Props): JSX.Element {
  const { editor: w } = moreWords();
  const rows = Object.entries(entries);
  const replace = (index: number, row: readonly [string, string]): void =>
    onChange(Object.fromEntries(rows.map((old, i) => (i === index ? row : old))));
  return (
    <fieldset class="bare field wide-field" aria-label={label}>
      <span class="field-label">{label}</span>
      {rows.map(([name, value], i) => (
        <div key={i} class="row">
          <input
            class="input mono"
            aria-label={w.label}
            value={name}
            onChange={event => replace(i, [event.currentTarget.value.trim(), value])}
          />
          <input
            class="input grow"
            aria-label={w.value}
            value={value}
            onInput={event => replace(i, [name, event.currentTarget.value])}
          />
          <button
            type="button"
            class="button quiet"
            onClick={() => onChange(Object.fromEntries(rows.filter((_, at) => at !== i)))}
          >
            {w.removeIt}
          </button>
        </div>
      ))}
      {!Object.hasOwn(entries, '') && (
        <button type="button" class="button quiet add" onClick={() => onChange({ ...entries, '': '' })}>
          + {add}
        </button>
      )}
      {issues.map(({ message }) => (
        <p key={message} class="field-wrong">
          {message}
        </p>
      ))}
    </fieldset>
  );
}
