/** What the daemon answers, as these tests read it. */
import type { Daemon } from '../support/daemon.ts';

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [ts: number, value: number | null])[];
}

/** A value at an instant, epoch ms. */
export interface Reading {
  readonly ts: number;
  readonly value: number;
}

export interface JobAnswer {
  readonly name: string;
  readonly status: string;
  readonly restarts: number | null;
  readonly events: readonly { readonly ts: number; readonly status: string; readonly exception?: string }[];
  readonly subtasks: readonly { readonly task: string; readonly subtask: number }[];
}

type Filters = Readonly<Record<string, string>>;

/** GET /metrics/query: every stored point of the matching series since `from`. */
export async function seriesOf(daemon: Daemon, metric: string, matchers: Filters, from: number): Promise<Series[]> {
  const query = new URLSearchParams({ metric, from: String(from) });
  for (const [label, value] of Object.entries(matchers)) query.append('matcher', `${label}=${value}`);
  const { series } = await daemon.get<{ series: Series[] }>(`/api/v1/metrics/query?${query}`);
  return series;
}

/** The points of the only series there is, nulls left out; none when there is no series yet. Throws when there are several. */
export async function readingsOf(
  daemon: Daemon,
  metric: string,
  matchers: Filters,
  from: number,
): Promise<readonly Reading[]> {
  const series = await seriesOf(daemon, metric, matchers, from);
  if (series.length > 1) throw new Error(`${metric} is not one series: ${JSON.stringify(series.map(s => s.labels))}`);
  return (series[0]?.points ?? []).flatMap(([ts, value]) => (value === null ? [] : [{ ts, value }]));
}

/** GET /jobs/{name}. */
export function jobOf(daemon: Daemon, name: string): Promise<JobAnswer> {
  return daemon.get<JobAnswer>(`/api/v1/jobs/${encodeURIComponent(name)}`);
}

/** GET /logs/facets: how many lines there are of each value of a field, among those the filters let pass. */
export async function linesBy(daemon: Daemon, field: string, filters: Filters): Promise<ReadonlyMap<string, number>> {
  const query = new URLSearchParams({ field, limit: '100', ...filters });
  const { values } = await daemon.get<{ values: { value: string; count: number }[] }>(`/api/v1/logs/facets?${query}`);
  return new Map(values.map(({ value, count }) => [value, count]));
}

/** Edges above a dataset, `<name> <role> <name>`, sorted. */
export async function lineageAbove(daemon: Daemon, dataset: string): Promise<readonly string[]> {
  const query = new URLSearchParams({ root: dataset, direction: 'up' });
  const { nodes, edges } = await daemon.get<{
    nodes: { id: string; name: string }[];
    edges: { from: string; to: string; role: string }[];
  }>(`/api/v1/lineage/graph?${query}`);
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return edges.map(({ from, to, role }) => `${names.get(from)} ${role} ${names.get(to)}`).sort();
}
