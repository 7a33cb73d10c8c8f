/**
 * Flink's metrics to Kafka, one JSON record per scope and interval.
 *
 * <p>{@link io.tidewatch.flink.metrics.KafkaMetricReporter} is what Flink calls. {@link
 * io.tidewatch.flink.metrics.MetricFilter} decides what is kept, {@link io.tidewatch.flink.metrics.MetricTree} holds it in the
 * order of the records, {@link io.tidewatch.flink.metrics.RecordWriter} turns it into records.
 */
package io.tidewatch.flink.metrics;
