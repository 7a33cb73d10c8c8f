package io.tidewatch.flink.lineage;

import io.tidewatch.flink.common.SenderSettings;
import io.tidewatch.flink.kafka.ProducerProperties;
import java.util.Map;
import java.util.Objects;

/** The listener's part of Flink's configuration: {@code tidewatch.jobs.topic}, {@code .owner} and {@code .kafka.<producer property>}. */
final class ListenerSettings {
    private static final String PREFIX = "tidewatch.jobs.";
    private static final String DEFAULT_TOPIC = "tidewatch.jobs";
    /** Job events are few; this is the smallest there is. */
    private static final long MAX_BYTES = SenderSettings.MIN_BYTES;

    private final String topic;
    private final String owner;
    private final Map<String, String> producer;

    private ListenerSettings(String topic, String owner, Map<String, String> producer) {
        this.topic = topic;
        this.owner = owner;
        this.producer = producer;
    }

    /** Throws IllegalArgumentException when it does not say where Kafka is. */
    static ListenerSettings of(Map<String, String> configuration) {
        Map<String, String> producer = ProducerProperties.withPrefix(PREFIX + "kafka.", configuration);
        if (producer.getOrDefault("bootstrap.servers", "").isEmpty()) {
            throw new IllegalArgumentException(PREFIX + "kafka.bootstrap.servers is not set");
        }
        return new ListenerSettings(
                configuration.getOrDefault(PREFIX + "topic", DEFAULT_TOPIC),
                configuration.getOrDefault(PREFIX + "owner", ""),
                producer);
    }

    /** Whose jobs these are; empty when it is not said. */
    String owner() {
        return owner;
    }

    SenderSettings sender() {
        return new SenderSettings("tidewatch-jobs", topic, producer, MAX_BYTES);
    }

    /** Equal when records go the same way; the owner is not part of it. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ListenerSettings
                && topic.equals(((ListenerSettings) other).topic)
                && producer.equals(((ListenerSettings) other).producer);
    }

    @Override
    public int hashCode() {
        return Objects.hash(topic, producer);
    }
}
