/** Which rules are generated for jobs, and how strict they are: `alerting.generated` of the configuration, and what the API adds to it. */
import { z } from 'zod';
import { parseDuration } from '../../model/duration.ts';
import { type InputIssue, UserError } from '../../model/errors.ts';
import { SEVERITIES } from '../intent.ts';

const Duration = z.string().refine(text => (parseDuration(text) ?? 0) > 0, 'expected a duration such as 30s, 5m or 1d');
const Patterns = z.array(z.string().min(1).max(300)).max(1000);
const common = {
  level: z.enum(SEVERITIES).optional(),
  receivers: z.array(z.string().min(1)).max(100).optional(),
  repeat_interval: Duration.optional(),
};

/** What each kind of rule can be told; a field left out keeps the default below. `false` switches the kind off. */
const kinds = {
  /** Records behind on a topic for a time. */
  lag: z.union([
    z.literal(false),
    z.strictObject({ above: z.number().min(0).optional(), for: Duration.optional(), ...common }),
  ]),
  /** Restarts within a time. */
  restarts: z.union([
    z.literal(false),
    z.strictObject({ at_least: z.int().min(1).optional(), within: Duration.optional(), ...common }),
  ]),
  /** Time since the last completed checkpoint. */
  checkpoint_age: z.union([z.literal(false), z.strictObject({ above: Duration.optional(), ...common })]),
  /** A running job that reports nothing. */
  no_data: z.union([z.literal(false), z.strictObject({ for: Duration.optional(), ...common })]),
} as const;
export const JOB_RULE_KINDS = ['lag', 'restarts', 'checkpoint_age', 'no_data'] as const;
export type JobRuleKind = (typeof JOB_RULE_KINDS)[number];

const optionalKinds = {
  lag: kinds.lag.optional(),
  restarts: kinds.restarts.optional(),
  checkpoint_age: kinds.checkpoint_age.optional(),
  no_data: kinds.no_data.optional(),
};

export const GeneratedSettings = z.strictObject({
  enabled: z.boolean().optional(),
  /** Jobs without generated rules: by pattern (`*` stands for any text) or by owner. */
  exclude: z.strictObject({ jobs: Patterns.default([]), owners: Patterns.default([]) }).optional(),
  ...optionalKinds,
  /** How late a report may be for that long; its limit is its own objective. */
  freshness: z.union([z.literal(false), z.strictObject({ for: Duration.optional(), ...common })]).optional(),
  /** Jobs that differ: the first entry that fits a job counts for it, field by field above what is said for all. */
  jobs: z
    .array(z.strictObject({ match: Patterns.min(1), ...optionalKinds }))
    .max(500)
    .optional(),
});
export type GeneratedSettings = z.infer<typeof GeneratedSettings>;
export type JobOverride = NonNullable<GeneratedSettings['jobs']>[number];

/** Throws `UserError` (422) with every complaint. */
export function parseGeneratedSettings(input: unknown): GeneratedSettings {
  const parsed = GeneratedSettings.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues: InputIssue[] = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new UserError('bad-request', `${issues[0]?.path}: ${issues[0]?.message}`, { issues });
}

/** Settings of the API above those of the file: entries for jobs and exclusions of both, otherwise the API's word where it has one. */
export function mergeSettings(file: GeneratedSettings, api: GeneratedSettings): GeneratedSettings {
  return {
    ...file,
    ...api,
    exclude: {
      jobs: [...(file.exclude?.jobs ?? []), ...(api.exclude?.jobs ?? [])],
      owners: [...(file.exclude?.owners ?? []), ...(api.exclude?.owners ?? [])],
    },
    jobs: [...(api.jobs ?? []), ...(file.jobs ?? [])],
  };
}
