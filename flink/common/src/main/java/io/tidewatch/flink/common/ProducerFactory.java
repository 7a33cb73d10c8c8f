package io.tidewatch.flink.common;

import java.util.Map;
import org.apache.kafka.clients.producer.Producer;

/** Makes the Kafka producer of a sender, on the sender's thread. */
@FunctionalInterface
public interface ProducerFactory {
    /** Throws a runtime exception when the properties are no good or no bootstrap server resolves. */
    Producer<byte[], byte[]> create(Map<String, Object> properties);
}
