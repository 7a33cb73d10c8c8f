/**
 * Where a record came from; its identity for as long as the record lives. Kafka: topic, partition, offset, and an epoch that
 * changes when the topic is recreated. HTTP and files: topic `http`/`file`, partition 0, offset = line, epoch = idempotency key.
 */
export interface SourcePosition {
  readonly epoch: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** One text per position, usable as a document id: `epoch-topic-partition-offset`. */
export function positionId(p: SourcePosition): string {
  return `${p.epoch}-${p.topic}-${p.partition}-${p.offset}`;
}
