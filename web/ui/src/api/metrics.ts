/** Shapes of /metrics/query (contracts.md section 3). */

import { post } from './client.ts';
import type { Point } from './estate.ts';

export type MetricOp = 'MAX' | 'MIN' | 'AVG' | 'SUM' | 'LAST' | 'COUNT' | 'RATE' | 'P50' | 'P95' | 'P99';

export interface MetricQuery {
  readonly metric: string;
  readonly matchers?: Readonly<Record<string, string>>;
  readonly group_by?: readonly string[];
  readonly op: MetricOp;
  /** Durations as the API writes them: `60s`. */
  readonly window: string;
  readonly from: number;
  readonly to: number;
  readonly step: string;
}

interface MetricGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly Point[];
}

export interface MetricAnswer {
  readonly groups: readonly MetricGroup[];
  /** The store had not caught up with the end of the range. */
  readonly partial: boolean;
  readonly watermark: number;
}

export function queryMetric(query: MetricQuery, signal: AbortSignal): Promise<MetricAnswer> {
  return post('/metrics/query', query, signal);
}
