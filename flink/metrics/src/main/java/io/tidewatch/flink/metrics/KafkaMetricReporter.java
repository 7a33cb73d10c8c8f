package io.tidewatch.flink.metrics;

import io.tidewatch.flink.common.ProcessIdentity;
import io.tidewatch.flink.common.RecordSender;
import io.tidewatch.flink.common.SenderSettings;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.CharacterFilter;
import org.apache.flink.metrics.LogicalScopeProvider;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.Scheduled;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports Flink's metrics to Kafka: one record per process, job and task and interval. Never blocks Flink: metrics are
 * registered without waiting for a report under way, and records go through a {@link RecordSender}. Keys of its configuration:
 * {@link ReporterSettings}.
 */
public final class KafkaMetricReporter implements MetricReporter, Scheduled {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaMetricReporter.class);

    private static final int MAX_METRICS = 200_000;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final CharacterFilter UNCHANGED = text -> text;

    private final Function<SenderSettings, RecordSender> senders;
    private final LongSupplier clock;
    private final MetricTree tree = new MetricTree(MAX_METRICS);
    private final AtomicBoolean isReporting = new AtomicBoolean();
    private MetricFilter filter;
    private RecordSender sender;
    private RecordWriter writer;
    private ReporterHealth health;
    private boolean healthIsReported;
    private long reportAtMs;
    private volatile long reportMs;

    public KafkaMetricReporter() {
        this(RecordSender::new, System::currentTimeMillis);
    }

    /** @param clock epoch milliseconds */
    KafkaMetricReporter(Function<SenderSettings, RecordSender> senders, LongSupplier clock) {
        this.senders = senders;
        this.clock = clock;
    }

    @Override
    public void open(MetricConfig config) {
        ReporterSettings settings = new ReporterSettings(config);
        filter = settings.filter();
        sender = senders.apply(settings.sender());
        writer =
                new RecordWriter(
                        ProcessIdentity.current(),
                        RecordWriter.MAX_BYTES,
                        (key, value) -> sender.offer(key, value, reportAtMs));
        health = new ReporterHealth(sender, tree, writer, () -> reportMs);
        LOG.info("Metrics go to Kafka topic {}", settings.sender().topic());
    }

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        String logical = logicalScope(group);
        if (!healthIsReported && MetricScope.isOfProcess(logical)) {
            // Flink calls this under a lock of its own, one metric at a time.
            healthIsReported = true;
            health.addTo(new MetricScope(logical, group.getAllVariables()));
        }
        if (isReported(logical, name)) {
            tree.add(metric, name, new MetricScope(logical, group.getAllVariables()));
        }
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
        String logical = logicalScope(group);
        if (isReported(logical, name)) {
            tree.remove(metric, name, new MetricScope(logical, group.getAllVariables()));
        }
    }

    /**
     * Flink's reporter thread calls this each interval, {@link #close} once more; a gauge that hangs must not hold the latter up,
     * so a report under way stands for both.
     */
    @Override
    public void report() {
        if (!isReporting.compareAndSet(false, true)) {
            return;
        }
        try {
            long started = System.nanoTime();
            reportAtMs = clock.getAsLong();
            for (MetricTree.Scope scope : tree.scopes()) {
                writer.write(scope, reportAtMs);
            }
            reportMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        } finally {
            isReporting.set(false);
        }
    }

    @Override
    public void close() {
        if (sender != null) {
            report();
            sender.close(CLOSE_LIMIT);
        }
    }

    private boolean isReported(String logical, String name) {
        return MetricScope.isKnown(logical) && filter.keeps(logical, name);
    }

    private static String logicalScope(MetricGroup group) {
        return LogicalScopeProvider.castFrom(group).getLogicalScope(UNCHANGED, '.');
    }
}
