/** Opens the stores the configuration names: SQLite files below `data_dir`, or Elasticsearch. The only place that knows which. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { UserError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import type { Telemetry } from '../model/telemetry.ts';
import { connectElasticsearch, type ElasticsearchOptions } from '../store/elasticsearch/client.ts';
import { openElasticsearchLogStore } from '../store/elasticsearch/log-store.ts';
import { openElasticsearchMetricStore } from '../store/elasticsearch/metric-store.ts';
import { openElasticsearchStateStore } from '../store/elasticsearch/state-store.ts';
import type { LogStore } from '../store/log-store.ts';
import type { MetricStore } from '../store/metric-store.ts';
import { openSqliteLogStore } from '../store/sqlite/log-store.ts';
import { openSqliteMetricStore } from '../store/sqlite/metric-store.ts';
import { openSqliteStateStore } from '../store/sqlite/state-store.ts';
import type { StateStore } from '../store/state-store.ts';
import type { AppConfig } from './config.ts';
import { tlsOptions } from './tls.ts';

export interface DataStores {
  readonly logs: LogStore;
  readonly metrics: MetricStore;
}

export interface Stores {
  readonly state: StateStore;
  /** True when one process at a time must own the data: its files are opened only under the lease. */
  readonly exclusive: boolean;
  /** Opens what holds the data. Rejects with `StoreAwayError` when files cannot be used. */
  openData(): Promise<DataStores>;
  /** Releases what the stores share; call it after they are closed. */
  close(): Promise<void>;
}

/** How to reach Elasticsearch; a user and password in the address are taken out of it, so that no message shows them. */
export function elasticsearchOptions({
  node,
  index_prefix: indexPrefix,
  refresh_interval: refreshIntervalMs,
  auth,
  tls,
}: NonNullable<AppConfig['elasticsearch']>): ElasticsearchOptions {
  const url = new URL(node);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const login = auth?.api_key
    ? { apiKey: auth.api_key }
    : auth?.username && auth.password
      ? { username: auth.username, password: auth.password }
      : username
        ? { username: decodeURIComponent(username), password: new Secret(decodeURIComponent(password)) }
        : null;
  return {
    node: username || password ? url.toString() : node,
    indexPrefix,
    refreshIntervalMs,
    ...(login ? { auth: login } : {}),
    ...(tls ? { tls: tlsOptions(tls) } : {}),
  };
}

/** Does no I/O beyond opening the embedded state file. Throws `UserError` when `data_dir` cannot be made. */
export function openStores(config: AppConfig, clock: Clock, telemetry: Telemetry): Stores {
  const maxSeries = config.metrics.max_series;
  const { elasticsearch } = config;
  if (elasticsearch) {
    const es = connectElasticsearch(elasticsearchOptions(elasticsearch));
    return {
      state: openElasticsearchStateStore(es, { clock }),
      exclusive: false,
      openData: async () => ({
        logs: openElasticsearchLogStore(es, { telemetry }),
        metrics: openElasticsearchMetricStore(es, { maxSeries, clock, telemetry }),
      }),
      close: () => es.close(),
    };
  }
  const dir = config.data_dir;
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    throw new UserError('bad-request', `data_dir ${dir} cannot be used: ${(error as Error).message}`, { cause: error });
  }
  return {
    state: openSqliteStateStore({ path: join(dir, 'state.db'), clock }),
    exclusive: true,
    async openData() {
      const logs = await openSqliteLogStore({ dir: join(dir, 'logs'), telemetry });
      const metrics = await openSqliteMetricStore({ dir, maxSeries, clock, telemetry });
      return { logs, metrics };
    },
    close: async () => undefined,
  };
}
