/** Shapes of /routes: which alerts go to whom (contracts.md section 6). */

import { get, type Page, post, put } from './client.ts';
import type { Stored } from './documents.ts';
import type { Matchers } from './rules.ts';

export interface RouteDocument {
  readonly name?: string;
  readonly matchers?: Matchers;
  readonly receivers: readonly string[];
  readonly group_by?: readonly string[];
  readonly group_wait?: string;
  readonly group_interval?: string;
  /** Instead of the rule's own. */
  readonly repeat_interval?: string;
  readonly escalation?: readonly { readonly after: string; readonly receivers: readonly string[] }[];
  readonly ack_ttl?: string;
  readonly continue?: boolean;
  /** Lower is tried first; of equal ones the configuration's, then the oldest. */
  readonly order?: number;
}
export type Route = RouteDocument & Stored;

export interface RoutePreview {
  readonly total: number;
  readonly alerts: readonly {
    readonly id: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly state: string;
    /** The earlier route that keeps the alert to itself. */
    readonly taken_by: { readonly id: string; readonly name: string | null } | null;
  }[];
}

/** The configuration's first, then by age: not the order in which they are tried. */
export function getRoutes(signal: AbortSignal): Promise<Page<Route>> {
  return get('/routes', {}, signal);
}

/** Brings all routes into this order at once: 409 `version-conflict` when routes came or went, `managed-by-file` when there is no room for it. */
export function orderRoutes(ids: readonly string[]): Promise<Page<Route>> {
  return put('/routes/order', { ids });
}

/** Which alerts of now it would take; `id` is the route it replaces. */
export function previewRoute(route: RouteDocument, id: string | undefined, signal: AbortSignal): Promise<RoutePreview> {
  return post('/routes/preview', { route, ...(id === undefined ? {} : { id }) }, signal);
}
