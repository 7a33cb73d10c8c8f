import type { JSX } from 'preact';
import type { InputIssue } from '../../api/client.ts';
import type { GeneratedKind, KindSettings, KindsSettings } from '../../api/generated.ts';
import { words } from '../../i18n/language.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { NamesField, useKnownNames } from '../channels/names-field.tsx';
import { numberOrText } from '../channels/written.ts';
import { ChoiceField, issuesAt, TextField } from './field.tsx';
import { describeKind, GENERATED_FIELDS, type GeneratedField } from './generated-fields.ts';

const LEVELS = ['info', 'warning', 'error', 'critical'] as const;

interface Props<T extends KindsSettings> {
  readonly kinds: readonly GeneratedKind[];
  readonly settings: T;
  /** What holds for kinds that are not set here; undefined where it is not known. */
  readonly inherited?: KindsSettings;
  /** Place of the settings in the document, with a dot at its end, or `''`. */
  readonly path: string;
  readonly issues: readonly InputIssue[];
  readonly onChange: (settings: T) => void;
}

/** Each kind of rule: as it is otherwise, on with its own fields, or off. */
export function GeneratedKinds<T extends KindsSettings>(props: Props<T>): JSX.Element {
  const { kinds, settings, inherited, path, issues, onChange } = props;
  const { generated: w } = notificationWords();
  const set = (kind: GeneratedKind, value: KindSettings | undefined): void => {
    const { [kind]: _, ...rest } = settings;
    onChange((value === undefined ? rest : { ...settings, [kind]: value }) as T);
  };
  return (
    <>
      {kinds.map(kind => {
        const value = settings[kind];
        const mode = value === undefined ? 'inherit' : value === false ? 'off' : 'on';
        const otherwise = inherited?.[kind];
        return (
          <div key={kind} class="wide-field stack kind" data-testid={`kind-${kind}`}>
            <ChoiceField
              label={w.kinds[kind]}
              {...(mode === 'inherit' && inherited
                ? { hint: w.inherited(describeKind(otherwise, kind, w.fields, w.modes.off)) }
                : {})}
              value={mode}
              choices={[
                ['inherit', inherited ? w.modes.inherit : w.asForAll],
                ['on', w.modes.on],
                ['off', w.modes.off],
              ]}
              onChoice={choice =>
                set(kind, choice === 'inherit' ? undefined : choice === 'off' ? false : otherwise || {})
              }
              issues={mode === 'on' ? [] : issuesAt(issues, `${path}${kind}`)}
            />
            {value !== undefined && value !== false && (
              <div class="fields kind-fields">
                {GENERATED_FIELDS[kind].map(field => (
                  <KindField
                    key={field.name}
                    field={field}
                    value={value[field.name]}
                    issues={issuesAt(issues, `${path}${kind}.${field.name}`)}
                    onValue={next => set(kind, { ...value, [field.name]: next })}
                  />
                ))}
                {issues
                  .filter(issue => issue.path === `${path}${kind}`)
                  .map(({ message }) => (
                    <p key={message} class="field-wrong wide-field">
                      {message}
                    </p>
                  ))}
              </div>
            )}
          </div>
        );
      })}
    </>
  );
}

interface FieldProps {
  readonly field: GeneratedField;
  readonly value: unknown;
  readonly issues: readonly InputIssue[];
  readonly onValue: (value: unknown) => void;
}

function KindField({ field: { name, kind, byDefault }, value, issues, onValue }: FieldProps): JSX.Element {
  const { generated: w } = notificationWords();
  const { severity } = words();
  const known = useKnownNames();
  const label = w.fields[name];
  switch (kind) {
    case 'level':
      return (
        <ChoiceField
          label={label}
          value={typeof value === 'string' ? value : ''}
          choices={[['', w.defaultLevel], ...LEVELS.map(level => [level, severity[level]] as const)]}
          onChoice={level => onValue(level === '' ? undefined : level)}
          issues={issues}
        />
      );
    case 'names':
      return (
        <NamesField
          label={label}
          names={Array.isArray(value) ? value.map(String) : []}
          onChange={names => onValue(names.length === 0 ? undefined : names)}
          issues={issues}
          known={known}
        />
      );
    case 'number':
    case 'duration':
      return (
        <TextField
          label={label}
          value={value === undefined ? '' : String(value)}
          placeholder={byDefault}
          mono
          onText={text => onValue(kind === 'number' ? numberOrText(text) : text || undefined)}
          issues={issues}
        />
      );
  }
}
