package io.tidewatch.flink.metrics;

import io.tidewatch.flink.common.JsonWriter;
import io.tidewatch.flink.common.ProcessIdentity;
import io.tidewatch.flink.metrics.MetricTree.Group;
import io.tidewatch.flink.metrics.MetricTree.Scope;
import java.nio.charset.StandardCharsets;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Meter;
import org.apache.flink.metrics.Metric;

/**
 * Writes the metrics of a scope as records of the metrics stream: {@code {"v":1,"ts","env","vars","groups":[{"scope","vars"?,
 * "gauges"?,"counters"?,"meters"?,"histograms"?}]}}. A record beyond the size limit is ended and goes on in another one with
 * the same head. Uses one buffer again and again; not thread-safe.
 */
final class RecordWriter {
    /** Half of what brokers and the daemon take at most. */
    static final int MAX_BYTES = 512 << 10;

    private static final MetricKind[] KINDS = MetricKind.values();
    private static final byte[][] SECTIONS = {
        JsonWriter.quoted("gauges"),
        JsonWriter.quoted("counters"),
        JsonWriter.quoted("meters"),
        JsonWriter.quoted("histograms")
    };
    private static final byte[] VERSION = "\"v\":1".getBytes(StandardCharsets.US_ASCII);

    private final JsonWriter json = new JsonWriter(16 << 10);
    private final byte[] environment;
    private final int maxBytes;
    private final RecordSink sink;
    private long failures;

    // The record and the group under construction, with the sizes up to which they hold nothing.
    private Scope scope;
    private long timestampMs;
    private int recordBody;
    private Group group;
    private int groupStart;
    private int groupBody;

    RecordWriter(ProcessIdentity process, int maxBytes, RecordSink sink) {
        this.environment = environment(process);
        this.maxBytes = maxBytes;
        this.sink = sink;
    }

    /** Metrics left out so far because reading them failed. */
    long failures() {
        return failures;
    }

    /** Hands the records of a scope to the sink; none when no metric of it has a value. */
    void write(Scope next, long atMs) {
        scope = next;
        timestampMs = atMs;
        beginRecord();
        for (Group each : next.groups()) {
            group = each;
            beginGroup();
            for (int kind = 0; kind < KINDS.length; kind++) {
                writeSection(kind);
            }
            endGroup();
        }
        endRecord();
    }

    private void writeSection(int kind) {
        boolean isOpen = false;
        for (MetricEntry entry : group.metrics()) {
            if (entry.kind() != KINDS[kind]) {
                continue;
            }
            if (json.size() >= maxBytes) {
                if (isOpen) {
                    json.endObject();
                }
                goOnInNextRecord();
                isOpen = false;
            }
            isOpen = writeMetric(entry, isOpen ? null : SECTIONS[kind]) || isOpen;
        }
        if (isOpen) {
            json.endObject();
        }
    }

    /** Writes a metric, in front of it what opens its section; leaves both out when there is no value. */
    private boolean writeMetric(MetricEntry entry, byte[] section) {
        int before = json.size();
        try {
            if (section != null) {
                json.name(section).beginObject();
            }
            json.name(entry.quotedName());
            if (writeValue(entry)) {
                return true;
            }
        } catch (Exception | LinkageError e) {
            // Gauges are code of connectors and users, and their classes may be gone already when a job ends.
            failures++;
        }
        json.truncate(before);
        return false;
    }

    private boolean writeValue(MetricEntry entry) {
        Metric metric = entry.metric();
        switch (entry.kind()) {
            case COUNTER:
                MetricValue.counter(json, (Counter) metric);
                return true;
            case METER:
                MetricValue.meter(json, (Meter) metric, entry.isCountedIn(group));
                return true;
            case HISTOGRAM:
                MetricValue.histogram(json, (Histogram) metric);
                return true;
            default:
                return MetricValue.gauge(json, (Gauge<?>) metric);
        }
    }

    private void goOnInNextRecord() {
        endGroup();
        endRecord();
        beginRecord();
        beginGroup();
    }

    private void beginRecord() {
        json.reset().beginObject().raw(VERSION);
        json.name("ts").value(timestampMs);
        json.name("env").raw(environment);
        json.name("vars").raw(scope.variables());
        json.name("groups").beginArray();
        recordBody = json.size();
    }

    private void endRecord() {
        if (json.size() > recordBody) {
            json.endArray().endObject();
            sink.accept(scope.key(), json.toByteArray());
        }
    }

    private void beginGroup() {
        groupStart = json.size();
        json.beginObject().name("scope").raw(group.logical());
        if (group.variables() != null) {
            json.name("vars").raw(group.variables());
        }
        groupBody = json.size();
    }

    private void endGroup() {
        if (json.size() > groupBody) {
            json.endObject();
        } else {
            json.truncate(groupStart);
        }
    }

    private static byte[] environment(ProcessIdentity process) {
        JsonWriter json = new JsonWriter(256).beginObject();
        member(json, "app_id", process.appId());
        member(json, "container_id", process.containerId());
        member(json, "job_name", process.jobName());
        member(json, "job_owner", process.jobOwner());
        member(json, "flink_cluster", process.cluster());
        member(json, "host", process.host());
        return json.endObject().toByteArray();
    }

    private static void member(JsonWriter json, String name, String value) {
        if (!value.isEmpty()) {
            json.name(name).value(value);
        }
    }
}
