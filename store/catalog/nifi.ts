/** What NiFi's status reporting says of its connections, under the names the daemon stores (`nifi.connection.<field>`). Counts are of five minutes. */
import type { MetricText } from './aliases.ts';

export const NIFI_METRICS: readonly MetricText[] = [
  connection(
    'queuedDuration',
    'ms',
    'How long the oldest item of a NiFi queue has waited',
    'NiFi 队列中最早一条已等待的时间',
  ),
  connection(
    'maxQueuedDuration',
    'ms',
    'How long the oldest item of a NiFi queue has waited',
    'NiFi 队列中最早一条已等待的时间',
  ),
  connection('queuedCount', 'count', 'Items in a NiFi queue', 'NiFi 队列中的条数'),
  connection('queuedBytes', 'bytes', 'Size of what is in a NiFi queue', 'NiFi 队列中的数据量'),
  connection('inputCount', 'count', 'Items put into a NiFi queue within five minutes', 'NiFi 队列 5 分钟内的入队条数'),
  connection(
    'inputBytes',
    'bytes',
    'Bytes put into a NiFi queue within five minutes',
    'NiFi 队列 5 分钟内的入队字节数',
  ),
  connection(
    'outputCount',
    'count',
    'Items taken from a NiFi queue within five minutes',
    'NiFi 队列 5 分钟内的出队条数',
  ),
  connection(
    'outputBytes',
    'bytes',
    'Bytes taken from a NiFi queue within five minutes',
    'NiFi 队列 5 分钟内的出队字节数',
  ),
];

function connection(field: string, unit: string, en: string, zh: string): MetricText {
  return { name: `nifi.connection.${field}`, unit, en, zh };
}
