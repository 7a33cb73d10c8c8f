/** Reads what many rules need for their ticks with as few store queries as possible: equal questions are asked once. */
import { UserError } from '../model/errors.ts';
import { Frame, type MetricReader, planWindow, type ResolveNames, type WindowPlan } from './evaluate/frame.ts';
import type { Rule } from './evaluate/rule.ts';

/** A rule and the ticks it is to be evaluated at. */
export interface FrameRequest {
  readonly rule: Rule;
  readonly ticks: readonly number[];
}

/** One frame per metric, in the rule's order, or why there is none. */
export type FrameAnswer =
  | { readonly frames: readonly Frame[]; readonly names: ReadonlySet<string> }
  | { readonly error: unknown };

interface Question {
  readonly plan: WindowPlan;
  readonly at: Set<number>;
}

/** Answers every request, in order. A failed query fails only the rules that asked it. */
export async function readFrames(
  requests: readonly FrameRequest[],
  reader: Pick<MetricReader, 'window'>,
  resolve: ResolveNames,
  signal?: AbortSignal,
): Promise<readonly FrameAnswer[]> {
  const questions = new Map<string, Question>();
  const plans = requests.map(request => ask(request, resolve, questions));
  const answers = new Map<string, Frame | { readonly error: unknown }>();
  await Promise.all(
    [...questions].map(async ([key, { plan, at }]) => {
      try {
        const groups = await reader.window({ ...plan.query, at: [...at].sort((a, b) => a - b) }, signal);
        answers.set(key, new Frame(plan, groups));
      } catch (error) {
        answers.set(key, { error });
      }
    }),
  );
  return plans.map(plan => (plan instanceof UserError ? { error: plan } : collect(plan, answers)));
}

function ask(
  { rule, ticks }: FrameRequest,
  resolve: ResolveNames,
  questions: Map<string, Question>,
): readonly WindowPlan[] | UserError {
  try {
    return rule.metrics.map(metric => {
      const plan = planWindow(metric, rule.groupBy, resolve);
      let question = questions.get(plan.key);
      if (question === undefined) {
        question = { plan, at: new Set() };
        questions.set(plan.key, question);
      }
      for (const t of ticks) question.at.add(t - metric.offsetMs);
      return plan;
    });
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function collect(
  plans: readonly WindowPlan[],
  answers: ReadonlyMap<string, Frame | { readonly error: unknown }>,
): FrameAnswer {
  const frames: Frame[] = [];
  const names = new Set<string>();
  for (const plan of plans) {
    const answer = answers.get(plan.key);
    if (!(answer instanceof Frame)) return { error: answer?.error };
    frames.push(answer);
    for (const { name } of plan.query.names) names.add(name);
  }
  return { frames, names };
}
