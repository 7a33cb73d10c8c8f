import { StoreAwayError } from '../../model/errors.ts';
import type { Elasticsearch } from './client.ts';
import { LOG_MAPPING } from './log-document.ts';

/** Puts the template of the log indices whose names begin with `base`, and its fields into those that are there. Rejects with `StoreAwayError`. */
export async function putLogTemplate(es: Elasticsearch, base: string, signal?: AbortSignal): Promise<void> {
  const body = {
    index_patterns: [`${base}*`],
    priority: 200,
    template: {
      aliases: { [base.slice(0, -1)]: {} },
      settings: {
        index: { refresh_interval: `${es.refreshIntervalMs}ms`, number_of_replicas: 0, auto_expand_replicas: '0-1' },
      },
      mappings: LOG_MAPPING,
    },
  };
  const answer = await es.request<{ error?: { reason?: string } }>(
    { method: 'PUT', path: `/_index_template/${base.slice(0, -1)}`, body },
    signal,
  );
  if (answer.status !== 200)
    throw new StoreAwayError(
      `Elasticsearch refuses the template of the log indices: ${answer.body.error?.reason ?? answer.status}`,
    );
  const known = await es.request<{ error?: { reason?: string } }>(
    {
      method: 'PUT',
      path: `/${encodeURIComponent(`${base}*`)}/_mapping`,
      query: { allow_no_indices: true, ignore_unavailable: true },
      body: { properties: LOG_MAPPING.properties },
    },
    signal,
  );
  if (known.status !== 200 && known.status !== 404)
    throw new StoreAwayError(
      `Elasticsearch refuses the fields of the log indices: ${known.body.error?.reason ?? known.status}`,
    );
}
