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
  readonly records_in_per_second: number | null;
  readonly records_out_per_second: number | null;
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

/**
 * The points of what is one series at any time, in order, nulls left out. Its labels may grow (the lag of a job gets its cluster and
 * its group when the daemon learns them), but two series that are written at the same time count something twice: that throws.
 */
export async function readingsOf(
  daemon: Daemon,
  metric: string,
  matchers: Filters,
  from: number,
): Promise<readonly Reading[]> {
  const series = (await seriesOf(daemon, metric, matchers, from)).filter(({ points }) => points.length > 0);
  const inTurn = series.toSorted((a, b) => a.points[0]![0] - b.points[0]![0]);
  for (const [i, { points, labels }] of inTurn.slice(1).entries()) {
    if (points[0]![0] > inTurn[i]!.points.at(-1)![0]) continue;
    throw new Error(`${metric} is written twice: ${JSON.stringify([inTurn[i]!.labels, labels])}`);
  }
  return inTurn.flatMap(({ points }) => points.flatMap(([ts, value]) => (value === null ? [] : [{ ts, value }])));
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
