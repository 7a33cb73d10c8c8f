import type { Labels } from '../../model/labels.ts';
import type { SeriesIndex } from '../series-index.ts';
import type { SeriesRing } from '../series-ring.ts';
import { MetricBatch } from './metric-batch.ts';
import type { MetricClient } from './metric-client.ts';

const SERIES_PAGE = 5000;
/** Bytes a point in memory takes, and the interval points are taken to have, to guess how much history fits. */
const POINT_BYTES = 25;
const INTERVAL_MS = 10_000;

/**
 * Fills index and memory from the file, back to `now - hotMs` or as far as `hotBytes` may hold. Returns from when on memory is
 * complete and up to when there are only rollups. Rejects with `StoreAwayError`.
 */
export async function loadMetrics(
  client: MetricClient,
  index: SeriesIndex,
  ring: SeriesRing,
  { now, hotMs, hotBytes }: { readonly now: number; readonly hotMs: number; readonly hotBytes: number },
): Promise<{ readonly hotFrom: number; readonly rawFrom: number }> {
  const { rawFrom } = await client.ask('open', {});
  for (let after = -1; ; ) {
    const { series } = await client.ask('series', { after, limit: SERIES_PAGE });
    // The metrics of one scope have the same labels: most texts of a page repeat.
    const parsed = new Map<string, Labels>();
    const labelsOf = (text: string): Labels => {
      const known = parsed.get(text) ?? parseLabels(text);
      parsed.set(text, known);
      return known;
    };
    for (const { id, name, labels, attrs, last } of series) {
      index.restore(id, { name, labels: labelsOf(labels), attrs: labelsOf(attrs) }, last);
      after = id;
    }
    if (series.length < SERIES_PAGE) break;
  }
  const fittingMs = (hotBytes / POINT_BYTES / Math.max(1, index.size)) * INTERVAL_MS;
  let hotFrom = now - Math.min(hotMs, fittingMs);
  const take = (points: Uint8Array): void => {
    const batch = new MetricBatch();
    batch.addPacked(points);
    for (let i = 0; i < batch.count; i++) {
      if (batch.times[i]! > hotFrom) ring.put(batch.series[i]!, batch.times[i]!, batch.values[i]!, batch.delays[i]!);
      index.touch(batch.series[i]!, batch.times[i]!);
    }
    if (ring.usedBytes <= hotBytes) return;
    // More points than the number of series let expect.
    hotFrom = (hotFrom + now) / 2;
    ring.trim(hotFrom);
  };
  for (let metric = 0; metric >= 0; ) {
    const { points, next } = await client.ask('recent', { from: hotFrom, metric });
    take(points);
    metric = next;
  }
  // After the blocks: of one instant the journal holds the later write.
  for (let after = 0; after >= 0; ) {
    const { points, next } = await client.ask('journaled', { from: hotFrom, after });
    take(points);
    after = next;
  }
  return { hotFrom, rawFrom };
}

function parseLabels(text: string): Labels {
  const value: unknown = JSON.parse(text);
  return value !== null && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, String(v)]))
    : {};
}
