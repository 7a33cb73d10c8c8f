/**
 * The rules every job gets when it first appears. One rule per kind serves all jobs, grouped by job: ten thousand jobs cost four
 * evaluations a minute, not forty thousand. Jobs that differ have a rule of their own beside it, and the common one leaves them out.
 */
import { parseDuration } from '../../model/duration.ts';
import { globTest } from '../../model/glob.ts';
import type { RuleDocumentInput } from '../evaluate/document.ts';
import { type GeneratedSettings, JOB_RULE_KINDS, type JobOverride, type JobRuleKind } from './settings.ts';

/** What is known of the estate. `limitMs` is the age its objective allows a report. */
export interface GeneratedEstate {
  readonly jobs: readonly { readonly name: string; readonly owner: string }[];
  /** Reports with an objective. */
  readonly reports: readonly { readonly name: string; readonly limitMs: number }[];
}

/** Excluded jobs that are named one by one, because their owner is excluded. */
const MAX_NAMED = 2000;

/** The documents of all generated rules; none while no job is known. Throws nothing: settings are checked before. */
export function jobRules(estate: GeneratedEstate, settings: GeneratedSettings): readonly RuleDocumentInput[] {
  if (settings.enabled === false || estate.jobs.length === 0) return [];
  const excluded = excludedJobs(estate, settings);
  const overrides = settings.jobs ?? [];
  const documents = JOB_RULE_KINDS.flatMap(kind => kindRules(kind, settings, overrides, excluded));
  return [...documents, ...reportRules(estate, settings)];
}

/** One kind for all jobs: a rule for each entry that says something of it, and one for the rest. */
function kindRules<K extends JobRuleKind>(
  kind: K,
  all: KindChoice,
  overrides: readonly (KindChoice & Pick<JobOverride, 'match'>)[],
  excluded: readonly string[],
): readonly RuleDocumentInput[] {
  const make = RULES[kind];
  const taken = [...excluded];
  const documents: RuleDocumentInput[] = [];
  for (const override of overrides) {
    const own = override[kind];
    if (own === undefined) continue;
    const { match } = override;
    // Patterns alone decide: a rule for jobs that are not there yet waits for them.
    if (own !== false)
      documents.push(make({ ...chosen(all[kind]), ...own }, only(match, taken), ` (${match.join(', ')})`));
    taken.push(...match);
  }
  if (all[kind] !== false) documents.push(make({ ...chosen(all[kind]) }, only(['*'], taken), ''));
  return documents;
}

/** Patterns of jobs that get no rules. */
function excludedJobs({ jobs }: GeneratedEstate, { exclude }: GeneratedSettings): readonly string[] {
  if (exclude === undefined) return [];
  const ofExcluded = globTest(exclude.owners);
  const byPattern = globTest(exclude.jobs);
  const named = jobs.filter(({ name, owner }) => ofExcluded(owner) && !byPattern(name)).map(({ name }) => name);
  return [...exclude.jobs, ...named.sort().slice(0, MAX_NAMED)];
}

/** A matcher for jobs that fit one of `patterns` and none of `taken`. */
function only(patterns: readonly string[], taken: readonly string[]): { op: '=~'; value: string } {
  const apart = taken.length === 0 ? '' : `(?!(?:${taken.map(expression).join('|')})$)`;
  return {
    op: '=~',
    value: `${apart}(?:${patterns.map(pattern => (pattern === '*' ? '.+' : expression(pattern))).join('|')})`,
  };
}

function expression(pattern: string): string {
  return pattern
    .split('*')
    .map(part => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('.*');
}

type KindSettings = { readonly [K in JobRuleKind]: Exclude<NonNullable<JobOverride[K]>, false> };
type KindChoice = { readonly [K in JobRuleKind]?: KindSettings[K] | false | undefined };

function chosen<T extends object>(choice: T | false | undefined): T | undefined {
  return choice === false ? undefined : choice;
}

type Matching = { op: '=~'; value: string };

const RULES: {
  readonly [kind in JobRuleKind]: (s: KindSettings[kind], job: Matching, which: string) => RuleDocumentInput;
} = {
  lag: (s, job, which) => ({
    ...common(s, `job lag${which}`, 'warning'),
    matchers: { job },
    group_by: ['job', 'topic'],
    window: '5m',
    for: s.for ?? '10m',
    metrics: [{ name: 'lag', metric: 'lag', op: 'LAST' }],
    condition: `lag > ${s.above ?? 100_000}`,
    annotations: [{ name: 'lag', formula: '[0]' }],
    summary: '{{job}} is {{value.lag|number}} records behind on {{topic}}',
  }),
  restarts: (s, job, which) => ({
    ...common(s, `job restarts${which}`, 'error'),
    matchers: { job },
    group_by: ['job'],
    window: s.within ?? '10m',
    metrics: [{ name: 'restarts', metric: 'restarts', op: 'DELTA' }],
    condition: `restarts >= ${s.at_least ?? 3}`,
    keep_firing_for: '5m',
    annotations: [{ name: 'restarts', formula: '[0]' }],
    summary: `{{job}} restarted {{value.restarts|number}} times within ${s.within ?? '10m'}`,
  }),
  checkpoint_age: (s, job, which) => ({
    ...common(s, `job checkpoint age${which}`, 'warning'),
    matchers: { job },
    group_by: ['job'],
    window: '5m',
    metrics: [{ name: 'age', metric: 'checkpoint_age_ms', op: 'LAST', across: 'max' }],
    condition: `age > ${msOf(s.above ?? '30m')}`,
    annotations: [{ name: 'age_ms', formula: '[0]' }],
    summary: '{{job}} completed its last checkpoint {{value.age|duration}} ago',
  }),
  no_data: (s, job, which) => {
    const minutes = Math.max(1, Math.round(msOf(s.for ?? '5m') / 60_000));
    return {
      ...common(s, `job reports nothing${which}`, 'error'),
      matchers: { job },
      group_by: ['job'],
      window: '2m',
      metrics: [{ name: 'runs', metric: 'runs_on', op: 'MAX' }],
      // A job that runs reports 1: only silence makes this true.
      condition: 'runs < 1',
      no_data: { policy: 'alert', after: minutes, notify: false },
      summary: '{{job}} has reported nothing for some minutes and has not ended',
    };
  },
};

function reportRules({ reports }: GeneratedEstate, { freshness }: GeneratedSettings): readonly RuleDocumentInput[] {
  if (freshness === false) return [];
  return reports.map(({ name, limitMs }) => ({
    ...common(freshness ?? {}, `report ${name} is late`, 'warning'),
    matchers: { report: name },
    group_by: ['report'],
    window: '5m',
    for: freshness?.for ?? '5m',
    metrics: [{ name: 'age', metric: 'age_high_ms', op: 'LAST' }],
    condition: `age > ${limitMs}`,
    annotations: [{ name: 'age_ms', formula: '[0]' }],
    summary: '{{report}}: its data may be {{value.age|duration}} old',
  }));
}

function common(
  settings: {
    readonly level?: RuleDocumentInput['level'];
    readonly receivers?: string[] | undefined;
    readonly repeat_interval?: string | undefined;
  },
  name: string,
  level: NonNullable<RuleDocumentInput['level']>,
) {
  return {
    name,
    schedule: '* * * * *',
    level: settings.level ?? level,
    repeat_interval: settings.repeat_interval ?? '4h',
    receivers: settings.receivers ?? [],
    labels: { origin: 'generated' },
    max_groups: 100_000,
  };
}

function msOf(duration: string): number {
  return parseDuration(duration) ?? 0;
}
