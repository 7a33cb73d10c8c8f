import type { Elasticsearch } from './client.ts';

const DAY = 86_400_000;
const PAGE = 2000;

interface Retention {
  readonly now: number;
  /** Retention of a job's lines; of '' the default. */
  readonly retentionMs: (jobName: string) => number;
}

interface IndexRow {
  readonly index: string;
  readonly 'docs.count': string | null;
}

/**
 * Drops whole days no job keeps, and from days some job still keeps the lines of the others. A day counts as past when its end is.
 * Whole indices are deleted; single lines by search and bulk delete, as delete-by-query is not everywhere.
 */
export async function expireLogs(
  es: Elasticsearch,
  base: string,
  retention: Retention,
  signal?: AbortSignal,
): Promise<{ dropped: number }> {
  const { now, retentionMs } = retention;
  const listed = await es.request<readonly IndexRow[]>(
    {
      method: 'GET',
      path: `/_cat/indices/${encodeURIComponent(`${base}*`)}`,
      query: { format: 'json', h: 'index,docs.count', expand_wildcards: 'open' },
    },
    signal,
  );
  if (listed.status !== 200) return { dropped: 0 };
  let dropped = 0;
  for (const { index } of listed.body) {
    const match = /-(\d{4})\.(\d{2})\.(\d{2})$/.exec(index);
    if (!match) continue;
    const end = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) + DAY;
    const isPast = (job: string): boolean => end <= now - retentionMs(job);
    if (!isPast('')) continue;
    const jobs = await jobsOf(es, index, signal);
    const past = jobs.filter(j => isPast(j.key));
    if (past.length === jobs.length) {
      await es.request({ method: 'DELETE', path: `/${encodeURIComponent(index)}` }, signal);
      dropped += jobs.reduce((sum, j) => sum + j.doc_count, 0);
    } else if (past.length > 0)
      dropped += await deleteLines(
        es,
        index,
        past.map(j => j.key),
        signal,
      );
  }
  return { dropped };
}

interface JobCount {
  readonly key: string;
  readonly doc_count: number;
}

async function jobsOf(es: Elasticsearch, index: string, signal?: AbortSignal): Promise<readonly JobCount[]> {
  const answer = await es.request<{ aggregations?: { jobs: { buckets: readonly JobCount[] } } }>(
    {
      method: 'POST',
      path: `/${encodeURIComponent(index)}/_search`,
      body: { size: 0, aggs: { jobs: { terms: { field: 'tw.job', size: 50_000 } } } },
    },
    signal,
  );
  return answer.body.aggregations?.jobs.buckets ?? [];
}

async function deleteLines(
  es: Elasticsearch,
  index: string,
  jobs: readonly string[],
  signal?: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (;;) {
    const path = `/${encodeURIComponent(index)}`;
    const found = await es.request<{ hits: { hits: readonly { readonly _id: string }[] } }>(
      {
        method: 'POST',
        path: `${path}/_search`,
        body: { size: PAGE, _source: false, query: { terms: { 'tw.job': jobs } }, sort: ['_doc'] },
      },
      signal,
    );
    const ids = found.body.hits.hits.map(h => h._id);
    if (ids.length === 0) return deleted;
    const body = ids.map(id => `{"delete":{"_id":${JSON.stringify(id)}}}\n`).join('');
    await es.request(
      { method: 'POST', path: `${path}/_bulk`, query: { refresh: true, filter_path: 'errors' }, body },
      signal,
    );
    deleted += ids.length;
  }
}
