/** The rule document apart from what the daemon adds to it, and as short as people would write it. */
import type { Rule, RuleDocument } from '../../api/rules.ts';
import { namedMatchers } from '../../api/rules.ts';

/** Defaults of the document (docs/RULES.md). */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  enabled: true,
  level: 'warning',
  zone: 'UTC',
  window: '5m',
  repeat_interval: '0s',
  for: '0s',
  keep_firing_for: '0s',
  group_by: [],
  matchers: {},
  recovery: null,
  no_data: { policy: 'keep', after: 3, notify: false },
  zero_baseline: 'unknown',
  annotations: [],
  summary: null,
  receivers: [],
  labels: {},
  max_groups: 10_000,
  flapping: null,
  re_evaluate: false,
};
const ROW_DEFAULTS: Readonly<Record<string, unknown>> = { offset: '0m', matchers: {} };
/** What a view has beside the document. */
const ADDED = new Set([
  'id',
  'version',
  'origin',
  'file',
  'source',
  'overridden',
  'health',
  'late_after_eval',
  'suggested_delay',
  'next_runs',
]);

/** What somebody who begins a rule finds: a complete one, to be changed. */
export const FIRST_DRAFT: RuleDocument = {
  name: '',
  level: 'warning',
  schedule: '*/5 * * * *',
  zone: 'Asia/Shanghai',
  window: '30m',
  repeat_interval: '29m',
  group_by: ['job'],
  metrics: [{ name: 'lag', metric: 'lag_ms', op: 'MAX' }],
  condition: '{0} > 300000',
};

/** The document of a view, with what is only the default left out. */
export function documentOf(rule: Rule | RuleDocument): RuleDocument {
  const written = Object.entries(rule).filter(([name]) => !ADDED.has(name));
  return compact(Object.fromEntries(written));
}

/** The document to send: rows and names that are only begun are left out. */
export function finished(document: RuleDocument): RuleDocument {
  const { matchers, labels, receivers, group_by: groupBy, metrics } = document;
  const named = (name: string): boolean => name !== '';
  return compact({
    ...document,
    ...(matchers ? { matchers: namedMatchers(matchers) } : {}),
    ...(labels ? { labels: Object.fromEntries(Object.entries(labels).filter(([name]) => named(name))) } : {}),
    ...(receivers ? { receivers: receivers.filter(named) } : {}),
    ...(Array.isArray(groupBy) ? { group_by: groupBy.filter(named) } : {}),
    ...(metrics
      ? { metrics: metrics.map(row => (row.matchers ? { ...row, matchers: namedMatchers(row.matchers) } : row)) }
      : {}),
  });
}

/** Leaves out what is absent or only the default; the daemon reads the same rule from it. */
function compact(document: RuleDocument): RuleDocument {
  const metrics = document.metrics?.map(row => without(row, ROW_DEFAULTS));
  return without({ ...document, ...(metrics ? { metrics } : {}) }, DEFAULTS);
}

function without<T extends object>(object: T, defaults: Readonly<Record<string, unknown>>): T {
  const kept = Object.entries(object).filter(
    ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(defaults[name]),
  );
  return Object.fromEntries(kept) as T;
}

/** Whether a parsed text can be shown in the form at all; what is wrong inside it the daemon says. */
export function isDocument(value: unknown): value is RuleDocument {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const metrics: unknown = 'metrics' in value ? value.metrics : undefined;
  const listsOf = ['metrics', 'levels', 'annotations'].every(name => {
    const list: unknown = Reflect.get(value, name);
    return list === undefined || (Array.isArray(list) && list.every(item => typeof item === 'object' && item !== null));
  });
  return listsOf && (metrics === undefined || Array.isArray(metrics));
}
