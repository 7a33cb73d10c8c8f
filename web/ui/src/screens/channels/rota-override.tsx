import type { JSX } from 'preact';
import type { RotaOverride } from '../../api/channels.ts';
import type { InputIssue } from '../../api/client.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Field, issuesAt, TextField } from '../rules/field.tsx';
import { fromLocalInput, toLocalInput } from '../silences/silence-text.ts';
import { NamesField } from './names-field.tsx';

interface Props {
  readonly override: RotaOverride;
  readonly index: number;
  readonly issues: readonly InputIssue[];
  readonly known: readonly string[] | undefined;
  readonly onChange: (override: RotaOverride) => void;
  readonly onRemove: () => void;
}

/** Somebody standing in for a time, over all layers; times are the browser's. */
export function RotaOverrideFields({ override, index, issues, known, onChange, onRemove }: Props): JSX.Element {
  const { rotaForm: w, form } = notificationWords();
  const at = (name: string): readonly InputIssue[] => issuesAt(issues, `overrides.${index}.${name}`);
  const instant = (name: 'from' | 'to', label: string): JSX.Element => (
    <Field label={label} issues={at(name)}>
      {attributes => (
        <input
          {...attributes}
          class="input"
          type="datetime-local"
          value={inputOf(override[name])}
          onChange={event => onChange({ ...override, [name]: fromLocalInput(event.currentTarget.value) ?? '' })}
        />
      )}
    </Field>
  );
  return (
    <fieldset class="bare fields override" aria-label={w.override(index + 1)} data-testid="override">
      <NamesField
        label={w.standIn}
        names={override.members}
        onChange={members => onChange({ ...override, members })}
        issues={at('members')}
        known={known}
      />
      {instant('from', w.from)}
      {instant('to', w.to)}
      <TextField
        label={form.optional(w.comment)}
        value={override.comment}
        onText={comment => onChange({ ...override, comment })}
        issues={at('comment')}
      />
      <div class="wide-field">
        <button type="button" class="button quiet" onClick={onRemove}>
          {form.removeIt}
        </button>
      </div>
    </fieldset>
  );
}

function inputOf(time: number | string): string {
  const ms = typeof time === 'number' ? time : Date.parse(time);
  return Number.isNaN(ms) ? '' : toLocalInput(ms);
}
