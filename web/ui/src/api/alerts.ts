/** Shapes of /alerts, /rules, /deliveries and the demo's /inbox (contracts.md section 6). */

import { get, type Page, post } from './client.ts';
import type { AlertBrief } from './estate.ts';

export type { AlertBrief } from './estate.ts';

export interface RuleMetric {
  readonly name?: string;
  readonly metric?: string;
  readonly log?: string;
  readonly op?: string;
  readonly offset?: string;
  readonly window?: string;
  readonly matchers?: Readonly<Record<string, unknown>>;
}

/** A rule document with what the daemon knows of it; fields it does not know are kept in the document view. */
export interface Rule {
  readonly id: string;
  readonly version: string | number;
  readonly name: string;
  readonly enabled?: boolean;
  readonly level?: string;
  readonly schedule: string;
  readonly zone?: string;
  readonly window?: string;
  readonly delay?: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly repeat_interval?: string;
  readonly group_by?: readonly string[] | '*';
  readonly matchers?: Readonly<Record<string, unknown>>;
  readonly metrics: readonly RuleMetric[];
  readonly condition?: string;
  readonly levels?: readonly { readonly level: string; readonly condition: string }[];
  readonly recovery?: string | null;
  readonly summary?: string;
  readonly receivers?: readonly string[];
  readonly annotations?: readonly { readonly name: string; readonly formula: string }[];
  readonly health?: { readonly state: 'ok' | 'error'; readonly code?: string };
  readonly late_after_eval?: number;
}

export interface AlertDetail extends AlertBrief {
  readonly rule: Rule | null;
  readonly history: readonly {
    readonly t: number;
    readonly values: readonly (number | null)[];
    readonly state: string;
  }[];
  readonly log_line?: { readonly ts: number; readonly text: string; readonly url: string } | null;
}

export interface Delivery {
  readonly id: string;
  readonly channel: string;
  readonly kind: string;
  readonly status: 'pending' | 'retrying' | 'delivered' | 'dead' | 'suppressed';
  readonly attempts: number;
  readonly class?: string;
  readonly error?: string;
  readonly recipients?: readonly { readonly address: string; readonly status: string }[];
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>>; readonly status: string }[];
  readonly created_at?: number;
  readonly delivered_at?: number | null;
}

export interface InboxItem {
  readonly id: string;
  readonly kind: string;
  readonly at: number;
  readonly to: string | readonly string[];
  readonly subject: string;
  readonly html?: string;
  readonly text: string;
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

export function getAlerts(state: string, signal: AbortSignal): Promise<Page<AlertBrief>> {
  return get('/alerts', { state }, signal);
}

export function getAlert(id: string, signal: AbortSignal): Promise<AlertDetail> {
  return get(`/alerts/${encodeURIComponent(id)}`, {}, signal);
}

export function getRules(signal: AbortSignal): Promise<Page<Rule>> {
  return get('/rules', {}, signal);
}

export function getRule(id: string, signal: AbortSignal): Promise<Rule> {
  return get(`/rules/${encodeURIComponent(id)}`, {}, signal);
}

export function getRuleHistory(id: string, from: number, to: number, signal: AbortSignal): Promise<RuleHistory> {
  return get(`/rules/${encodeURIComponent(id)}/history`, { from: Math.floor(from), to: Math.ceil(to) }, signal);
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

export function getDeliveries(channel: string, signal: AbortSignal): Promise<Page<Delivery>> {
  return get('/deliveries', { channel }, signal);
}

export function testChannel(id: string): Promise<unknown> {
  return post(`/channels/${encodeURIComponent(id)}/test`, {});
}

export function getInbox(signal: AbortSignal): Promise<Page<InboxItem>> {
  return get('/inbox', {}, signal);
}
