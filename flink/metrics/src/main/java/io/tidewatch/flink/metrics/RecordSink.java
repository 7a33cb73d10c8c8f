package io.tidewatch.flink.metrics;

/** Takes finished records. */
@FunctionalInterface
interface RecordSink {
    void accept(byte[] key, byte[] value);
}
