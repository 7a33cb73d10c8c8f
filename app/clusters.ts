/** Which Kafka clusters are polled for offsets, and what of the platform lies on each. */
import type { Logger } from 'pino';
import type { Brokers, PolledCluster } from '../collector/broker-positions.ts';
import { OffsetClient } from '../collector/kafka/offset-client.ts';
import type { Clock } from '../model/clock.ts';
import { kafkaConnection } from './collect.ts';
import type { AppConfig } from './config.ts';
import { settingsText } from './reload.ts';

const DEFAULT_POLL_MS = 10_000;

export interface ClusterToPoll {
  readonly cluster: PolledCluster;
  /** Equal keys mean equal settings; holds secrets. */
  readonly key: string;
  /** Whether a broker address of a dataset id belongs here; null is an address nobody told. */
  isHere(address: string | null): boolean;
  open(): Brokers;
}

/**
 * The configured clusters, and the brokers of `kafka` where none of those has them: then rows carry no cluster name. A single cluster is taken to
 * hold every Kafka topic whose address says nothing else, and the brokers of `kafka` alone whatever the address: containers and networks
 * give one broker many names. A cluster that has the brokers of `kafka` and no login of its own uses that one.
 */
export function clustersToPoll(
  config: AppConfig,
  parts: { readonly clusterOf: (address: string) => string | null; readonly clock: Clock; readonly log: Logger },
): readonly ClusterToPoll[] {
  const { clusterOf, ...client } = parts;
  const { kafka } = config;
  const isKafka = (brokers: readonly string[]): boolean => kafka?.brokers.some(own => brokers.includes(own)) ?? false;
  const named = Object.entries(config.clusters).map(([name, settings]) => {
    const login =
      settings.sasl || settings.tls !== undefined || !kafka || !isKafka(settings.brokers) ? settings : kafka;
    return {
      cluster: { name, title: name, pollMs: settings.poll, topics: settings.topics, groups: settings.groups },
      reach: { brokers: settings.brokers, sasl: login.sasl, tls: login.tls },
      place: login === settings ? `clusters.${name}` : 'kafka',
      isOwn: (address: string) => clusterOf(address) === name,
    };
  });
  const ownIsNamed = named.some(({ reach }) => isKafka(reach.brokers));
  const own =
    kafka && !ownIsNamed
      ? [
          {
            cluster: { name: '', title: 'kafka', pollMs: DEFAULT_POLL_MS, topics: [], groups: [] },
            reach: { brokers: kafka.brokers, sasl: kafka.sasl, tls: kafka.tls },
            place: 'kafka',
            isOwn: (address: string) => named.length === 0 || kafka.brokers.includes(address),
          },
        ]
      : [];
  const all = [...named, ...own];
  return all.map(({ cluster, reach, place, isOwn }) => ({
    cluster,
    key: settingsText([cluster, reach]) ?? '',
    isHere: address => (address === null ? all.length === 1 : isOwn(address)),
    open: () => new OffsetClient(kafkaConnection(reach, place), client),
  }));
}
