import type { ComponentChildren, JSX } from 'preact';
import type { InputIssue } from '../../api/client.ts';
import type { RuleDocument } from '../../api/rules.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';
import { MatcherRows } from '../../parts/matcher-rows.tsx';
import { ChoiceField, Field, issuesAt, TextField } from './field.tsx';
import { FormulaField } from './formula-field.tsx';
import { ListField } from './list-field.tsx';
import { MetricRow } from './metric-row.tsx';
import { TestReceivers } from './test-receivers.tsx';
import { TriggerFields } from './trigger-fields.tsx';

export interface FormProps {
  readonly document: RuleDocument;
  readonly issues: readonly InputIssue[];
  readonly onChange: (document: RuleDocument) => void;
}

/** Every field of a rule in the words of its users; what the document leaves out shows its default. */
export function RuleForm({ document: doc, issues, onChange }: FormProps): JSX.Element {
  const { editor: w } = moreWords();
  const { severity } = words();
  const set = (change: RuleDocument): void => onChange({ ...doc, ...change });
  const at = (path: string): readonly InputIssue[] => issuesAt(issues, path);
  /** A text field; emptied, it is left out of the document. */
  const text = (name: 'delay' | 'window' | 'repeat_interval' | 'schedule' | 'zone' | 'name' | 'summary') => ({
    value: doc[name] ?? undefined,
    issues: at(name),
    onText: (value: string): void => {
      const { [name]: _, ...rest } = doc;
      onChange(value === '' && name !== 'name' && name !== 'schedule' ? rest : { ...doc, [name]: value });
    },
  });
  const rows = doc.metrics ?? [];
  return (
    <div class="stack rule-form">
      <Part title={w.basics}>
        <TextField label={w.name} {...text('name')} wide />
        <ChoiceField
          label={w.enabled}
          value={doc.enabled === false ? 'off' : 'on'}
          choices={[
            ['on', w.on],
            ['off', w.off],
          ]}
          onChoice={value => set({ enabled: value === 'on' })}
        />
        <ChoiceField
          label={w.level}
          value={doc.level ?? 'warning'}
          choices={(['info', 'warning', 'error', 'critical'] as const).map(each => [each, severity[each]] as const)}
          onChoice={level => set({ level })}
          issues={at('level')}
        />
      </Part>
      <Part title={w.when}>
        <TextField label={w.schedule} {...text('schedule')} mono />
        <TextField label={w.zone} {...text('zone')} placeholder="UTC" list="rule-zones" />
        <TextField label={w.window} {...text('window')} placeholder="5m" mono />
        <TextField label={w.repeat} {...text('repeat_interval')} placeholder="0s" mono />
        <TextField label={w.delay} {...text('delay')} placeholder="30s" mono />
        <NumberField label={w.maxRepeats} name="max_repeats" placeholder="–" {...{ doc, onChange, issues }} />
      </Part>
      <Part title={w.what}>
        <TextField
          label={w.groupBy}
          hint={w.groupByHow}
          value={doc.group_by === '*' ? '*' : doc.group_by?.join(', ')}
          onText={value => set({ group_by: value.trim() === '*' ? '*' : listOf(value) })}
          issues={at('group_by')}
          mono
          wide
        />
        <div class="field wide-field">
          <span class="field-label">{w.matchers}</span>
          <MatcherRows label={w.matchers} matchers={doc.matchers ?? {}} onChange={matchers => set({ matchers })} />
          <p class="muted field-hint">{w.matchersHow}</p>
          {at('matchers').map(({ message }) => (
            <p key={message} class="field-wrong">
              {message}
            </p>
          ))}
        </div>
        <div class="stack wide-field">
          {rows.map((row, i) => (
            <MetricRow
              key={i}
              row={row}
              index={i}
              issues={issues}
              onChange={changed => set({ metrics: rows.with(i, changed) })}
              onRemove={rows.length > 1 ? () => set({ metrics: rows.filter((_, at) => at !== i) }) : undefined}
            />
          ))}
          <button
            type="button"
            class="button add"
            onClick={() => set({ metrics: [...rows, { metric: 'lag', op: 'MAX' }] })}
          >
            + {w.addRow}
          </button>
        </div>
      </Part>
      <Part title={w.trigger}>
        <TriggerFields document={doc} issues={issues} onChange={onChange} />
      </Part>
      <Part title={w.tell}>
        <TextField
          label={w.receivers}
          hint={w.receiversHow}
          value={doc.receivers?.join(', ')}
          onText={value => set({ receivers: listOf(value) })}
          issues={at('receivers')}
          wide
        />
        <TestReceivers names={doc.receivers ?? []} />
        <TextField label={w.summary} hint={w.summaryHow} {...text('summary')} wide />
        <div class="field wide-field">
          <span class="field-label">{w.annotations}</span>
          {(doc.annotations ?? []).map((column, i, all) => (
            <div key={i} class="row hint-column">
              <TextField
                label={w.annotationName}
                value={column.name}
                onText={name => set({ annotations: all.with(i, { ...column, name }) })}
                issues={at(`annotations.${i}.name`)}
              />
              <FormulaField
                label={w.formula}
                value={column.formula}
                onText={formula => set({ annotations: all.with(i, { ...column, formula }) })}
                issues={at(`annotations.${i}.formula`)}
              />
              <button
                type="button"
                class="button quiet"
                onClick={() => set({ annotations: all.filter((_, at) => at !== i) })}
              >
                {w.removeIt}
              </button>
            </div>
          ))}
          <button
            type="button"
            class="button quiet add"
            onClick={() => set({ annotations: [...(doc.annotations ?? []), { name: '', formula: '[0]' }] })}
          >
            + {w.addAnnotation}
          </button>
        </div>
        <ListField
          label={w.labels}
          add={w.addLabel}
          entries={doc.labels ?? {}}
          issues={at('labels')}
          onChange={labels => set({ labels })}
        />
      </Part>
      <details class="card" open={issues.some(({ path = '' }) => /^(no_data|flapping|max_groups|zero)/.test(path))}>
        <summary class="card-head">
          <h2>{w.more}</h2>
        </summary>
        <div class="card-body fields">
          <NoDataFields document={doc} issues={issues} onChange={onChange} />
        </div>
      </details>
    </div>
  );
}

function NoDataFields({ document: doc, issues, onChange }: FormProps): JSX.Element {
  const { editor: w } = moreWords();
  const set = (change: RuleDocument): void => onChange({ ...doc, ...change });
  const policies = ['keep', 'ok', 'alert'] as const;
  const yesNo = [
    ['no', w.no],
    ['yes', w.yes],
  ] as const;
  const { no_data: noData = {}, flapping } = doc;
  return (
    <>
      <ChoiceField
        label={w.noData}
        value={noData.policy ?? 'keep'}
        choices={policies.map(each => [each, w.noDataPolicies[each]] as const)}
        onChoice={policy => set({ no_data: { ...noData, policy } })}
        issues={issuesAt(issues, 'no_data.policy')}
      />
      <Field label={w.noDataAfter} issues={issuesAt(issues, 'no_data.after')}>
        {attributes => (
          <input
            {...attributes}
            class="input"
            type="number"
            min={1}
            value={noData.after ?? 3}
            onInput={event => set({ no_data: { ...noData, after: Number(event.currentTarget.value) } })}
          />
        )}
      </Field>
      <ChoiceField
        label={w.noDataNotify}
        value={noData.notify ? 'yes' : 'no'}
        choices={yesNo}
        onChoice={value => set({ no_data: { ...noData, notify: value === 'yes' } })}
      />
      <ChoiceField
        label={w.zeroBaseline}
        value={doc.zero_baseline ?? 'unknown'}
        choices={(['unknown', 'grow'] as const).map(each => [each, w.zeroBaselines[each]] as const)}
        onChoice={zero_baseline => set({ zero_baseline })}
      />
      <ChoiceField
        label={w.flapping}
        value={flapping ? 'yes' : 'no'}
        choices={[
          ['no', w.no],
          ['yes', w.flappingOf(flapping?.changes ?? 4, flapping?.window ?? 20)],
        ]}
        onChoice={value => set({ flapping: value === 'yes' ? { window: 20, changes: 4 } : null })}
        issues={issuesAt(issues, 'flapping')}
      />
      <NumberField label={w.maxGroups} name="max_groups" placeholder="10000" {...{ doc, onChange, issues }} />
      <ChoiceField
        label={w.reEvaluate}
        value={doc.re_evaluate ? 'yes' : 'no'}
        choices={yesNo}
        onChoice={value => set({ re_evaluate: value === 'yes' })}
      />
    </>
  );
}

interface NumberProps {
  readonly label: string;
  readonly name: 'max_repeats' | 'max_groups';
  readonly placeholder: string;
  readonly doc: RuleDocument;
  readonly issues: readonly InputIssue[];
  readonly onChange: (document: RuleDocument) => void;
}

/** A whole number; emptied, it is left out of the document. */
function NumberField({ label, name, placeholder, doc, issues, onChange }: NumberProps): JSX.Element {
  return (
    <Field label={label} issues={issuesAt(issues, name)}>
      {attributes => (
        <input
          {...attributes}
          class="input"
          type="number"
          min={1}
          placeholder={placeholder}
          value={doc[name] ?? ''}
          onInput={event => {
            const { [name]: _, ...rest } = doc;
            const { value } = event.currentTarget;
            onChange(value === '' ? rest : { ...doc, [name]: Number(value) });
          }}
        />
      )}
    </Field>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="card">
      <div class="card-head">
        <h2>{title}</h2>
      </div>
      <div class="card-body fields">{children}</div>
    </section>
  );
}

/** `a, b` as a list; a comma at the end stays while the next name is not typed yet. */
function listOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/\s*,\s*/).map(part => part.trim());
}
