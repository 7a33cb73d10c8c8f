package io.tidewatch.flink.jobs;

import io.tidewatch.flink.kafka.ProducerProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes to the jobs topic and waits for the broker. */
final class KafkaTarget implements JobsTarget {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final String brokers;
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;

    /** Throws IllegalArgumentException for settings the Kafka client refuses. */
    KafkaTarget(String brokers, String topic, Map<String, String> properties, Duration limit) {
        this.brokers = brokers;
        this.topic = topic;
        Map<String, Object> settings = new HashMap<>();
        settings.put("client.id", "tidewatch-jobs-client");
        settings.put("acks", "all");
        settings.put("max.block.ms", String.valueOf(limit.toMillis()));
        settings.put("request.timeout.ms", String.valueOf(limit.toMillis() / 2));
        settings.put("delivery.timeout.ms", String.valueOf(limit.toMillis()));
        settings.putAll(ProducerProperties.adapted(properties));
        settings.put("bootstrap.servers", brokers);
        this.producer = create(settings);
    }

    @Override
    public void send(JobRecord record) throws IOException {
        try {
            producer.send(new ProducerRecord<>(topic, null, record.ts(), record.key(), record.value())).get();
        } catch (ExecutionException e) {
            throw refused(e.getCause());
        } catch (KafkaException e) {
            throw refused(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for Kafka at " + brokers, e);
        }
    }

    @Override
    public void close() {
        producer.close(CLOSE_LIMIT);
    }

    private IOException refused(Throwable cause) {
        return new IOException("Kafka at " + brokers + " did not take the record for " + topic + ": " + cause.getMessage(), cause);
    }

    /** Kafka finds its classes by the context class loader, which is the job's in a submission program. */
    private static KafkaProducer<byte[], byte[]> create(Map<String, Object> settings) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(KafkaTarget.class.getClassLoader());
        try {
            return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalArgumentException("Kafka settings: " + cause.getMessage(), e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
