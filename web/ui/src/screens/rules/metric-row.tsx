import type { JSX } from 'preact';
import type { InputIssue } from '../../api/client.ts';
import type { RuleMetric } from '../../api/rules.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { MatcherRows } from '../../parts/matcher-rows.tsx';
import { ChoiceField, issuesAt, TextField } from './field.tsx';

const OPS = 'LAST MAX MIN AVG SUM FIRST COUNT RATE DELTA STDDEV P50 P75 P90 P95 P99 SPIKE NEW'.split(' ');
const LOG_OPS = ['COUNT', 'RATE', 'SPIKE', 'NEW'];
const ACROSS = ['sum', 'max', 'min', 'avg'];

interface Props {
  readonly row: RuleMetric;
  readonly index: number;
  readonly issues: readonly InputIssue[];
  readonly onChange: (row: RuleMetric) => void;
  readonly onRemove: (() => void) | undefined;
}

/** One metric of a rule: what is read, how it is summed up, and how long ago. */
export function MetricRow({ row, index, issues, onChange, onRemove }: Props): JSX.Element {
  const { editor: w } = moreWords();
  const path = `metrics.${index}`;
  const overLogs = row.log !== undefined;
  const ops = overLogs ? LOG_OPS : OPS;
  const set = (change: RuleMetric): void => onChange({ ...row, ...change });
  const text = (name: 'name' | 'window' | 'since'): ((value: string) => void) => {
    return value => {
      const { [name]: _, ...rest } = row;
      onChange(value === '' ? rest : { ...row, [name]: value });
    };
  };
  const toSource = (source: string): void => {
    const { metric: _, log: __, op: ___, ...rest } = row;
    onChange(source === 'log' ? { ...rest, log: 'level:ERROR', op: 'COUNT' } : { ...rest, metric: 'lag', op: 'MAX' });
  };
  const general = issues.filter(issue => issue.path === path);
  const filters = Object.keys(row.matchers ?? {}).length;
  return (
    <fieldset class="metric-row" data-testid="metric-row">
      <legend class="row">
        <span class="mono">{`{${index}}`}</span> {w.row(index + 1)}
        {onRemove && (
          <button type="button" class="button quiet" aria-label={w.removeRow(index + 1)} onClick={onRemove}>
            {w.removeIt}
          </button>
        )}
      </legend>
      {general.length > 0 && <p class="field-wrong">{general.map(({ message }) => message).join('; ')}</p>}
      <div class="fields metric-fields">
        {overLogs ? (
          <TextField
            label={w.log}
            value={row.log}
            onText={log => set({ log })}
            issues={issuesAt(issues, `${path}.log`)}
            mono
            wide
          />
        ) : (
          <TextField
            label={w.metric}
            value={row.metric}
            onText={metric => set({ metric })}
            issues={issuesAt(issues, `${path}.metric`)}
            list="rule-metrics"
            mono
            wide
          />
        )}
        <TextField label={w.rowName} value={row.name} onText={text('name')} issues={issuesAt(issues, `${path}.name`)} />
        <ChoiceField
          label={w.source}
          value={overLogs ? 'log' : 'metric'}
          choices={[
            ['metric', w.metric],
            ['log', w.log],
          ]}
          onChoice={toSource}
        />
        <ChoiceField
          label={w.op}
          value={row.op ?? (overLogs ? 'COUNT' : 'LAST')}
          choices={ops.map(op => [op, op] as const)}
          onChoice={op => set({ op })}
          issues={issuesAt(issues, `${path}.op`)}
        />
        <TextField
          label={w.offset}
          value={row.offset ?? '0m'}
          onText={offset => set({ offset })}
          issues={issuesAt(issues, `${path}.offset`)}
          mono
        />
        {index === 0 && <p class="muted field-hint wide-field">{w.offsetHow}</p>}
      </div>
      <details open={filters > 0 || row.across !== undefined || row.window !== undefined || row.baseline !== undefined}>
        <summary class="muted">{w.rowMore}</summary>
        <div class="fields">
          <TextField
            label={w.window}
            value={row.window}
            onText={text('window')}
            issues={issuesAt(issues, `${path}.window`)}
            mono
          />
          {!overLogs && (
            <ChoiceField
              label={w.across}
              value={row.across ?? ''}
              choices={[['', w.none] as const, ...ACROSS.map(each => [each, each] as const)]}
              onChoice={across => {
                const { across: _, ...rest } = row;
                onChange(across === '' ? rest : { ...row, across });
              }}
            />
          )}
          {row.op === 'NEW' ? (
            <TextField label={w.since} value={row.since} onText={text('since')} placeholder="7d" mono />
          ) : (
            <ChoiceField
              label={w.baseline}
              value={String(row.baseline?.weeks ?? '')}
              choices={['', '1', '2', '4', '8', '12'].map(weeks => [weeks, weeks || '–'] as const)}
              onChoice={weeks => {
                const { baseline: _, ...rest } = row;
                onChange(weeks === '' ? rest : { ...row, baseline: { weeks: Number(weeks) } });
              }}
            />
          )}
          <div class="field wide-field">
            <span class="field-label">{w.rowFilters}</span>
            <MatcherRows label={w.rowFilters} matchers={row.matchers ?? {}} onChange={matchers => set({ matchers })} />
            {issuesAt(issues, `${path}.matchers`).map(({ message }) => (
              <p key={message} class="field-wrong">
                {message}
              </p>
            ))}
          </div>
        </div>
      </details>
    </fieldset>
  );
}
