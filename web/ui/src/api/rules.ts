/** Shapes of /rules and what belongs to them: preview, explanation, versions (contracts.md section 6). */

import { get, type Page, post, put, remove } from './client.ts';

/** `{label: value}` or `{label: {op, value}}`. */
export type Matchers = Readonly<Record<string, string | { readonly op: string; readonly value: string }>>;

/** What of half-typed matchers belongs into a document: rows that name a label. */
export function namedMatchers(matchers: Matchers): Matchers {
  return Object.fromEntries(Object.entries(matchers).filter(([name]) => name !== ''));
}

export interface RuleMetric {
  readonly name?: string;
  readonly metric?: string;
  readonly log?: string;
  readonly op?: string;
  readonly across?: string;
  readonly offset?: string;
  readonly window?: string;
  readonly since?: string;
  readonly matchers?: Matchers;
  readonly baseline?: { readonly weeks: number };
}

/** A rule as people write it; what is left out has its default. */
export interface RuleDocument {
  readonly name?: string;
  readonly enabled?: boolean;
  readonly level?: string;
  readonly schedule?: string;
  readonly zone?: string;
  readonly window?: string;
  readonly delay?: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly repeat_interval?: string;
  readonly max_repeats?: number;
  readonly group_by?: readonly string[] | '*';
  readonly matchers?: Matchers;
  readonly metrics?: readonly RuleMetric[];
  readonly condition?: string;
  readonly levels?: readonly { readonly level: string; readonly condition: string }[];
  readonly recovery?: string | null;
  readonly no_data?: { readonly policy?: string; readonly after?: number; readonly notify?: boolean };
  readonly zero_baseline?: string;
  readonly annotations?: readonly { readonly name: string; readonly formula: string }[];
  readonly summary?: string | null;
  readonly receivers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly max_groups?: number;
  readonly flapping?: { readonly window?: number; readonly changes?: number } | null;
  readonly re_evaluate?: boolean;
}

/** A rule document with what the daemon knows of it. */
export interface Rule extends RuleDocument {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly schedule: string;
  readonly metrics: readonly RuleMetric[];
  readonly origin?: 'api' | 'file' | 'generated';
  /** The file that manages it. */
  readonly file?: string;
  /** The part of the daemon that generated it, and whether a person's text stands in its place. */
  readonly source?: string;
  readonly overridden?: boolean;
  readonly health?: { readonly state: 'ok' | 'error'; readonly code?: string };
  readonly late_after_eval?: number;
  readonly suggested_delay?: string;
  readonly next_runs?: readonly string[];
}

export interface RuleHistory {
  readonly ticks: readonly {
    readonly t: number;
    readonly error?: { readonly code: string };
    readonly groups: readonly {
      readonly labels: Readonly<Record<string, string>>;
      readonly values: readonly (number | null)[];
      readonly state: string;
    }[];
  }[];
}

export interface RuleVersion {
  readonly version: string;
  readonly at: number;
  readonly who: string;
  readonly document: RuleDocument;
}

interface PreviewGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (number | null)[];
  readonly result: boolean | null;
  readonly reason?: string;
  readonly state: string;
  readonly formula: string;
  readonly summary: string;
}

export interface PreviewBand {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing' | 'recovering';
  readonly from: number;
  readonly to: number;
}

/** What a document would have done in the past day on real data. `t` is the newest tick, null when there was none. */
export interface RulePreview {
  readonly t: number | null;
  readonly from: number;
  readonly to: number;
  readonly ticks: number;
  readonly groups: readonly PreviewGroup[];
  readonly groups_total: number;
  readonly bands: readonly PreviewBand[];
  readonly notifications: readonly {
    readonly t: number;
    readonly kind: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
  readonly notifications_total: number;
  readonly notifications_by_kind: Readonly<Record<string, number>>;
  readonly truncated: boolean;
  readonly error?: { readonly code: string };
}

/** A formula with the value of every part of it. */
export interface FormulaNode {
  readonly text: string;
  readonly value: number | boolean | null;
  readonly reason?: string;
  readonly of?: readonly FormulaNode[];
}

export interface TickExplanation {
  readonly t: number;
  readonly error?: { readonly code: string };
  readonly groups: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly values: readonly (number | null)[];
    readonly reasons: readonly (string | null)[];
    readonly result: boolean | null;
    readonly state: string;
    readonly previous_state: string | null;
    readonly levels: readonly { readonly level: string; readonly tree: FormulaNode }[];
    readonly recovery?: FormulaNode;
    readonly why: {
      readonly told: boolean;
      readonly code: string;
      readonly text: string;
      readonly kinds?: readonly string[];
      readonly since?: number;
      readonly until?: number;
    };
  }[];
}

export interface CatalogMetric {
  readonly name: string;
  readonly kind: string;
  readonly unit: string | null;
  readonly meaning: { readonly en: string; readonly zh: string } | null;
}

const one = (id: string): string => `/rules/${encodeURIComponent(id)}`;

export function getRules(signal: AbortSignal): Promise<Page<Rule>> {
  return get('/rules', {}, signal);
}

export function getRule(id: string, signal?: AbortSignal): Promise<Rule> {
  return get(one(id), {}, signal);
}

export function getRuleHistory(id: string, from: number, to: number, signal: AbortSignal): Promise<RuleHistory> {
  return get(`${one(id)}/history`, { from: Math.floor(from), to: Math.ceil(to) }, signal);
}

export function getRuleVersions(id: string, signal?: AbortSignal): Promise<Page<RuleVersion>> {
  return get(`${one(id)}/versions`, {}, signal);
}

/** Generated rules that somebody deleted. */
export function getOptedOut(signal: AbortSignal): Promise<Page<{ readonly id: string; readonly name: string }>> {
  return get('/rules/opted-out', {}, signal);
}

/** The next instants a cron pattern yields, ISO 8601. */
export function nextRuns(
  cron: string,
  zone: string | undefined,
  n: number,
  signal: AbortSignal,
): Promise<{ readonly next: readonly string[] }> {
  return get('/rules/next', { cron, zone, n }, signal);
}

export function previewRule(rule: RuleDocument, signal: AbortSignal): Promise<RulePreview> {
  return post('/rules/preview', { rule }, signal);
}

/** The tick at or before `at`, for one group. */
export function explainTick(
  id: string,
  at: number,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<TickExplanation> {
  const search = new URLSearchParams({ at: String(at) });
  for (const [name, value] of Object.entries(labels)) search.append('label', `${name}=${value}`);
  return get(`${one(id)}/explain?${search}`, {}, signal);
}

export function createRule(document: RuleDocument): Promise<Rule> {
  return post('/rules', document);
}

/** Fails with 412 `version-conflict` when `version` is not the newest. */
export function updateRule(id: string, document: RuleDocument, version: string): Promise<Rule> {
  return put(one(id), document, version);
}

export function deleteRule(id: string): Promise<void> {
  return remove(one(id));
}

export function rollbackRule(id: string, version: string): Promise<Rule> {
  return post(`${one(id)}/rollback`, { version });
}

/** A generated rule as it was generated. */
export function restoreRule(id: string): Promise<Rule> {
  return post(`${one(id)}/restore`, {});
}

export function getCatalog(signal: AbortSignal): Promise<Page<CatalogMetric>> {
  return get('/metrics/catalog', {}, signal);
}

/** The values one row of a rule had over a time, for one group of it. */
export function rowValues(
  row: RuleMetric,
  options: {
    readonly matchers: Matchers;
    readonly window: string;
    readonly from: number;
    readonly to: number;
    readonly step: string;
  },
  signal: AbortSignal,
): Promise<{ readonly groups: readonly { readonly points: readonly (readonly [number, number | null])[] }[] }> {
  const { metric, op = 'LAST', across, offset = '0' } = row;
  return post('/metrics/query', { metric, op, offset, ...(across ? { across } : {}), ...options }, signal);
}

/** What a Prometheus rule file becomes; nothing is kept. Lines and columns count from 1. */
export interface RuleImport {
  readonly rules: readonly RuleDocument[];
  readonly remarks: readonly {
    readonly line: number;
    readonly column: number;
    readonly alert: string;
    readonly kind: 'refused' | 'lost' | 'note';
    readonly message: string;
  }[];
}

export function importPrometheus(text: string): Promise<RuleImport> {
  return post('/rules/import', { text });
}
