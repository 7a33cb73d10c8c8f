/**
 * Positions asked of the brokers: end, start and group offsets of every cluster, polled in cycles and handed on as offset rows. Run by the
 * daemon that owns lag. Clusters are polled apart, so that one which hangs holds up no other.
 */
import type { Brokers } from './broker-positions/brokers.ts';
import type { CycleLimits, PolledCluster } from './broker-positions/cycle.ts';
import type { Estate } from './broker-positions/estate.ts';
import { ClusterPoller, type ClusterStatus, type PollerParts } from './broker-positions/poller.ts';

/** A hundred thousand partitions are the largest clusters there are. */
const LIMITS: CycleLimits = { maxPartitions: 100_000, maxGroups: 2000 };
const GOLDEN_RATIO = 0.618;

export type { Brokers } from './broker-positions/brokers.ts';
export type { PolledCluster } from './broker-positions/cycle.ts';
export type { Estate } from './broker-positions/estate.ts';
export type { ClusterStatus } from './broker-positions/poller.ts';

export interface BrokerPositionsParts extends Pick<PollerParts, 'sink' | 'clock' | 'telemetry' | 'log'> {
  /** What of this cluster is to be polled; asked once a cycle. */
  readonly estateOn: (cluster: string) => Estate;
  readonly limits?: CycleLimits;
}

export interface BrokerPositions {
  /** Polls these clusters from now on and no others; those that are as before go on undisturbed. */
  poll(clusters: readonly { readonly cluster: PolledCluster; readonly key: string; open(): Brokers }[]): Promise<void>;
  status(): readonly ClusterStatus[];
  /** Idempotent. */
  stop(): Promise<void>;
}

export function createBrokerPositions(parts: BrokerPositionsParts): BrokerPositions {
  const pollers = new Map<string, ClusterPoller>();

  async function end(keys: readonly string[]): Promise<void> {
    await Promise.all(
      keys.map(async key => {
        const poller = pollers.get(key);
        pollers.delete(key);
        await poller?.stop();
      }),
    );
  }

  return {
    async poll(clusters) {
      const wanted = new Set(clusters.map(({ key }) => key));
      await end([...pollers.keys()].filter(key => !wanted.has(key)));
      clusters.forEach(({ cluster, key, open }, index) => {
        if (pollers.has(key)) return;
        const poller = new ClusterPoller({
          ...parts,
          cluster,
          brokers: open(),
          estate: () => parts.estateOn(cluster.name),
          limits: parts.limits ?? LIMITS,
          // Spreads any number of clusters over the interval; the first begins at once.
          phase: (index * GOLDEN_RATIO) % 1,
        });
        pollers.set(key, poller);
        poller.start();
      });
    },
    status: () => [...pollers.values()].map(poller => poller.status()),
    stop: () => end([...pollers.keys()]),
  };
}
