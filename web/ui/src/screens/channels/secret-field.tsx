import type { JSX } from 'preact';
import type { InputIssue } from '../../api/client.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Field } from '../rules/field.tsx';
import { HIDDEN } from './channel-fields.ts';

const SOURCES = ['text', 'env', 'file'] as const;
type Source = (typeof SOURCES)[number];

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly issues?: readonly InputIssue[];
  readonly required: boolean;
  /** As in the document: a text, `{env}` or `{file}`, `<secret>` for what is stored, undefined for none. */
  readonly value: unknown;
  /** Something is stored that can be kept. */
  readonly stored: boolean;
  readonly onValue: (value: unknown) => void;
}

/** A secret: whether it is set can be seen, what it says cannot. It is replaced by a text, or by where the daemon reads it. */
export function SecretField({ label, hint, issues, required, value, stored, onValue }: Props): JSX.Element {
  const { form: w } = notificationWords();
  const kept = value === HIDDEN;
  const source = sourceOf(value);
  const text = textOf(value);
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })} {...(issues ? { issues } : {})} wide>
      {attributes =>
        kept ? (
          <div class="row wrap">
            <output {...attributes} class="pill level-ok">
              {w.secretSet}
            </output>
            <button type="button" class="button" onClick={() => onValue('')}>
              {w.secretReplace}
            </button>
            {!required && (
              <button type="button" class="button quiet" onClick={() => onValue(undefined)}>
                {w.secretRemove}
              </button>
            )}
          </div>
        ) : (
          <div class="row wrap secret">
            <select
              class="select"
              aria-label={w.secretSource(label)}
              value={source}
              onChange={event => onValue(secretValue(event.currentTarget.value, text))}
            >
              {SOURCES.map(each => (
                <option key={each} value={each}>
                  {w.secretSources[each]}
                </option>
              ))}
            </select>
            <input
              {...attributes}
              class="input mono grow"
              {...(source === 'text' ? { type: 'password' as const } : { type: 'text' as const })}
              autocomplete="new-password"
              spellcheck={false}
              placeholder={w.secretHows[source]}
              value={text}
              onInput={event => onValue(secretValue(source, event.currentTarget.value))}
            />
            {stored ? (
              <button type="button" class="button quiet" onClick={() => onValue(HIDDEN)}>
                {w.secretKeep}
              </button>
            ) : (
              !required && text === '' && <span class="muted">{w.secretNone}</span>
            )}
          </div>
        )
      }
    </Field>
  );
}

function sourceOf(value: unknown): Source {
  if (typeof value !== 'object' || value === null) return 'text';
  return 'env' in value ? 'env' : 'file' in value ? 'file' : 'text';
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return String(Reflect.get(value, sourceOf(value)) ?? '');
}

function secretValue(source: string, text: string): unknown {
  return source === 'text' ? text : { [source]: text };
}
