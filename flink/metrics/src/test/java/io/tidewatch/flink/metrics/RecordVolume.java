package io.tidewatch.flink.metrics;

import io.tidewatch.flink.common.ProcessIdentity;
import java.util.List;
import java.util.Map;

/** Bytes of one interval's records against those of one record per metric, for the very same metrics; uncompressed. */
final class RecordVolume {
    private int metrics;
    private int records;
    private long bytes;
    private long flatBytes;

    /** Of the captured interval as far as the filter keeps it; texts, which are not reported, count on neither side. */
    RecordVolume(List<CapturedMetric> captured, MetricFilter filter) {
        MetricTree tree = new MetricTree(captured.size());
        for (CapturedMetric each : captured) {
            if (!each.isText() && filter.keeps(each.logicalScope(), each.name())) {
                tree.add(each.metric(() -> 0), each.name(), new MetricScope(each.logicalScope(), each.group(0).getAllVariables()));
                flatBytes += each.flatBytes();
            }
        }
        metrics = tree.size();
        RecordWriter writer =
                new RecordWriter(
                        ProcessIdentity.of(
                                Map.of(
                                        "_APP_ID", "application_1700000000000_0042",
                                        "CONTAINER_ID", "container_e01_0042_01_000002",
                                        "JOB_NAME", "session"),
                                "127.0.0.1",
                                1),
                        RecordWriter.MAX_BYTES,
                        (key, value) -> {
                            records++;
                            bytes += value.length;
                        });
        tree.scopes().forEach(scope -> writer.write(scope, 1795255983221L));
    }

    int metrics() {
        return metrics;
    }

    int records() {
        return records;
    }

    long bytes() {
        return bytes;
    }

    long flatBytes() {
        return flatBytes;
    }

    double share() {
        return (double) bytes / flatBytes;
    }
}
