/** Shapes of /alerts, /deliveries and the demo's /inbox (contracts.md section 6). */

import { get, type Page, post, remove } from './client.ts';
import type { AlertBrief } from './estate.ts';
import type { Rule } from './rules.ts';

export type { AlertBrief } from './estate.ts';

export interface AlertDetail extends AlertBrief {
  readonly rule: Rule | null;
  readonly history: readonly {
    readonly t: number;
    readonly values: readonly (number | null)[];
    readonly state: string;
  }[];
  /** Who has taken it on, epoch ms. */
  readonly acked?: { readonly by: string; readonly at: number; readonly until: number };
  /** Ids of the silences that hold for it. */
  readonly silenced_by?: readonly string[];
  readonly inhibited_by?: { readonly inhibition: string; readonly source: string };
  readonly log_line?: { readonly ts: number; readonly text: string; readonly url: string } | null;
  /** From here on only of an alert that is over. When it ended, epoch ms; null where nothing that is kept tells it. */
  readonly ends_at?: number | null;
  /** Why it ended: `recovered`, `disabled`, `vanished` … */
  readonly reason?: string | null;
  readonly at_firing?: AlertMoment | null;
  readonly at_end?: AlertMoment | null;
  /** Newest first. */
  readonly deliveries?: readonly Delivery[];
}

/** An alert at one tick, epoch ms, with the condition's numbers filled in. */
interface AlertMoment {
  readonly t: number;
  readonly values: readonly (number | null)[];
  readonly formula: string;
}

/** Whether an alert is over: what is kept of it does not change any more. */
export function isOver(alert: AlertDetail): boolean {
  return alert.ends_at !== undefined;
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
  readonly title?: string;
  readonly created_at?: number;
  /** Why it is not told, or not yet. */
  readonly withheld?: {
    readonly reason: string;
    readonly by: string;
    readonly detail: string;
    readonly source?: string;
  };
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

export function getAlerts(state: string, signal: AbortSignal): Promise<Page<AlertBrief>> {
  return get('/alerts', { state }, signal);
}

export function getAlert(id: string, signal: AbortSignal): Promise<AlertDetail> {
  return get(`/alerts/${encodeURIComponent(id)}`, {}, signal);
}

/** Stops repeats and escalation for `ttl`, a duration such as `4h`. */
export function acknowledge(id: string, ttl: string): Promise<unknown> {
  return post(`/alerts/${encodeURIComponent(id)}/ack`, { ttl });
}

export function endAcknowledgement(id: string): Promise<void> {
  return remove(`/alerts/${encodeURIComponent(id)}/ack`);
}

/** What was told, or not told, of one alert, newest first. */
export function getAlertDeliveries(alert: string, signal: AbortSignal): Promise<Page<Delivery>> {
  return get('/deliveries', { alert }, signal);
}

export function getDeliveries(channel: string, signal: AbortSignal, limit?: number): Promise<Page<Delivery>> {
  return get('/deliveries', { channel, limit }, signal);
}

export function getInbox(signal: AbortSignal): Promise<Page<InboxItem>> {
  return get('/inbox', {}, signal);
}

/** A dataset next to a job; with the job's lag on it where the job reads it. */
export interface Neighbour {
  readonly id: string;
  readonly label: string;
  readonly lagMs?: number | null;
  readonly lagRecords?: number | null;
}

interface GraphAnswer {
  readonly nodes: readonly {
    readonly id: string;
    readonly label: string;
    readonly name: string;
    readonly kind: string;
  }[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly lag_ms?: number | null;
    readonly lag_records?: number | null;
  }[];
}

/** What a job reads and writes directly. */
export async function getNeighbours(
  job: string,
  signal: AbortSignal,
): Promise<{ readonly reads: readonly Neighbour[]; readonly writes: readonly Neighbour[] }> {
  const graph: GraphAnswer = await get('/lineage/graph', { root: job, depth: 1, direction: 'both' }, signal);
  const own = graph.nodes.find(({ kind, name }) => kind === 'job' && name === job)?.id;
  const labels = new Map(graph.nodes.map(({ id, label }) => [id, label]));
  const near = (id: string): Neighbour => ({ id, label: labels.get(id) ?? id });
  return {
    reads: graph.edges
      .filter(({ to }) => to === own)
      .map(({ from, lag_ms: lagMs, lag_records: lagRecords }) => ({
        ...near(from),
        ...(lagMs === undefined ? {} : { lagMs }),
        ...(lagRecords === undefined ? {} : { lagRecords }),
      })),
    writes: graph.edges.filter(({ from }) => from === own).map(({ to }) => near(to)),
  };
}
