package io.tidewatch.flink.metrics;

import io.tidewatch.flink.common.RecordSender;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;

/**
 * The reporter's own health, reported like any metric under {@code jobmanager.tidewatch} or {@code taskmanager.tidewatch}:
 *
 * <table>
 * <caption>Metrics</caption>
 * <tr><th>metric</th><th>kind</th><th>unit</th><th>meaning</th></tr>
 * <tr><td>{@code recordsSent}</td><td>counter</td><td>records</td><td>acknowledged by the broker</td></tr>
 * <tr><td>{@code recordsDropped}</td><td>counter</td><td>records</td><td>refused because the memory limit was reached</td></tr>
 * <tr><td>{@code recordsFailed}</td><td>counter</td><td>records</td><td>given up by the Kafka client</td></tr>
 * <tr><td>{@code queuedBytes}</td><td>gauge</td><td>bytes</td><td>waiting in front of the Kafka client</td></tr>
 * <tr><td>{@code metrics}</td><td>gauge</td><td>count</td><td>metrics reported each interval</td></tr>
 * <tr><td>{@code metricsRefused}</td><td>counter</td><td>count</td><td>metrics not taken, there were too many</td></tr>
 * <tr><td>{@code metricsUnreadable}</td><td>counter</td><td>count</td><td>values left out because reading them failed</td></tr>
 * <tr><td>{@code reportMs}</td><td>gauge</td><td>ms</td><td>time the last report took</td></tr>
 * </table>
 */
final class ReporterHealth {
    static final String GROUP = "tidewatch";

    private final RecordSender sender;
    private final MetricTree tree;
    private final RecordWriter writer;
    private final LongSupplier reportMs;

    ReporterHealth(RecordSender sender, MetricTree tree, RecordWriter writer, LongSupplier reportMs) {
        this.sender = sender;
        this.tree = tree;
        this.writer = writer;
        this.reportMs = reportMs;
    }

    /** Adds the metrics to the record of the process that {@code processScope} is a scope of. */
    void addTo(MetricScope processScope) {
        MetricScope place = processScope.ownGroup(GROUP);
        tree.add(counter(sender::sent), "recordsSent", place);
        tree.add(counter(sender::dropped), "recordsDropped", place);
        tree.add(counter(sender::failed), "recordsFailed", place);
        tree.add(counter(tree::refused), "metricsRefused", place);
        tree.add(counter(writer::failures), "metricsUnreadable", place);
        tree.add(gauge(sender::queuedBytes), "queuedBytes", place);
        tree.add(gauge(tree::size), "metrics", place);
        tree.add(gauge(reportMs), "reportMs", place);
    }

    private static Gauge<Long> gauge(LongSupplier value) {
        return value::getAsLong;
    }

    private static Counter counter(LongSupplier count) {
        return new ReadCounter(count);
    }

    /** A counter that is counted elsewhere. */
    private static final class ReadCounter implements Counter {
        private final LongSupplier count;

        ReadCounter(LongSupplier count) {
            this.count = count;
        }

        @Override
        public long getCount() {
            return count.getAsLong();
        }

        @Override
        public void inc() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void inc(long n) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void dec() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void dec(long n) {
            throw new UnsupportedOperationException();
        }
    }
}
