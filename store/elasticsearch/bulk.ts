import { StoreAwayError } from '../../model/errors.ts';
import type { Elasticsearch } from './client.ts';

/** What became of one item of a bulk: written (or there already), or refused for good. */
export interface BulkRefusal {
  readonly index: number;
  readonly status: number;
  readonly reason: string;
}

interface BulkAnswer {
  readonly errors?: boolean;
  readonly error?: { readonly reason?: string };
  readonly items?: readonly Readonly<
    Record<string, { readonly status: number; readonly error?: { readonly type?: string; readonly reason?: string } }>
  >[];
}

/**
 * Sends one bulk of `create` actions with ids of their own. An id that is there already (409) counts as written. The answer of the
 * fast path is one flag; only when it says that something failed is the same bulk sent again for the items' answers, which the ids
 * make safe. Items that failed for a passing reason reject the whole with `StoreAwayError`: the caller repeats it.
 */
export function bulkCreate(
  es: Elasticsearch,
  body: string | Buffer,
  signal?: AbortSignal,
): Promise<readonly BulkRefusal[]> {
  return bulk(es, body, true, signal);
}

/** Sends one bulk of `update` actions that make the same document however often they run; a lost race (409) rejects like any passing failure. */
export function bulkUpdate(
  es: Elasticsearch,
  body: string | Buffer,
  signal?: AbortSignal,
): Promise<readonly BulkRefusal[]> {
  return bulk(es, body, false, signal);
}

async function bulk(
  es: Elasticsearch,
  body: string | Buffer,
  conflictIsDone: boolean,
  signal?: AbortSignal,
): Promise<readonly BulkRefusal[]> {
  const first = await send(es, body, 'errors,error', signal);
  if (first.errors === false) return [];
  const full = await send(es, body, 'errors,error,items.*.status,items.*.error.type,items.*.error.reason', signal);
  const refused: BulkRefusal[] = [];
  for (const [index, item] of (full.items ?? []).entries()) {
    const result = Object.values(item)[0];
    if (!result || result.status < 300 || (conflictIsDone && result.status === 409)) continue;
    if (result.status === 400) {
      refused.push({ index, status: 400, reason: result.error?.reason ?? result.error?.type ?? 'refused' });
      continue;
    }
    throw new StoreAwayError(`Elasticsearch answers ${result.status} to a document: ${result.error?.reason ?? ''}`);
  }
  return refused;
}

async function send(
  es: Elasticsearch,
  body: string | Buffer,
  filter: string,
  signal?: AbortSignal,
): Promise<BulkAnswer> {
  const answer = await es.request<BulkAnswer>(
    { method: 'POST', path: '/_bulk', query: { filter_path: filter }, body },
    signal,
  );
  if (answer.status !== 200)
    throw new StoreAwayError(`Elasticsearch answers ${answer.status} to a bulk: ${answer.body.error?.reason ?? ''}`);
  return answer.body;
}

/** At most `limit` tasks at once; the rest wait their turn. This is what makes a slow cluster slow its callers down. */
export class InFlight {
  readonly #limit: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>(resolve => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  /** Resolves when nothing runs or waits any more. */
  async idle(): Promise<void> {
    await Promise.all(Array.from({ length: this.#limit }, () => this.run(async () => undefined)));
  }
}
