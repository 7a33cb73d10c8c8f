/** One alert of a Prometheus rule file as a rule document, with what could not be taken over said of each of its fields. */
import { formatDuration } from '../../model/duration.ts';
import { UserError } from '../../model/errors.ts';
import type { RuleDocumentInput } from '../evaluate/document.ts';
import { compileRule } from '../evaluate/rule.ts';
import { SEVERITIES, type Severity } from '../intent.ts';
import { type ConvertedExpression, convertExpression } from './convert-expression.ts';
import { durationMs } from './promql-lexer.ts';
import { PromqlError } from './promql-tree.ts';

export interface PromAlert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string | null;
  readonly keepFiringFor: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly intervalMs: number;
}

/** Said of a field: `lost` is something the rule does not have, `note` a difference that seldom matters. */
export interface ImportRemark {
  readonly kind: 'lost' | 'note';
  readonly field: readonly string[];
  readonly message: string;
}

export type ConvertedAlert =
  | { readonly document: RuleDocumentInput; readonly remarks: readonly ImportRemark[] }
  | {
      readonly refused: {
        readonly field: readonly string[];
        readonly position: number | null;
        readonly message: string;
      };
    };

/** Never a rule that silently means something else: an expression without exact counterpart is refused. */
export function convertAlert(alert: PromAlert): ConvertedAlert {
  let expression: ConvertedExpression;
  try {
    expression = convertExpression(alert.expr);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    return { refused: { field: ['expr'], position: error.position, message: error.message } };
  }
  const remarks: ImportRemark[] = expression.notes.map(message => ({ kind: 'note', field: ['expr'], message }));
  const { level, labels } = labelsOf(alert, remarks);
  const document: RuleDocumentInput = {
    name: alert.alert,
    level,
    schedule: scheduleOf(alert.intervalMs, remarks),
    ...(alert.for === null ? {} : { for: formatDuration(durationMs(alert.for)) }),
    ...(alert.keepFiringFor === null ? {} : { keep_firing_for: formatDuration(durationMs(alert.keepFiringFor)) }),
    group_by: expression.groupBy,
    metrics: [...expression.metrics],
    condition: expression.condition,
    // A series that is gone ends its alert, as in Prometheus.
    no_data: { policy: 'ok', after: 1, notify: false },
    ...(expression.value === null ? {} : { annotations: [{ name: 'value', formula: expression.value }] }),
    ...summaryOf(alert, expression, remarks),
    labels,
  };
  try {
    compileRule('import', document);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { refused: { field: ['expr'], position: null, message: error.message } };
  }
  return { document, remarks };
}

const SEVERITY_NAMES: Readonly<Record<string, Severity>> = {
  info: 'info',
  warning: 'warning',
  error: 'error',
  critical: 'critical',
};

function labelsOf(
  alert: PromAlert,
  remarks: ImportRemark[],
): { readonly level: Severity; readonly labels: Record<string, string> } {
  const labels: Record<string, string> = {};
  let level: Severity = 'warning';
  for (const [name, value] of Object.entries(alert.labels)) {
    const field = ['labels', name];
    const known = name === 'severity' ? SEVERITY_NAMES[value.toLowerCase()] : undefined;
    if (known !== undefined) {
      level = known;
      continue;
    }
    if (value.includes('{{')) {
      remarks.push({ kind: 'lost', field, message: 'a template in a label' });
      continue;
    }
    if (name === 'severity')
      remarks.push({
        kind: 'note',
        field,
        message: `"${value}" is none of ${SEVERITIES.join(', ')}: the level is warning and the label stays`,
      });
    labels[name] = value;
  }
  return { level, labels };
}

/** Intervals a cron pattern can keep: divisors of a minute, an hour, a day. */
function scheduleOf(intervalMs: number, remarks: ImportRemark[]): string {
  const seconds = intervalMs / 1000;
  if (seconds < 60 && 60 % seconds === 0) return `*/${seconds} * * * * *`;
  if (seconds === 60) return '* * * * *';
  const minutes = seconds / 60;
  if (minutes < 60 && 60 % minutes === 0) return `*/${minutes} * * * *`;
  if (minutes === 60) return '0 * * * *';
  const hours = minutes / 60;
  if (hours < 24 && 24 % hours === 0) return `0 */${hours} * * *`;
  if (hours === 24) return '0 0 * * *';
  remarks.push({
    kind: 'note',
    field: [],
    message: `an interval of ${formatDuration(intervalMs)} divides no hour: the rule runs every minute`,
  });
  return '* * * * *';
}

/** The summary, or the description where there is none; other annotations have no place in a rule. */
function summaryOf(
  { annotations }: PromAlert,
  expression: ConvertedExpression,
  remarks: ImportRemark[],
): { summary?: string } {
  const names = Object.keys(annotations);
  const chosen = ['summary', 'description', 'message'].find(name => names.includes(name));
  for (const name of names)
    if (name !== chosen)
      remarks.push({ kind: 'lost', field: ['annotations', name], message: 'a rule has one summary line' });
  if (chosen === undefined) return {};
  const field = ['annotations', chosen];
  const text = (annotations[chosen] ?? '').replace(/\{\{([^{}]*)\}\}/g, (whole, inner: string) => {
    const converted = template(inner.trim(), expression.value);
    if (converted === null) {
      remarks.push({ kind: 'lost', field, message: `the template ${whole.trim()}` });
      return '';
    }
    if (converted === VALUE_ELSEWHERE) {
      remarks.push({
        kind: 'lost',
        field,
        message: '$value of something computed in the line; it is the column "value"',
      });
      return '';
    }
    return converted;
  });
  return { summary: text.replace(/\s+/g, ' ').trim() };
}

const VALUE_ELSEWHERE = '{{value}}';
const FILTERS: Readonly<Record<string, string>> = {
  humanize: '|number',
  humanize1024: '|bytes',
  humanizePercentage: '|percent',
};

/** A template of ours for one of Prometheus'; null where there is none. */
function template(inner: string, value: string | null): string | null {
  const [, label] = /^\$labels\.([a-zA-Z_]\w*)$/.exec(inner) ?? [];
  if (label !== undefined) return `{{labels.${label}}}`;
  const [, filter] =
    /^\$value(?:\s*\|\s*(\w+))?$/.exec(inner) ?? (/^printf\s+"%[^"]*"\s+\$value$/.test(inner) ? ['', 'humanize'] : []);
  if (filter === undefined && inner !== '$value') return null;
  const suffix = filter === undefined ? '' : FILTERS[filter];
  if (suffix === undefined) return null;
  const [, row] = /^\{(\d+)\}$/.exec(value ?? '') ?? [];
  return row === undefined ? VALUE_ELSEWHERE : `{{value.${row}${suffix}}}`;
}
