import './fields.css';
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { InputIssue } from '../../api/client.ts';

/** The issues of one place of the document and of what lies below it. */
export function issuesAt(issues: readonly InputIssue[], path: string): readonly InputIssue[] {
  return issues.filter(issue => issue.path === path || issue.path?.startsWith(`${path}.`));
}

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly issues?: readonly InputIssue[];
  readonly wide?: boolean;
  /** Gets what ties the control to label, hint and complaint. */
  readonly children: (attributes: {
    readonly id: string;
    readonly 'aria-describedby'?: string;
    readonly 'aria-invalid'?: true;
  }) => ComponentChildren;
}

/** A labelled control with its hint and what the daemon says against its value. */
export function Field({ label, hint, issues = [], wide, children }: Props): JSX.Element {
  const id = useId();
  const wrong = issues.length > 0;
  const noted = wrong || hint !== undefined;
  return (
    <div class={`field${wide ? ' wide-field' : ''}`}>
      <label for={id}>{label}</label>
      {children({
        id,
        ...(noted ? { 'aria-describedby': `${id}-note` } : {}),
        ...(wrong ? { 'aria-invalid': true } : {}),
      })}
      {noted && (
        <p id={`${id}-note`} class={wrong ? 'field-wrong' : 'muted field-hint'}>
          {wrong ? issues.map(({ message }) => message).join('; ') : hint}
        </p>
      )}
    </div>
  );
}

interface TextProps {
  readonly label: string;
  readonly hint?: string;
  readonly issues?: readonly InputIssue[];
  readonly wide?: boolean;
  readonly mono?: boolean;
  readonly list?: string;
  readonly placeholder?: string;
  readonly value: string | undefined;
  readonly onText: (text: string) => void;
}

/** A field of one line of text. */
export function TextField({ value, onText, mono, list, placeholder, ...field }: TextProps): JSX.Element {
  return (
    <Field {...field}>
      {attributes => (
        <input
          {...attributes}
          class={`input${mono ? ' mono' : ''}`}
          autocomplete="off"
          spellcheck={false}
          value={value ?? ''}
          type="text"
          list={list}
          {...(placeholder ? { placeholder } : {})}
          onInput={event => onText(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly hint?: string;
  readonly issues?: readonly InputIssue[];
  readonly value: string;
  readonly choices: readonly (readonly [value: string, text: string])[];
  readonly onChoice: (value: string) => void;
}

/** A field with a few values to choose from. */
export function ChoiceField({ value, choices, onChoice, ...field }: ChoiceProps): JSX.Element {
  return (
    <Field {...field}>
      {attributes => (
        <select {...attributes} class="select" value={value} onChange={event => onChoice(event.currentTarget.value)}>
          {choices.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
