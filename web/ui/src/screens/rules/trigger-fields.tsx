import type { JSX } from 'preact';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';
import { issuesAt, TextField } from './field.tsx';
import { FormulaField } from './formula-field.tsx';
import type { FormProps } from './rule-form.tsx';

const LEVELS = ['info', 'warning', 'error', 'critical'] as const;

/** The condition, or one for each level, and how long it must hold. */
export function TriggerFields({ document: doc, issues, onChange }: FormProps): JSX.Element {
  const { editor: w } = moreWords();
  const { severity } = words();
  const byLevel = doc.levels !== undefined;
  const toggle = (): void => {
    const { levels, condition, ...rest } = doc;
    onChange(
      byLevel
        ? { ...rest, condition: levels?.at(0)?.condition ?? '' }
        : { ...rest, levels: [{ level: doc.level ?? 'warning', condition: condition ?? '' }] },
    );
  };
  const setLevel = (level: string, text: string): void => {
    const others = (doc.levels ?? []).filter(each => each.level !== level);
    const all = text === '' ? others : [...others, { level, condition: text }];
    onChange({ ...doc, levels: LEVELS.flatMap(each => all.filter(entry => entry.level === each)) });
  };
  const duration = (name: 'for' | 'keep_firing_for') => ({
    value: doc[name],
    issues: issuesAt(issues, name),
    placeholder: '0s',
    mono: true,
    onText: (value: string): void => {
      const { [name]: _, ...rest } = doc;
      onChange(value === '' ? rest : { ...doc, [name]: value });
    },
  });
  return (
    <>
      {byLevel ? (
        LEVELS.map(level => {
          const index = doc.levels?.findIndex(each => each.level === level) ?? -1;
          return (
            <FormulaField
              key={level}
              label={`${w.condition} · ${severity[level]}`}
              value={doc.levels?.[index]?.condition}
              onText={value => setLevel(level, value)}
              issues={index < 0 ? [] : issuesAt(issues, `levels.${index}`)}
            />
          );
        })
      ) : (
        <FormulaField
          label={w.condition}
          hint={w.conditionHow}
          value={doc.condition}
          onText={condition => onChange({ ...doc, condition })}
          issues={issuesAt(issues, 'condition')}
        />
      )}
      <label class="row wide-field">
        <input type="checkbox" checked={byLevel} onChange={toggle} /> {w.byLevel}
      </label>
      <TextField label={w.for} {...duration('for')} />
      <TextField label={w.keepFiring} {...duration('keep_firing_for')} />
      <FormulaField
        label={w.recovery}
        hint={w.recoveryHow}
        value={doc.recovery ?? ''}
        onText={text => onChange({ ...doc, recovery: text === '' ? null : text })}
        issues={issuesAt(issues, 'recovery')}
      />
    </>
  );
}
