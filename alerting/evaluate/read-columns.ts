/** Reads what rules need for their ticks with as few store queries as possible: equal questions are asked once. */
import { UserError } from '../../model/errors.ts';
import type { WindowQuery } from '../../store/metric-store.ts';
import { baselineColumns, baselineInstants } from './baseline.ts';
import { type Column, Frame, type RuleReaders } from './frame.ts';
import { type LogWindow, readLogWindows } from './log-windows.ts';
import type { RuleColumn } from './metric-row.ts';
import type { Rule } from './rule.ts';

/** Which stored series a metric name of a rule stands for now. Throws `UserError` ambiguous-metric. */
export type ResolveNames = (metric: string) => WindowQuery['names'];

/** A rule and the ticks it is to be evaluated at. */
export interface ColumnRequest {
  readonly rule: Rule;
  readonly ticks: readonly number[];
}

/** The rule's columns at each of the ticks, and the stored names they were read from; or why there are none. */
export type ColumnAnswer =
  | { readonly columns: (t: number) => readonly Column[]; readonly names: ReadonlySet<string> }
  | { readonly error: unknown };

export interface ColumnSources {
  readonly readers: RuleReaders;
  readonly resolve: ResolveNames;
  /** Only points that had arrived this long after their tick, ms (backtests as of arrival). */
  readonly arrivedWithinMs?: number;
  /** Answers about earlier weeks from the ticks before; they are good for the hour. */
  readonly baselines?: BaselineCache;
}

/** Frames of baselines by question and hour, the newest few thousand. */
export class BaselineCache {
  readonly #frames = new Map<string, Frame>();

  get(key: string): Frame | undefined {
    return this.#frames.get(key);
  }

  set(key: string, frame: Frame): void {
    this.#frames.set(key, frame);
    for (const oldest of this.#frames.keys()) {
      if (this.#frames.size <= MAX_BASELINES) return;
      this.#frames.delete(oldest);
    }
  }
}
const MAX_BASELINES = 2000;

/** A store far away answers some at a time best, and of one at hand only so many answers wait to be laid out. */
const QUESTIONS_AT_ONCE = 64;

/** One question to a store; equal keys mean equal answers. */
interface Question {
  readonly key: string;
  readonly at: Set<number>;
  readonly names: readonly string[];
  readonly baseline: boolean;
  ask(at: readonly number[], signal?: AbortSignal): Promise<Frame>;
}

interface Plan {
  readonly question: Question;
  readonly column: (frame: Frame, t: number) => Column;
}

/** Answers every request, in order. A failed query fails only the rules that asked it. */
export async function readColumns(
  requests: readonly ColumnRequest[],
  sources: ColumnSources,
  signal?: AbortSignal,
): Promise<readonly ColumnAnswer[]> {
  const questions = new Map<string, Question>();
  const plans = requests.map(request => plan(request, sources, questions));
  const answers = new Map<string, Frame | { readonly error: unknown }>();
  const open = questions.values();
  const askOneByOne = async (): Promise<void> => {
    for (const question of open) {
      try {
        signal?.throwIfAborted();
        answers.set(question.key, await ask(question, sources.baselines, signal));
      } catch (error) {
        answers.set(question.key, { error });
      }
    }
  };
  await Promise.all(Array.from({ length: QUESTIONS_AT_ONCE }, askOneByOne));
  return plans.map(columns => (columns instanceof UserError ? { error: columns } : collect(columns, answers)));
}

async function ask(question: Question, cache: BaselineCache | undefined, signal?: AbortSignal): Promise<Frame> {
  const at = [...question.at].sort((a, b) => a - b);
  if (!question.baseline) {
    const frame = await question.ask(at, signal);
    frame.settle(at);
    return frame;
  }
  if (cache === undefined) return question.ask(at, signal);
  const key = `${question.key} ${at[0]} ${at.at(-1)} ${at.length}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const frame = await question.ask(at, signal);
  cache.set(key, frame);
  return frame;
}

function plan(
  { rule, ticks }: ColumnRequest,
  sources: ColumnSources,
  questions: Map<string, Question>,
): readonly Plan[] | UserError {
  try {
    return rule.columns.map(column => {
      const asked = questionOf(rule, column, sources);
      const question = questions.get(asked.key) ?? asked;
      questions.set(asked.key, question);
      const { offsetMs, windowMs, weeks, stat } = column;
      if (stat === 'value') {
        for (const t of ticks) question.at.add(t - offsetMs);
        return { question, column: (frame, t) => frame.column(t - offsetMs) };
      }
      const instants = (t: number) => baselineInstants(t - offsetMs, weeks, windowMs, rule.document.zone);
      for (const t of ticks) for (const instant of instants(t)) question.at.add(instant);
      return { question, column: (frame, t) => statOf(frame, instants(t))[stat] };
    });
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function questionOf(rule: Rule, column: RuleColumn, { readers, resolve, arrivedWithinMs }: ColumnSources): Question {
  const { source, op, windowMs, offsetMs, sinceMs } = column;
  const baseline = column.stat !== 'value';
  // Weeks ago everything has arrived, and what has not is not worth a question of its own.
  const arrival = arrivedWithinMs === undefined || baseline ? null : arrivedWithinMs + offsetMs;
  const groupBy = rule.groupBy === '*' ? rule.groupBy : [...rule.groupBy].sort();
  const kind = baseline ? 'baseline' : 'value';
  const at = new Set<number>();
  if (source.kind === 'log') {
    const window: LogWindow = {
      query: source.query,
      groupBy: groupBy === '*' ? [] : groupBy,
      op: op as LogWindow['op'],
      windowMs,
      sinceMs,
    };
    const read = async (instants: readonly number[], signal?: AbortSignal): Promise<Frame> =>
      new Frame(groupBy, readers.logs === null ? [] : await readLogWindows(window, instants, readers.logs, signal));
    return { key: `log ${kind} ${JSON.stringify(window)}`, at, names: [], baseline, ask: read };
  }
  const query: Omit<WindowQuery, 'at'> = {
    names: resolve(source.metric),
    matchers: source.matchers,
    groupBy,
    op: op as WindowQuery['op'],
    ...(source.across === null ? {} : { across: source.across }),
    windowMs,
    // The store counts from the instant asked for, which lies the offset before the tick.
    ...(arrival === null ? {} : { arrivedWithinMs: arrival }),
  };
  const ask = async (instants: readonly number[], signal?: AbortSignal): Promise<Frame> =>
    new Frame(groupBy, await readers.metrics.window({ ...query, at: instants }, signal));
  const names = query.names.map(({ name }) => name);
  return { key: `metric ${kind} ${JSON.stringify(query)}`, at, names, baseline, ask };
}

/** Median and MAD of the last hour asked for, by frame: both columns of a row and all ticks of an hour share them. */
const stats = new WeakMap<Frame, { readonly key: string; readonly columns: { median: Column; mad: Column } }>();

function statOf(frame: Frame, instants: readonly number[]): { median: Column; mad: Column } {
  const key = `${instants[0]} ${instants.at(-1)} ${instants.length}`;
  const known = stats.get(frame);
  if (known?.key === key) return known.columns;
  const columns = baselineColumns(frame, instants);
  stats.set(frame, { key, columns });
  return columns;
}

function collect(
  plans: readonly Plan[],
  answers: ReadonlyMap<string, Frame | { readonly error: unknown }>,
): ColumnAnswer {
  const frames: Frame[] = [];
  const names = new Set<string>();
  for (const { question } of plans) {
    const answer = answers.get(question.key);
    if (!(answer instanceof Frame)) return { error: answer?.error };
    frames.push(answer);
    for (const name of question.names) names.add(name);
  }
  return { columns: t => plans.map(({ column }, i) => column(frames[i] as Frame, t)), names };
}
