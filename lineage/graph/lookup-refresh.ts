import { parseFlinkDuration } from '../../model/duration.ts';
import type { TableDeclared } from '../../model/job-event.ts';
import { connectorOf } from './identity.ts';

/** Connectors that ask the database at every record unless a cache is configured. */
const UNCACHED: ReadonlySet<string> = new Set(['jdbc', 'hbase', 'mongodb']);

/**
 * How old a value looked up in a dimension table may be because of the job's own cache, ms: 0 where every record asks anew, null where
 * nobody tells. From the options of the table (Flink's `lookup.*`, Hive's `lookup.join.cache.ttl`), else from the `dimension` of the
 * record that declared it. Expiry after access is no limit: a row in use never expires.
 */
export function lookupRefreshMs(
  options: ReadonlyMap<string, string>,
  dimension: TableDeclared['dimension'],
): number | null {
  const duration = (key: string): number | null => parseFlinkDuration(options.get(key));
  switch (options.get('lookup.cache')?.toUpperCase()) {
    case 'NONE':
      return 0;
    case 'PARTIAL':
      return duration('lookup.partial-cache.expire-after-write');
    case 'FULL':
      return options.get('lookup.full-cache.reload-strategy')?.toUpperCase() === 'TIMED'
        ? parseFlinkDuration(`${options.get('lookup.full-cache.timed-reload.interval-in-days') ?? 1} d`)
        : duration('lookup.full-cache.periodic-reload.interval');
    default:
  }
  const ttl = duration('lookup.cache.ttl') ?? duration('lookup.join.cache.ttl');
  if (ttl !== null) return ttl;
  if (dimension !== undefined) return dimension.cache === 'NONE' ? 0 : (dimension.ttlMs ?? null);
  const connector = connectorOf(options);
  const isCached = [...options.keys()].some(key => key.startsWith('lookup.cache.'));
  return connector !== null && UNCACHED.has(connector) && !isCached ? 0 : null;
}
