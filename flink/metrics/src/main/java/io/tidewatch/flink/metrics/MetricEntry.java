package io.tidewatch.flink.metrics;

import io.tidewatch.flink.common.JsonWriter;
import org.apache.flink.metrics.Metric;

/** A metric with its name as it will be written. */
final class MetricEntry {
    private static final String PER_SECOND = "PerSecond";

    private final Metric metric;
    private final MetricKind kind;
    private final byte[] quotedName;
    private final String counted;

    MetricEntry(Metric metric, String name) {
        this.metric = metric;
        this.kind = MetricKind.of(metric);
        this.quotedName = JsonWriter.quoted(name);
        this.counted = name.endsWith(PER_SECOND) ? name.substring(0, name.length() - PER_SECOND.length()) : null;
    }

    Metric metric() {
        return metric;
    }

    /** Null for what no Flink has: it is not reported. */
    MetricKind kind() {
        return kind;
    }

    byte[] quotedName() {
        return quotedName;
    }

    /** Whether the group counts what this meter measures: by Flink's habit {@code numRecordsIn} of {@code numRecordsInPerSecond}. */
    boolean isCountedIn(MetricTree.Group group) {
        return counted != null && group.has(counted);
    }
}
