/** The parts of kafkajs 2.2.4 below its admin client that `offset-client.ts` uses; kafkajs types only its surface. */
declare module 'kafkajs/src/cluster/index.js' {
  import type { ISocketFactory, KafkaConfig, Logger } from 'kafkajs';

  interface BrokerTopic {
    readonly topic: string;
    readonly partitionMetadata: readonly { readonly partitionId: number; readonly leader: number }[];
  }

  interface PartitionOffsets {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
  }

  export interface Broker {
    listOffsets(request: {
      readonly isolationLevel: 0 | 1;
      readonly topics: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[];
      }[];
    }): Promise<{ readonly responses: readonly PartitionOffsets[] }>;
    /** No topics: all the group has committed on. */
    offsetFetch(request: {
      readonly groupId: string;
      readonly topics: readonly [];
    }): Promise<{ readonly responses: readonly PartitionOffsets[] }>;
    listGroups(): Promise<{ readonly groups: readonly { readonly groupId: string }[] }>;
  }

  export default class Cluster {
    constructor(
      options: Pick<
        KafkaConfig,
        'brokers' | 'clientId' | 'sasl' | 'ssl' | 'connectionTimeout' | 'requestTimeout' | 'retry'
      > & {
        readonly logger: Logger;
        readonly socketFactory: ISocketFactory;
        readonly enforceRequestTimeout: boolean;
        readonly allowAutoTopicCreation: boolean;
        readonly maxInFlightRequests: number;
      },
    );
    readonly brokerPool: {
      /** As of the last `refreshMetadata`. */
      readonly metadata: { readonly topicMetadata: readonly BrokerTopic[] } | null;
      /** Of these topics, or of all when there are none. Rejects as a whole when one topic or partition has an error. */
      refreshMetadata(topics: readonly string[]): Promise<void>;
    };
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    getNodeIds(): readonly string[];
    findBroker(options: { readonly nodeId: string }): Promise<Broker>;
    findGroupCoordinator(options: { readonly groupId: string }): Promise<Broker>;
  }
}

declare module 'kafkajs/src/network/socketFactory.js' {
  import type { ISocketFactory } from 'kafkajs';

  export default function socketFactory(): ISocketFactory;
}
