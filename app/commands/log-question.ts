import type { ParseArgsOptionsConfig } from 'node:util';
import { understood } from './daemon-answer.ts';
import { type DaemonClient, DEFAULT_URL } from './daemon-client.ts';
import { OWN_ZONE } from './instant.ts';
import { LogHistogram, LogPage } from './log-answers.ts';

/** Options of both log commands. */
export const LOG_OPTIONS = {
  job: { type: 'string' },
  app: { type: 'string' },
  container: { type: 'string' },
  level: { type: 'string' },
  logger: { type: 'string' },
  host: { type: 'string' },
  traces: { type: 'boolean', default: false },
  zone: { type: 'string', default: OWN_ZONE },
  url: { type: 'string', default: DEFAULT_URL },
  json: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig;

type Filters = Readonly<Partial<Record<'job' | 'app' | 'container' | 'level' | 'logger' | 'host', string>>>;

/** From <= ts < to, epoch ms; either may be open. */
export interface LogSpan {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** One search of the daemon's logs: words of the command line in the search language, narrowed by the filters. */
export class LogQuestion {
  readonly #daemon: DaemonClient;
  readonly #query: Readonly<Record<string, string>>;

  constructor(daemon: DaemonClient, words: readonly string[], filters: Filters) {
    this.#daemon = daemon;
    const { job, app, container, level, logger, host } = filters;
    this.#query = given({ q: words.join(' ') || undefined, job, app, container, level, logger, host });
  }

  /** At most 1,000 lines, newest first. */
  async page(span: LogSpan, { limit, cursor }: { limit: number; cursor: string | null }, signal?: AbortSignal) {
    return understood(LogPage, await this.#ask('search', { ...span, limit, cursor: cursor ?? undefined }, signal));
  }

  /** How many lines each interval of time has, by its beginning. */
  async counts(span: LogSpan, intervalMs: number, signal?: AbortSignal): Promise<ReadonlyMap<number, number>> {
    const answer = understood(
      LogHistogram,
      await this.#ask('histogram', { ...span, interval: `${intervalMs}ms` }, signal),
    );
    return new Map(answer.buckets.map(({ t, counts }) => [t, Object.values(counts).reduce((sum, n) => sum + n, 0)]));
  }

  #ask(path: string, more: Readonly<Record<string, string | number | undefined>>, signal?: AbortSignal) {
    return this.#daemon.need(`logs/${path}?${new URLSearchParams({ ...this.#query, ...given(more) })}`, signal);
  }
}

function given(values: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
