import type { JSX } from 'preact';
import type { DiagnosisView, OperatorAdviceView } from '../../../../api/diagnosis-answer.ts';
import { rate } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';

/** How many subtasks each operator should have, or why that is not said. */
export function DiagnosisParallelism({ parallelism }: Pick<DiagnosisView, 'parallelism'>): JSX.Element | null {
  const { diagnosis: w } = words();
  const { operators, withheld, topology_known } = parallelism;
  if (withheld !== null) return <p class="muted">{withheld}</p>;
  if (operators.length === 0) return null;
  return (
    <div>
      <p class="muted">{w.parallelism}</p>
      <ul class="sentences">
        {operators.map(operator => (
          <li key={operator.task}>
            <span class="cause-task">{operator.task}</span> <strong>{advised(operator)}</strong>{' '}
            <span class="muted">{reason(operator)}</span>
          </li>
        ))}
      </ul>
      {!topology_known && <p class="muted">{w.assumed}</p>}
    </div>
  );
}

function advised({ parallelism, proposed, unknown }: OperatorAdviceView): string {
  const { diagnosis: w } = words();
  if (unknown !== null) return w.cannotSay(parallelism);
  return proposed === null ? w.keep(parallelism) : w.proposed(parallelism, proposed);
}

function reason(operator: OperatorAdviceView): string {
  const { diagnosis: w } = words();
  const { unknown, true_per_second, needed_per_second, limited_by } = operator;
  if (unknown !== null) return w.reasons[unknown] ?? unknown;
  const limit = limited_by === null ? '' : ` (${w.limited[limited_by] ?? limited_by})`;
  return w.capacity(rate(true_per_second), rate(needed_per_second)) + limit;
}
