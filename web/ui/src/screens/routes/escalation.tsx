import type { JSX } from 'preact';
import type { InputIssue } from '../../api/client.ts';
import type { RouteDocument } from '../../api/routes.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { NamesField } from '../channels/names-field.tsx';
import { issuesAt, TextField } from '../rules/field.tsx';

interface Props {
  readonly document: RouteDocument;
  readonly issues: readonly InputIssue[];
  readonly onChange: (document: RouteDocument) => void;
  readonly known: readonly string[] | undefined;
}

/** Who else is told of an alert nobody has acknowledged, level by level. */
export function Escalation({ document, issues, onChange, known }: Props): JSX.Element {
  const { routes: w, form } = notificationWords();
  const levels = document.escalation ?? [];
  const set = (escalation: typeof levels): void => onChange({ ...document, escalation });
  const whole = issues.filter(({ path }) => path === 'escalation');
  return (
    <fieldset class="bare stack wide-field" aria-label={w.escalation}>
      <span class="field-label">{w.escalation}</span>
      {levels.map((level, i) => (
        <div key={i} class="fields escalation" data-testid="escalation">
          <TextField
            label={w.after(i + 1)}
            value={level.after}
            placeholder="15m"
            mono
            onText={after => set(levels.with(i, { ...level, after }))}
            issues={issuesAt(issues, `escalation.${i}.after`)}
          />
          <div class="escalation-remove">
            <button type="button" class="button quiet" onClick={() => set(levels.filter((_, at) => at !== i))}>
              {form.removeIt}
            </button>
          </div>
          <NamesField
            label={w.alsoTell}
            names={level.receivers}
            onChange={receivers => set(levels.with(i, { ...level, receivers }))}
            issues={issuesAt(issues, `escalation.${i}.receivers`)}
            known={known}
          />
        </div>
      ))}
      {whole.map(({ message }) => (
        <p key={message} class="field-wrong">
          {message}
        </p>
      ))}
      <button type="button" class="button add" onClick={() => set([...levels, { after: '', receivers: [] }])}>
        + {w.addLevel}
      </button>
    </fieldset>
  );
}
