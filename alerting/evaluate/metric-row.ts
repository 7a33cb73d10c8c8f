/** The metric rows of a rule ({0}, {1}, …) made ready: what is asked of a store for each, and how the answers become its value. */
import { parseDuration } from '../../model/duration.ts';
import { compileMatchers, type Labels, type Matcher } from '../../model/labels.ts';
import type { Across } from '../../store/across.ts';
import { ROLLUP_OPS } from '../../store/aggregate.ts';
import type { LogQuery } from '../../store/log-query.ts';
import type { MetricOp } from '../../store/metric-store.ts';
import type { RowOp, RuleDocument } from './document.ts';
import { compileLogSource } from './log-row.ts';
import { toMatchers } from './matchers.ts';

export interface MetricSource {
  readonly kind: 'metric';
  readonly metric: string;
  /** The rule's matchers and the row's own. */
  readonly matchers: readonly Matcher[];
  readonly across: Across | null;
}

export interface LogSource {
  readonly kind: 'log';
  /** The search text with the matchers in it. */
  readonly query: LogQuery;
  readonly text: string;
}

/** One metric row. */
export interface RuleMetric {
  readonly name: string | null;
  readonly source: MetricSource | LogSource;
  readonly op: RowOp;
  readonly offsetMs: number;
  readonly windowMs: number;
  /** False for groups its own matchers exclude (contracts.md section 6: not applicable). */
  readonly applies: (groupLabels: Labels) => boolean;
  /** An empty window is 0, not unknown: something is counted. */
  readonly counts: boolean;
  /** Index of the column of the window before this one (SPIKE); null for other rows. The row's own column has its own index. */
  readonly before: number | null;
  /** Indexes of the columns of its baseline. */
  readonly baseline: { readonly median: number; readonly mad: number } | null;
}

/** One question to a store per tick: a row's value, the window before it, or what the same hour of earlier weeks was like. */
export interface RuleColumn {
  readonly source: MetricSource | LogSource;
  readonly op: MetricOp | 'NEW';
  readonly windowMs: number;
  readonly offsetMs: number;
  /** How far back a class of exceptions must not have been seen (NEW), ms. */
  readonly sinceMs: number;
  readonly stat: 'value' | 'median' | 'mad';
  readonly weeks: number;
}

/** What is wrong with a document, told with its path. */
export type Complain = (path: string, message: string) => void;

/** Columns in the order: one per row, windows before, baselines. */
export function compileRows(
  document: RuleDocument,
  complain: Complain,
): { readonly metrics: readonly RuleMetric[]; readonly columns: readonly RuleColumn[] } {
  checkNames(document, complain);
  const drafts = document.metrics.map((row, i) => draft(document, row, `metrics.${i}`, complain));
  const columns: RuleColumn[] = drafts.map(({ column }) => column);
  const befores = drafts.map(({ row, column }) => {
    if (row.op !== 'SPIKE') return null;
    return columns.push({ ...column, offsetMs: column.offsetMs + column.windowMs }) - 1;
  });
  const metrics = drafts.map(({ row, metric, column }, i): RuleMetric => {
    const weeks = row.baseline?.weeks;
    const stat = (name: 'median' | 'mad'): number => columns.push({ ...column, stat: name, weeks: weeks ?? 0 }) - 1;
    const baseline = weeks === undefined ? null : { median: stat('median'), mad: stat('mad') };
    return { ...metric, before: befores[i] ?? null, baseline };
  });
  return { metrics, columns };
}

type Row = RuleDocument['metrics'][number];

interface Draft {
  readonly row: Row;
  readonly metric: Omit<RuleMetric, 'before' | 'baseline'>;
  readonly column: RuleColumn;
}

function draft(document: RuleDocument, row: Row, at: string, complain: Complain): Draft {
  checkRow(document, row, at, complain);
  const own = toMatchers(row.matchers);
  const source: MetricSource | LogSource =
    row.log === undefined
      ? {
          kind: 'metric',
          metric: row.metric ?? '',
          matchers: [...toMatchers(document.matchers), ...own],
          across: row.across ?? null,
        }
      : logSource(document, row.log, own, at, complain);
  const windowMs = ms(row.window ?? document.window);
  const counts = row.op === 'COUNT' || source.kind === 'log';
  return {
    row,
    metric: {
      name: row.name ?? null,
      source,
      op: row.op,
      offsetMs: ms(row.offset),
      windowMs,
      applies: appliesTo(document, own),
      counts,
    },
    column: {
      source,
      op: row.op === 'SPIKE' ? (source.kind === 'log' ? 'COUNT' : 'AVG') : row.op,
      windowMs,
      offsetMs: ms(row.offset),
      sinceMs: row.op === 'NEW' ? ms(row.since ?? DEFAULT_SINCE) : 0,
      stat: 'value',
      weeks: 0,
    },
  };
}

/** How long a class of exceptions counts as known. */
const DEFAULT_SINCE = '7d';

function logSource(
  document: RuleDocument,
  text: string,
  own: readonly Matcher[],
  at: string,
  complain: Complain,
): LogSource {
  const { group_by: groupBy } = document;
  if (groupBy === '*') complain('group_by', 'logs cannot stay apart by every label; name the labels, such as [job]');
  return { kind: 'log', text, query: compileLogSource(text, document, own, at, complain) };
}

function checkRow(document: RuleDocument, row: Row, at: string, complain: Complain): void {
  if (row.log !== undefined) {
    if (row.metric !== undefined) complain(`${at}.log`, 'a row reads either a metric or logs');
    if (!LOG_OPS.includes(row.op)) complain(`${at}.op`, `logs are counted: op is one of ${LOG_OPS.join(' ')}`);
    if (row.across !== undefined) complain(`${at}.across`, 'lines have no series to combine');
  } else {
    if (row.metric === undefined) complain(`${at}.metric`, 'a row needs "metric" or "log"');
    if (row.op === 'NEW')
      complain(`${at}.op`, 'NEW looks for new exception classes in logs; write log instead of metric');
  }
  if (row.since !== undefined && row.op !== 'NEW') complain(`${at}.since`, 'since belongs to op NEW');
  if (row.baseline !== undefined) {
    // Four weeks ago there are rollups where there were points.
    const kept: readonly string[] =
      row.log === undefined && row.across === undefined ? [...ROLLUP_OPS] : ['COUNT', 'RATE'];
    if (row.across !== undefined) complain(`${at}.baseline`, 'a baseline cannot combine series with across');
    else if (!kept.includes(row.op)) complain(`${at}.op`, `a baseline needs one of the operations ${kept.join(' ')}`);
  }
  if (ms(row.window ?? document.window) === 0)
    complain(row.window === undefined ? 'window' : `${at}.window`, 'a window is longer than 0');
}

const LOG_OPS: readonly RowOp[] = ['COUNT', 'RATE', 'SPIKE', 'NEW'];

function checkNames(document: RuleDocument, complain: Complain): void {
  const seen = new Set<string>();
  document.metrics.forEach(({ name }, i) => {
    if (name === undefined) return;
    const at = `metrics.${i}.name`;
    if (/^(and|or|not)$/i.test(name)) complain(at, `"${name}" is a word of the formula language`);
    if (seen.has(name)) complain(at, `two metrics are named "${name}"`);
    seen.add(name);
  });
}

/** Attributes of a series: usable as matchers though they are no labels, so a group says nothing about them. */
const ATTRIBUTES = new Set([
  'job_id',
  'task_id',
  'operator_id',
  'task_attempt_id',
  'task_attempt_num',
  'tm_id',
  'app_id',
  'container_id',
]);

/** Only labels a group carries can exclude it. */
function appliesTo({ group_by: groupBy }: RuleDocument, own: readonly Matcher[]): (labels: Labels) => boolean {
  const visible = own.filter(({ label }) => (groupBy === '*' ? !ATTRIBUTES.has(label) : groupBy.includes(label)));
  if (visible.length === 0) return () => true;
  const test = compileMatchers(visible);
  return labels => test(label => labels[label]);
}

function ms(duration: string): number {
  return parseDuration(duration) ?? 0;
}
