import type { JobNames } from '../../model/job-names.ts';
import { LogGroupCounts } from '../log-group-counts.ts';
import type { LogCountQuery, LogFacetField, LogGroupCount } from '../log-store.ts';

/** Buckets Elasticsearch answers at once (its own limit is 65,536). */
const PAGE = 10_000;

interface CompositeAnswer {
  readonly aggregations?: {
    readonly groups?: {
      readonly after_key?: Readonly<Record<string, unknown>>;
      readonly buckets: readonly { readonly key: Readonly<Record<string, unknown>>; readonly doc_count: number }[];
    };
  };
}

/**
 * Counts by group and step as pages of one composite aggregation. `search` runs a body with the query's own filter in it. A job's
 * name is joined here: lines are grouped by the environment's name and the id.
 */
export async function countGroups(
  { from, to, stepMs, groupBy, limit }: LogCountQuery,
  names: JobNames,
  search: (aggregations: object) => Promise<unknown>,
): Promise<readonly LogGroupCount[]> {
  const fields = groupBy.flatMap(field => (field === 'job' ? ['job', 'job_id'] : [field]));
  const terms = fields.map(field => ({ [field]: { terms: { field: `tw.${field}`, missing_bucket: true } } }));
  // Buckets of a histogram are closed below; the offset makes one begin at `from`.
  const step = Math.min(stepMs, to - from);
  const histogram = { field: 'tw.ts', fixed_interval: `${step}ms`, offset: `${from % step}ms` };
  const sources = [...terms, { step: { date_histogram: histogram } }];
  const counts = new LogGroupCounts(groupBy, limit);
  let after: Readonly<Record<string, unknown>> | undefined;
  do {
    const composite = { size: PAGE, sources, ...(after === undefined ? {} : { after }) };
    const { groups } = ((await search({ groups: { composite } })) as CompositeAnswer).aggregations ?? {};
    for (const { key, doc_count } of groups?.buckets ?? []) {
      const values = groupBy.map(field => fieldValue(field, key, names));
      counts.add(values, Math.round((Number(key['step']) - from) / step), doc_count);
    }
    after = groups !== undefined && groups.buckets.length === PAGE ? groups.after_key : undefined;
  } while (after !== undefined);
  return counts.all();
}

function fieldValue(field: LogFacetField, key: Readonly<Record<string, unknown>>, names: JobNames): string {
  const plain = key[field];
  const value = typeof plain === 'string' ? plain : '';
  if (field !== 'job') return value;
  const id = key['job_id'];
  return (typeof id === 'string' && id !== '' ? names.nameOf(id) : undefined) ?? value;
}
