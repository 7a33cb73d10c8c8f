package io.tidewatch.flink.common;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Where a {@link RecordSender} writes, with which producer properties, and how much memory it may hold. */
public final class SenderSettings {
    /** The smallest limit: below it not even one large record fits beside the Kafka client's own batches. */
    public static final long MIN_BYTES = 2 << 20;

    private static final long MIN_CLIENT_BYTES = 1 << 20;
    /** How long one call into the Kafka client may hold the sender's own thread. */
    private static final int MAX_BLOCK_MS = 1_000;

    /** Overridden by what the user configures. */
    private static final Map<String, Object> DEFAULTS = new HashMap<>();

    static {
        DEFAULTS.put(ProducerConfig.ACKS_CONFIG, "all");
        DEFAULTS.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        DEFAULTS.put(ProducerConfig.LINGER_MS_CONFIG, "20");
        DEFAULTS.put(ProducerConfig.BATCH_SIZE_CONFIG, "65536");
        // A request that a frozen broker holds is given up after 30 s and sent again until five minutes are over.
        DEFAULTS.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "30000");
        DEFAULTS.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "300000");
        DEFAULTS.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "5000");
        DEFAULTS.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, "false");
        // Two producers of one client id in a JVM would quarrel over the bean's name.
        DEFAULTS.put("auto.include.jmx.reporter", "false");
    }

    private final String topic;
    private final String clientId;
    private final long maxBytes;
    private final Map<String, Object> producer;

    /**
     * @param name client id unless {@code producer} has one, and name of the sender's thread
     * @param producer any producer property; {@code buffer.memory} and {@code max.block.ms} are the sender's own and ignored
     * @param maxBytes limit of everything held back, queue and Kafka client together; at least {@link #MIN_BYTES}
     */
    public SenderSettings(String name, String topic, Map<String, ?> producer, long maxBytes) {
        if (topic.isEmpty()) {
            throw new IllegalArgumentException("topic: empty");
        }
        if (maxBytes < MIN_BYTES) {
            throw new IllegalArgumentException("memory limit: at least " + MIN_BYTES + " bytes, not " + maxBytes);
        }
        this.topic = topic;
        this.maxBytes = maxBytes;
        Map<String, Object> properties = new HashMap<>(DEFAULTS);
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, name);
        properties.putAll(producer);
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, clientBytes());
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
        this.producer = Collections.unmodifiableMap(properties);
        this.clientId = String.valueOf(properties.get(ProducerConfig.CLIENT_ID_CONFIG));
    }

    public String topic() {
        return topic;
    }

    /** The producer's client id, which is part of its network thread's name, and the name of the sender's own thread. */
    public String clientId() {
        return clientId;
    }

    /** All properties of the producer but the serializers. */
    public Map<String, Object> producer() {
        return producer;
    }

    /** Bytes that may wait in front of the Kafka client. */
    long queueBytes() {
        return maxBytes - clientBytes();
    }

    private long clientBytes() {
        return Math.max(MIN_CLIENT_BYTES, maxBytes / 4);
    }
}
