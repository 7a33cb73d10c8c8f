/**
 * What the one owner of lag and lineage runs: it alone reads the topics of jobs, offsets, NiFi and Druid, and polls positions of the brokers.
 * Built when the lease is won, after the tables are restored.
 */
import type { Logger } from 'pino';
import { type ClusterStatus, createBrokerPositions } from '../collector/broker-positions.ts';
import type { OffsetSink } from '../collector/derive.ts';
import type { BatchSink, Source } from '../collector/source.ts';
import { estateOn, identifyConsumers } from '../lineage/lag/estate.ts';
import type { OffsetTables } from '../lineage/lag/offsets.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Clock } from '../model/clock.ts';
import type { Telemetry } from '../model/telemetry.ts';
import { clustersToPoll } from './clusters.ts';
import type { AppConfig } from './config.ts';
import { startEndedHopSweep } from './ended-hops.ts';
import { jobEndedAt } from './job-end.ts';

export interface OwnershipParts {
  readonly config: () => AppConfig;
  /** The topics only the owner reads; null without Kafka. */
  readonly events: Source | null;
  readonly sink: BatchSink;
  readonly lineage: LineageService;
  readonly tables: OffsetTables;
  readonly offsets: OffsetSink;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
}

export interface Ownership {
  readonly source: Source | null;
  /** How the polling of each cluster stands. */
  clusters(): readonly ClusterStatus[];
  reload(config: AppConfig): Promise<void>;
  /** Idempotent. */
  stop(): Promise<void>;
}

export async function takeOwnership(parts: OwnershipParts): Promise<Ownership> {
  const { events, lineage, tables, offsets, clock, telemetry, logger } = parts;
  const log = logger.child({ component: 'broker-positions' });
  const clusterOf = (address: string): string | null => lineage.clusterOf(address);
  const hasEnded = (hop: string): boolean => jobEndedAt(lineage, hop) !== null;
  const planned = (config: AppConfig) => clustersToPoll(config, { clusterOf, clock, log });
  let plan = planned(parts.config());
  const positions = createBrokerPositions({
    estateOn(cluster) {
      const graph = lineage.hopGraph();
      identifyConsumers(graph, tables, clusterOf);
      const isHere = plan.find(({ cluster: { name } }) => name === cluster)?.isHere ?? (() => false);
      return estateOn({ graph, tables, isHere, cluster, hasEnded });
    },
    sink: (rows, arrivedAt, signal) => offsets.take(rows, arrivedAt, { visible: false }, signal),
    clock,
    telemetry,
    log,
  });
  const stopSweep = startEndedHopSweep({ tables, hasEnded, clock });
  await events?.start(parts.sink);
  await positions.poll(plan);
  return {
    source: events,
    clusters: () => positions.status(),
    async reload(config) {
      plan = planned(config);
      await positions.poll(plan);
    },
    async stop() {
      stopSweep();
      await Promise.all([positions.stop(), events?.stop()]);
    },
  };
}
