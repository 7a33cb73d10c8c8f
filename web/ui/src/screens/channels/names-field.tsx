import './forms.css';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { getChannels, getReceivers, getRotas } from '../../api/channels.ts';
import type { InputIssue } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Field } from '../rules/field.tsx';

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly issues?: readonly InputIssue[];
  readonly names: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
  /** Names to choose from; others are taken too, and marked. */
  readonly known?: readonly string[] | undefined;
}

/** A list of names: Enter or a comma adds what is typed, Backspace in the empty field takes the last one back. */
export function NamesField({ label, hint, issues, names, onChange, known }: Props): JSX.Element {
  const { form: w } = notificationWords();
  const [typed, setTyped] = useState('');
  const add = (text: string): void => {
    const added = text.split(/[,，\n]/).flatMap(part => part.trim() || []);
    setTyped('');
    const all = [...new Set([...names, ...added])];
    if (all.length > names.length) onChange(all);
  };
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })} {...(issues ? { issues } : {})} wide>
      {attributes => (
        <div class="names">
          {names.map(name => {
            const strange = known !== undefined && !known.includes(name);
            return (
              <span key={name} class={`chip${strange ? ' chip-strange' : ''}`}>
                <span class="ellipsis">{name}</span>
                {strange && <span class="chip-note">{w.unknownName}</span>}
                <button
                  type="button"
                  aria-label={w.removeName(name)}
                  onClick={() => onChange(names.filter(each => each !== name))}
                >
                  ×
                </button>
              </span>
            );
          })}
          <input
            {...attributes}
            class="input names-new"
            type="text"
            autocomplete="off"
            spellcheck={false}
            placeholder={w.addName}
            value={typed}
            list={known === undefined ? undefined : `${attributes.id}-known`}
            onInput={event => {
              const { value } = event.currentTarget;
              const chosen = event instanceof InputEvent && event.inputType === 'insertReplacementText';
              if (/[,，]$/.test(value) || chosen) add(value);
              else setTyped(value);
            }}
            onBlur={() => add(typed)}
            onKeyDown={event => {
              if (event.isComposing) return;
              if (event.key === 'Enter' && typed.trim() !== '') {
                event.preventDefault();
                add(typed);
              } else if (event.key === 'Backspace' && typed === '' && names.length > 0) onChange(names.slice(0, -1));
            }}
          />
          {known !== undefined && (
            <datalist id={`${attributes.id}-known`}>
              {known
                .filter(name => !names.includes(name))
                .map(name => (
                  <option key={name} value={name} />
                ))}
            </datalist>
          )}
        </div>
      )}
    </Field>
  );
}

/** Every name that can be told: channels, receivers and rotas; undefined until they are known. */
export function useKnownNames(): readonly string[] | undefined {
  const channels = useLive('channels', getChannels, { every: 12 }).data;
  const receivers = useLive('receivers', getReceivers, { every: 12 }).data;
  const rotas = useLive('rotas', getRotas, { every: 12 }).data;
  if (!channels || !receivers || !rotas) return undefined;
  const all = [...receivers.items, ...rotas.items, ...channels.items].map(({ name }) => name);
  return [...new Set(all)].sort();
}
