/** Answers of the API as these tests read them. */
import type { Daemon } from '../../support/daemon.ts';

export interface LogItem {
  readonly id: string;
  readonly ts: number;
  readonly level: string;
  readonly message: string;
  readonly exception?: { readonly class: string; readonly message: string; readonly stack: string };
  readonly job_name: string;
  readonly app_id: string;
  readonly container_id: string;
}

export interface LogPage {
  readonly items: readonly LogItem[];
  readonly total: { readonly value: number; readonly relation: string };
  readonly next: string | null;
}

type Query = Readonly<Record<string, string | number>>;

/** GET /logs/search. */
export function search(daemon: Daemon, query: Query): Promise<LogPage> {
  return daemon.get<LogPage>(`/api/v1/logs/search?${parameters(query)}`);
}

/** GET /logs/facets as `value -> count`. */
export async function facet(daemon: Daemon, field: string): Promise<Record<string, number>> {
  const query = parameters({ field, limit: 100 });
  const { values } = await daemon.get<{ values: { value: string; count: number }[] }>(`/api/v1/logs/facets?${query}`);
  return Object.fromEntries(values.map(({ value, count }) => [value, count]));
}

/** A query string. */
export function parameters(query: Query): URLSearchParams {
  return new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]));
}
