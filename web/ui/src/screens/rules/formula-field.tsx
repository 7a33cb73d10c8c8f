import type { JSX } from 'preact';
import type { InputIssue } from '../../api/client.ts';
import { Field } from './field.tsx';
import { wrongPart } from './wrong-part.ts';

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly issues: readonly InputIssue[];
  readonly value: string | undefined;
  readonly onText: (text: string) => void;
}

/** A formula; what is wrong in it is underlined where the daemon found it. */
export function FormulaField({ value = '', onText, issues, ...field }: Props): JSX.Element {
  const position = issues.find(issue => issue.position !== undefined)?.position;
  return (
    <Field {...field} issues={issues} wide>
      {attributes => (
        <div class="formula-edit">
          {position !== undefined && (
            <div class="formula-marks mono" aria-hidden="true">
              {value.slice(0, position)}
              <span class="formula-wrong">{wrongPart(value, position)}</span>
            </div>
          )}
          <textarea
            {...attributes}
            class="input mono"
            rows={Math.min(6, 1 + Math.floor(value.length / 60))}
            spellcheck={false}
            value={value}
            onInput={event => onText(event.currentTarget.value.replaceAll('\n', ' '))}
          />
        </div>
      )}
    </Field>
  );
}
