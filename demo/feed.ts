/** Sends records the way any estate may: NDJSON over the daemon's public intake. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../model/clock.ts';

export type FeedStream = 'metrics' | 'logs' | 'jobs' | 'offsets' | 'nifi' | 'druid';

export interface Feed {
  /** Resolves when the daemon has the records; tries again with the same key while it is busy or away, until `signal` aborts. */
  send(stream: FeedStream, records: readonly unknown[], signal: AbortSignal): Promise<void>;
  /** Lines the daemon refused so far, with the first reason: 0 unless simulator and daemon disagree on the formats. */
  readonly refused: { count: number; first: string };
}

/** A feed into the daemon at `baseUrl`. */
export function createFeed(baseUrl: string, clock: Clock): Feed {
  const refused = { count: 0, first: '' };
  return {
    refused,
    async send(stream, records, signal) {
      if (records.length === 0) return;
      const body = records.map(r => JSON.stringify(r)).join('\n');
      const key = randomUUID();
      for (let attempt = 0; ; attempt++) {
        const answer = await post(`${baseUrl}/api/v1/ingest/${stream}`, body, key, signal);
        if (answer.kind === 'taken') {
          refused.count += answer.rejectedTotal;
          refused.first ||= answer.first;
          return;
        }
        await clock.sleep(answer.retryAfterMs ?? Math.min(5000, 200 * 2 ** attempt), signal);
      }
    },
  };
}

type Answer =
  | { readonly kind: 'taken'; readonly rejectedTotal: number; readonly first: string }
  | { readonly kind: 'later'; readonly retryAfterMs: number | null };

async function post(url: string, body: string, key: string, signal: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
      body,
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    return { kind: 'later', retryAfterMs: null };
  }
  if (response.ok) {
    const answer = (await response.json()) as { rejected_total?: number; rejected: { code: string; reason: string }[] };
    const first = answer.rejected[0];
    return {
      kind: 'taken',
      rejectedTotal: answer.rejected_total ?? answer.rejected.length,
      first: first ? `${first.code}: ${first.reason}` : '',
    };
  }
  await response.body?.cancel();
  if (response.status !== 429 && response.status !== 503)
    throw new Error(`the intake answered ${response.status} to ${url}`);
  const after = Number(response.headers.get('retry-after'));
  return { kind: 'later', retryAfterMs: after > 0 ? after * 1000 : null };
}
