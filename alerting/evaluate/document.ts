/** The rule document (alerting.md section 1, contracts.md section 6): its fields, defaults and forms. YAML in files, JSON over the API. */
import { z } from 'zod';
import { parseDuration } from '../../model/duration.ts';
import { labelPattern } from '../../model/label-pattern.ts';
import { ACROSS } from '../../store/across.ts';
import { METRIC_OPS } from '../../store/metric-store.ts';
import { SEVERITIES } from '../intent.ts';

const Duration = z
  .union([z.string(), z.literal(0).transform(() => '0s')])
  .refine(text => parseDuration(text) !== null, 'expected a duration such as 30s, 5m or 1d');

const LabelName = z.string().regex(/^[\p{L}_][\p{L}\p{N}_.-]*$/u, 'expected a label name');

const MatcherValue = z.union([
  z.string(),
  z.strictObject({ op: z.enum(['=', '!=', '=~', '!~']), value: z.string() }).superRefine((matcher, context) => {
    const problem = matcher.op.endsWith('~') ? patternProblem(matcher.value) : null;
    if (problem !== null) context.addIssue({ code: 'custom', path: ['value'], message: problem });
  }),
]);

/** Label filters (维度值过滤): `{label: value}`, `{label: {op, value}}`; an empty value means any. */
export const Matchers = z.record(LabelName, MatcherValue);
export type Matchers = z.infer<typeof Matchers>;

/**
 * Operations of a row. Beside those of the stores: SPIKE, how many times the window before the value is (of lines, or of a metric's
 * average), and NEW, the lines of exception classes not seen for `since` before the window.
 */
export const ROW_OPS = [...METRIC_OPS, 'SPIKE', 'NEW'] as const;
export type RowOp = (typeof ROW_OPS)[number];

const Op = z
  .string()
  .transform(text => text.toUpperCase())
  .refine((text): text is RowOp => ROW_OPS.some(op => op === text), `expected one of ${ROW_OPS.join(' ')}`);

const RuleMetric = z
  .strictObject({
    name: z.string().min(1).max(200).optional(),
    metric: z.string().min(1).max(500).optional(),
    log: z.string().min(1).max(2000).optional(),
    op: Op.optional(),
    offset: Duration.default('0m'),
    window: Duration.optional(),
    since: Duration.optional(),
    matchers: Matchers.default({}),
    across: z.enum(ACROSS).optional(),
    baseline: z.strictObject({ weeks: z.int().min(1).max(12) }).optional(),
  })
  .transform(row => ({ ...row, op: row.op ?? (row.log === undefined ? 'LAST' : 'COUNT') }));

const Severity = z.enum(SEVERITIES);

/** A whole rule; defaults are filled in, durations stay text. Unknown fields are refused. */
export const RuleDocument = z.strictObject({
  name: z.string().trim().min(1).max(200),
  enabled: z.boolean().default(true),
  level: Severity.default('warning'),
  schedule: z.string().min(1).max(200),
  zone: z.string().min(1).max(64).default('UTC'),
  window: Duration.default('5m'),
  delay: Duration.optional(),
  repeat_interval: Duration.default('0s'),
  max_repeats: z.int().min(1).optional(),
  for: Duration.default('0s'),
  keep_firing_for: Duration.default('0s'),
  group_by: z.union([z.literal('*'), z.array(LabelName).max(32)]).default([]),
  matchers: Matchers.default({}),
  metrics: z.array(RuleMetric).min(1, 'a rule needs at least one metric').max(100),
  condition: z.string().min(1).optional(),
  levels: z
    .array(z.strictObject({ level: Severity, condition: z.string().min(1) }))
    .min(1)
    .max(SEVERITIES.length)
    .optional(),
  recovery: z.string().min(1).nullable().default(null),
  no_data: z
    .strictObject({
      policy: z.enum(['keep', 'ok', 'alert']).default('keep'),
      after: z.int().min(1).max(10_000).default(3),
      notify: z.boolean().default(false),
    })
    .default({ policy: 'keep', after: 3, notify: false }),
  zero_baseline: z.enum(['unknown', 'grow']).default('unknown'),
  annotations: z
    .array(z.strictObject({ name: z.string().min(1).max(200), formula: z.string().min(1) }))
    .max(100)
    .default([]),
  summary: z.string().max(2000).nullable().default(null),
  receivers: z.array(z.string().min(1).max(200)).max(100).default([]),
  labels: z.record(LabelName, z.string()).default({}),
  max_groups: z.int().min(1).max(100_000).default(10_000),
  flapping: z
    .strictObject({ window: z.int().min(4).max(200).default(20), changes: z.int().min(2).max(100).default(4) })
    .nullable()
    .default(null),
  /** Late points correct the history of the ticks they belong to; what was told stays told. */
  re_evaluate: z.boolean().default(false),
});
export type RuleDocument = z.infer<typeof RuleDocument>;
/** The document as users write it. */
export type RuleDocumentInput = z.input<typeof RuleDocument>;

function patternProblem(text: string): string | null {
  try {
    labelPattern(text);
    return null;
  } catch (error) {
    return `"${text}" is not a regular expression that can be used: ${(error as Error).message}`;
  }
}
