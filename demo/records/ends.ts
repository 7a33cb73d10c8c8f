/** The two ends of the path: NiFi's status report and Druid's emitter, in those systems' own shapes. */
import { DRUID_CLUSTER } from '../estate.ts';
import { backlog } from '../hop-state.ts';
import type { NifiState, Simulation } from '../simulate.ts';

/** Ids as NiFi gives them: 8-4-4-4-12 hexadecimal digits, stable per component. */
function componentId(name: string): string {
  let hash = 0x811c9dc5;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  const h = hash.toString(16).padStart(8, '0');
  return `${h}-018f-1000-8000-${h}${h.slice(0, 4)}`;
}

function nifiObjects(flow: NifiState, sim: Simulation): unknown[] {
  const queued = Math.round(flow.queue.reduce((sum, q) => sum + q.records, 0));
  const oldest = flow.queue[0];
  const common = {
    statusId: `${componentId(flow.spec.name)}-${sim.second}`,
    timestampMillis: sim.second * 1000,
    timestamp: new Date(sim.second * 1000).toISOString(),
    actorHostname: 'nifi-1.demo',
    platform: 'nifi',
    application: 'NiFi Flow',
  };
  const groupId = componentId(flow.spec.name);
  return [
    {
      ...common,
      componentType: 'ProcessGroup',
      componentId: groupId,
      componentName: flow.spec.name,
      parentPath: 'NiFi Flow',
      queuedCount: queued,
      queuedContentSize: queued * 640,
      flowFilesReceived: Math.round(flow.inCount),
      flowFilesSent: Math.round(flow.outCount),
      bytesReceived: Math.round(flow.inCount * 640),
      bytesSent: Math.round(flow.outCount * 640),
    },
    {
      ...common,
      componentType: 'Connection',
      componentId: componentId(`${flow.spec.name}/publish`),
      componentName: 'success',
      parentId: groupId,
      parentName: flow.spec.name,
      parentPath: `NiFi Flow / ${flow.spec.name}`,
      sourceName: 'MergeRecord',
      destinationName: `PublishKafkaRecord ${flow.spec.topic}`,
      queuedCount: queued,
      queuedBytes: queued * 640,
      maxQueuedCount: queued,
      maxQueuedBytes: queued * 640,
      inputCount: Math.round(flow.inCount),
      inputBytes: Math.round(flow.inCount * 640),
      outputCount: Math.round(flow.outCount),
      outputBytes: Math.round(flow.outCount * 640),
      backPressureObjectThreshold: flow.spec.rate * 60,
      backPressureBytesThreshold: flow.spec.rate * 60 * 640,
      backPressureDataSizeThreshold: '1 GB',
      isBackPressureEnabled: String(flow.backPressured),
      queuedDuration: oldest ? (sim.second - oldest.second) * 1000 : 0,
    },
  ];
}

/** SiteToSiteStatusReportingTask sends one array per report. */
export function nifiRecords(sim: Simulation): unknown[] {
  return sim.nifi.flatMap(flow => nifiObjects(flow, sim));
}

/** Druid's Kafka emitter: lag per data source and partition, and the message gap. */
export function druidRecords(sim: Simulation): unknown[] {
  return sim.druid.flatMap(hop => {
    const common = {
      feed: 'metrics',
      timestamp: new Date(sim.second * 1000).toISOString(),
      service: 'druid/overlord',
      host: 'druid-overlord-1.demo:8090',
      version: '37.0.0',
      dataSource: hop.spec.dataSource,
      clusterName: DRUID_CLUSTER,
    };
    const lags = hop.inputs[0]!.end.map((end, p) => ({
      ...common,
      metric: 'ingest/kafka/partitionLag',
      stream: hop.spec.topic,
      partition: String(p),
      value: Math.max(0, Math.floor(end) - Math.floor(hop.position[0]![p]!)),
    }));
    return [
      ...lags,
      { ...common, metric: 'ingest/kafka/lag', stream: hop.spec.topic, value: Math.round(backlog(hop)) },
      {
        ...common,
        service: 'druid/middleManager',
        metric: 'ingest/events/messageGap',
        taskId: `index_kafka_${hop.spec.dataSource}_0`,
        taskType: 'index_kafka',
        groupId: `index_kafka_${hop.spec.dataSource}`,
        value: Math.max(0, (sim.second - hop.newestRow) * 1000),
      },
    ];
  });
}
