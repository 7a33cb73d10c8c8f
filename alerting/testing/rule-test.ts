/**
 * Unit tests of rules, as people write them (contracts.md section 6): series in short notation, and which alerts a rule has at given
 * times. The rules run as they do live: the same schedule, windows and states.
 */
import { z } from 'zod';
import { parseDuration } from '../../model/duration.ts';
import { type InputIssue, UserError } from '../../model/errors.ts';
import type { Labels } from '../../model/labels.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { MemoryMetricStore } from '../../store/memory-metrics.ts';
import { alertLabels, alertText } from '../evaluate/intents.ts';
import { replayTicks } from '../evaluate/replay.ts';
import { createResolver } from '../evaluate/resolve.ts';
import type { Rule } from '../evaluate/rule.ts';
import type { TickOutcome } from '../evaluate/tick.ts';
import { type MemoryLine, MemoryLogs } from './memory-logs.ts';
import { parseLabelSet, parseSeries, parseValues } from './series-notation.ts';

const Duration = z
  .string()
  .refine(text => parseDuration(text) !== null, 'expected a duration such as 30s, 5m or 1d')
  .transform(text => parseDuration(text) ?? 0);
const LabelsField = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));
const Annotations = z.union([
  z.record(z.string(), z.union([z.string(), z.number()]).transform(String)),
  z
    .array(z.strictObject({ name: z.string(), value: z.union([z.string(), z.number()]).transform(String) }))
    .transform(list => Object.fromEntries(list.map(({ name, value }) => [name, value]))),
]);

/** A whole test file. `start` is the instant of the first value; `logs` are lines, so many in each interval. */
const RuleTestFile = z.strictObject({
  rules: z.array(z.string().min(1)).min(1),
  tests: z
    .array(
      z.strictObject({
        name: z.string().default(''),
        start: z.iso.datetime({ offset: true }).default('2026-01-01T00:00:00Z'),
        interval: Duration.prefault('1m').refine(ms => ms > 0, 'expected more than 0'),
        series: z
          .array(z.strictObject({ series: z.string(), values: z.union([z.string(), z.number()]).transform(String) }))
          .default([]),
        logs: z
          .array(
            z.strictObject({
              line: z.string(),
              message: z.string().default(''),
              values: z.union([z.string(), z.number()]).transform(String),
            }),
          )
          .default([]),
        cases: z
          .array(
            z.strictObject({
              at: Duration,
              rule: z.string(),
              alerts: z
                .array(
                  z.strictObject({
                    labels: LabelsField.default({}),
                    state: z.enum(['pending', 'firing', 'recovering']).default('firing'),
                    annotations: Annotations.default({}),
                  }),
                )
                .default([]),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});
export type RuleTestFile = z.infer<typeof RuleTestFile>;
type RuleTest = RuleTestFile['tests'][number];
type RuleCase = RuleTest['cases'][number];

/** An alert in a difference; annotations only those a case speaks of. */
export interface TestAlert {
  readonly labels: Labels;
  readonly state: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface CaseResult {
  readonly test: string;
  readonly at_ms: number;
  readonly rule: string;
  readonly ok: boolean;
  /** Alerts a failing case wanted and did not get, and those it got and did not want. */
  readonly missing: readonly TestAlert[];
  readonly unexpected: readonly TestAlert[];
  /** Why the case could not be judged. */
  readonly error?: string;
}

/** Longest test: a year. */
const MAX_MS = 366 * 86_400_000;

/** Reads a test file's content. Throws `UserError` with every complaint. */
export function parseRuleTests(input: unknown): RuleTestFile {
  const parsed = RuleTestFile.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues: InputIssue[] = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new UserError('bad-request', `${issues[0]?.path}: ${issues[0]?.message}`, { issues });
}

/** Runs all cases of a file against the rules it names, in their order. Throws `UserError` for series that cannot be read. */
export async function runRuleTests(file: RuleTestFile, rules: readonly Rule[]): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const test of file.tests) {
    const stores = await storesOf(test);
    const outcomes = new Map<string, Map<number, TickOutcome | null>>();
    for (const rule of rules) {
      const wanted = test.cases.filter(item => item.rule === rule.name).map(({ at }) => at);
      if (wanted.length > 0) outcomes.set(rule.name, await outcomesAt(rule, test, wanted, stores));
    }
    for (const item of test.cases) {
      const rule = rules.find(({ name }) => name === item.rule);
      const outcome = outcomes.get(item.rule)?.get(item.at);
      results.push(judge(test, item, rule, outcome ?? null));
    }
  }
  return results;
}

interface Stores {
  readonly metrics: MemoryMetricStore;
  readonly logs: MemoryLogs;
}

async function storesOf({ start, interval, series, logs }: RuleTest): Promise<Stores> {
  const begin = Date.parse(start);
  const metrics = new MemoryMetricStore();
  for (const { series: text, values } of series) {
    const { name, labels } = parseSeries(text);
    const groups = parseValues(values).flatMap((value, i): MetricGroup[] => {
      const ts = begin + i * interval;
      return value === null ? [] : [{ ts, labels, attrs: {}, values: [[name, value]], arrivedAt: ts }];
    });
    await metrics.append(groups);
  }
  const lines = logs.flatMap(({ line, message, values }) => {
    const fields = parseLabelSet(line);
    return parseValues(values).flatMap((count, i): MemoryLine[] =>
      Array.from({ length: Math.max(0, Math.round(count ?? 0)) }, () => ({
        ...fields,
        message,
        ts: begin + i * interval,
      })),
    );
  });
  return { metrics, logs: new MemoryLogs(lines) };
}

/** The newest outcome at or before each of the times. */
async function outcomesAt(
  rule: Rule,
  { start }: RuleTest,
  times: readonly number[],
  { metrics, logs }: Stores,
): Promise<Map<number, TickOutcome | null>> {
  const from = Date.parse(start);
  const longest = Math.max(...times);
  if (longest > MAX_MS) throw new UserError('bad-request', 'a test covers at most 366 days');
  const names = (await metrics.names()).map(({ name }) => name);
  const found = new Map<number, TickOutcome | null>(times.map(at => [at, null]));
  const readers = { metrics, logs };
  const options = { rule, from, to: from + longest, asOf: 'ideal' as const, delayMs: 0, readers };
  for await (const outcome of replayTicks({ ...options, resolve: createResolver(names) })) {
    for (const at of found.keys()) if (outcome.t <= from + at) found.set(at, outcome);
  }
  return found;
}

function judge(test: RuleTest, item: RuleCase, rule: Rule | undefined, outcome: TickOutcome | null): CaseResult {
  const common = { test: test.name, at_ms: item.at, rule: item.rule };
  const failed = (error: string): CaseResult => ({ ...common, ok: false, missing: [], unexpected: [], error });
  if (rule === undefined) return failed(`no rule of the files is named "${item.rule}"`);
  if (outcome === null) return failed('the rule has no tick at or before that time');
  if (outcome.error !== undefined) return failed(`the tick failed: ${outcome.error}`);
  const left = alertsOf(rule, outcome);
  const missing = item.alerts.filter(expected => {
    const index = left.findIndex(alert => fits(alert, expected));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  const named = new Set(item.alerts.flatMap(({ annotations }) => Object.keys(annotations)));
  const unexpected = left.map(({ groupLabels, state, annotations }) => ({
    labels: groupLabels,
    state,
    annotations: Object.fromEntries(Object.entries(annotations).filter(([name]) => named.has(name))),
  }));
  return { ...common, ok: missing.length === 0 && unexpected.length === 0, missing, unexpected };
}

interface FoundAlert {
  readonly groupLabels: Labels;
  /** All labels a message would carry. */
  readonly labels: Labels;
  readonly state: string;
  readonly annotations: Readonly<Record<string, string>>;
}

function alertsOf(rule: Rule, { groups }: TickOutcome): FoundAlert[] {
  return groups
    .filter(({ status }) => status !== 'inactive')
    .map(({ labels, status, severity, scope }) => {
      const level = severity ?? rule.document.level;
      const { annotations, summary } = alertText(rule, labels, level, scope);
      return {
        groupLabels: labels,
        labels: alertLabels(rule, labels, level),
        state: status,
        annotations: { summary, ...Object.fromEntries(annotations.map(({ name, value }) => [name, value])) },
      };
    });
}

/** A case names every label of the group and may name those of the rule; annotations it does not name may be anything. */
function fits(alert: FoundAlert, expected: RuleCase['alerts'][number]): boolean {
  return (
    alert.state === expected.state &&
    Object.entries(expected.labels).every(([name, value]) => alert.labels[name] === value) &&
    Object.entries(alert.groupLabels).every(([name, value]) => (expected.labels[name] ?? '') === value) &&
    Object.entries(expected.annotations).every(([name, value]) => alert.annotations[name] === value)
  );
}
