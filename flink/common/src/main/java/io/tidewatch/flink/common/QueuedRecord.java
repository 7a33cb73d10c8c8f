package io.tidewatch.flink.common;

/** A record on its way to Kafka. */
final class QueuedRecord {
    /** What it costs beside its bytes: the queue's node, two array headers, its own fields. */
    private static final int OVERHEAD_BYTES = 112;

    private final byte[] key;
    private final byte[] value;
    private final long timestampMs;

    QueuedRecord(byte[] key, byte[] value, long timestampMs) {
        this.key = key;
        this.value = value;
        this.timestampMs = timestampMs;
    }

    /** May be null. */
    byte[] key() {
        return key;
    }

    byte[] value() {
        return value;
    }

    long timestampMs() {
        return timestampMs;
    }

    /** Memory held while it waits. */
    long bytes() {
        return OVERHEAD_BYTES + value.length + (key == null ? 0 : key.length);
    }
}
