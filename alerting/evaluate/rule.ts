/** A rule ready to be evaluated: durations in ms, formulas as closures, everything checked. */

import { createHash } from 'node:crypto';
import { parseDuration } from '../../model/duration.ts';
import { type ErrorCode, type InputIssue, UserError } from '../../model/errors.ts';
import { SEVERITIES, type Severity } from '../intent.ts';
import { RuleDocument } from './document.ts';
import { type Condition, compileCondition, compileFormula, type Formula } from './formula.ts';
import { FormulaError } from './lexer.ts';
import { compileRows, type RuleColumn, type RuleMetric } from './metric-row.ts';
import { compileSchedule, type Schedule } from './schedule.ts';
import { compileSummary, type Summary } from './summary.ts';

export interface Rule {
  readonly id: string;
  readonly document: RuleDocument;
  readonly name: string;
  readonly schedule: Schedule;
  /** null: the daemon's `alerting.delay`. */
  readonly delayMs: number | null;
  readonly repeatMs: number;
  readonly forMs: number;
  readonly keepFiringMs: number;
  readonly groupBy: readonly string[] | '*';
  readonly metrics: readonly RuleMetric[];
  /** What is asked of the stores at every tick: first one column per metric, then windows before, then baselines. */
  readonly columns: readonly RuleColumn[];
  /** Of those, the ones whose groups are the rule's groups. */
  readonly groupColumns: number;
  readonly reads: ReadonlySet<'metric' | 'log'>;
  readonly metricNames: readonly (string | null)[];
  /** Most severe first; the highest that is true wins. */
  readonly levels: readonly { readonly severity: Severity; readonly condition: Condition }[];
  readonly recovery: Condition | null;
  readonly annotations: readonly { readonly name: string; readonly formula: Formula }[];
  readonly summary: Summary | null;
  /** Quiet groups leave a trace: to notice that they are gone (policy alert, COUNT), or that they flap. */
  readonly remembersQuiet: boolean;
  /** Look-back of the longest metric including its offset, ms. */
  readonly reachMs: number;
  /** Text that changes whenever an edit may change a result; a firing group found false after that ends as `edited`. */
  readonly meaning: string;
}

/**
 * Reads and checks a whole rule document. Throws one `UserError` (422) with every complaint; those about formulas come first
 * and carry `position` (0-based).
 */
export function compileRule(id: string, input: unknown): Rule {
  const parsed = RuleDocument.safeParse(input);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(issue => ({ path: issue.path.join('.'), message: issue.message }));
    throw refusal('bad-request', issues);
  }
  const document = parsed.data;
  const complaints = new Complaints();
  const { metrics, columns } = compileRows(document, (path, message) => complaints.add(path, message));
  const names = document.metrics.map(metric => metric.name ?? null);
  const options = { zeroBaseline: document.zero_baseline, baselines: baselineInputs(metrics) };
  const condition = (text: string, path: string): Condition | null =>
    complaints.formula(path, () => {
      const compiled = compileCondition(text, names, options);
      if (compiled === null) throw new FormulaError('expected a condition such as {0} > 5, not a number', 0);
      return compiled;
    });
  const levels = levelTexts(document, complaints).flatMap(({ severity, text, path }) => {
    const compiled = condition(text, path);
    return compiled === null ? [] : [{ severity, condition: compiled }];
  });
  const recovery = document.recovery === null ? null : condition(document.recovery, 'recovery');
  const annotations = document.annotations.flatMap(({ name, formula }, i) => {
    const compiled = complaints.formula(`annotations.${i}.formula`, () => compileFormula(formula, names, options));
    return compiled === null ? [] : [{ name, formula: compiled }];
  });
  const { summary: template } = document;
  const summary = template === null ? null : complaints.formula('summary', () => compileSummary(template, names));
  const schedule = complaints.schedule(() => compileSchedule(document.schedule, document.zone));
  complaints.throwIfAny();
  return {
    id,
    document,
    name: document.name,
    schedule: schedule as Schedule,
    delayMs: document.delay === undefined ? null : ms(document.delay),
    repeatMs: ms(document.repeat_interval),
    forMs: ms(document.for),
    keepFiringMs: ms(document.keep_firing_for),
    groupBy: document.group_by,
    metrics,
    columns,
    groupColumns: columns.filter(column => column.stat === 'value').length,
    reads: new Set(columns.map(column => column.source.kind)),
    metricNames: names,
    levels,
    recovery,
    annotations,
    summary,
    remembersQuiet:
      document.no_data.policy === 'alert' ||
      document.flapping !== null ||
      metrics.some(metric => metric.counts && metric.op !== 'NEW'),
    reachMs: Math.max(...columns.map(column => column.offsetMs + column.windowMs)),
    meaning: meaningOf(document),
  };
}

/** Where formulas find what `score`, `median` and `mad` need: behind the values of the rows, two for each baseline. */
function baselineInputs(metrics: readonly RuleMetric[]): ReadonlyMap<number, number> {
  const inputs = new Map<number, number>();
  metrics.forEach((metric, i) => {
    if (metric.baseline !== null) inputs.set(i, metrics.length + 2 * inputs.size);
  });
  return inputs;
}

function levelTexts(
  document: RuleDocument,
  complaints: Complaints,
): { severity: Severity; text: string; path: string }[] {
  const { condition, levels } = document;
  if ((condition === undefined) === (levels === undefined)) {
    complaints.add('condition', 'a rule has either "condition" or "levels"');
    return [];
  }
  if (condition !== undefined) return [{ severity: document.level, text: condition, path: 'condition' }];
  const listed = (levels ?? []).map((level, i) => ({
    severity: level.level,
    text: level.condition,
    path: `levels.${i}.condition`,
  }));
  if (new Set(listed.map(level => level.severity)).size < listed.length)
    complaints.add('levels', 'a level is given twice');
  return listed.sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
}

function meaningOf(document: RuleDocument): string {
  const { metrics, condition, levels, recovery, matchers, window, zero_baseline, no_data } = document;
  const text = JSON.stringify([
    metrics,
    condition,
    levels,
    recovery,
    matchers,
    window,
    zero_baseline,
    no_data.policy,
    no_data.after,
  ]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function ms(duration: string): number {
  return parseDuration(duration) ?? 0;
}

/** Gathers complaints so that all are told at once. */
class Complaints {
  readonly #formulas: InputIssue[] = [];
  readonly #others: InputIssue[] = [];
  #code: ErrorCode | null = null;

  add(path: string, message: string): void {
    this.#others.push({ path, message });
    this.#code ??= 'bad-request';
  }

  formula<T>(path: string, compile: () => T): T | null {
    try {
      return compile();
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      this.#formulas.push({ path, position: error.position, message: error.message });
      return null;
    }
  }

  schedule<T>(compile: () => T): T | null {
    try {
      return compile();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#others.push(...error.issues);
      this.#code ??= error.code;
      return null;
    }
  }

  throwIfAny(): void {
    const issues = [...this.#formulas, ...this.#others];
    if (issues.length > 0)
      throw refusal(this.#formulas.length > 0 ? 'bad-formula' : (this.#code ?? 'bad-request'), issues);
  }
}

function refusal(code: ErrorCode, issues: readonly InputIssue[]): UserError {
  const [first] = issues;
  return new UserError(
    code,
    first?.path ? `${first.path}: ${first.message}` : (first?.message ?? 'the rule cannot be read'),
    { issues },
  );
}
