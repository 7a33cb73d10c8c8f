import { UserError } from '../../model/errors.ts';
import { resolveMetric } from '../../store/metric-catalog.ts';
import type { WindowQuery } from '../../store/metric-store.ts';
import type { ResolveNames } from './read-columns.ts';

/**
 * Looks metric names of rules up in the catalog and among the names stored now, once per name. A bare Flink name that would mix
 * scopes is refused with the full names to choose from (contracts.md section 3).
 */
export function createResolver(storedNames: readonly string[]): ResolveNames {
  const known = new Map<string, WindowQuery['names']>();
  return metric => {
    let names = known.get(metric);
    if (names === undefined) {
      const resolution = resolveMetric(metric, storedNames);
      if (resolution.kind === 'ambiguous') throw ambiguous(metric, resolution.candidates);
      names = resolution.names;
      known.set(metric, names);
    }
    return names;
  };
}

function ambiguous(metric: string, candidates: readonly string[]): UserError {
  const message = `"${metric}" stands for several metrics; choose one of ${candidates.join(', ')}`;
  return new UserError('ambiguous-metric', message, { issues: [{ path: 'metrics', message }] });
}
