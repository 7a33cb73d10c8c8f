package io.tidewatch.flink.metrics;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.apache.flink.metrics.CharacterFilter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.LogicalScopeProvider;
import org.apache.flink.metrics.Meter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/**
 * A metric of one interval of Flink 2.3.0 with two small jobs at parallelism 2, captured by a reporter that wrote one record
 * per metric: what it was, where it stood, and how long that record was.
 */
final class CapturedMetric {
    private static final String CAPTURE = "/capture/flink-2.3.0-one-interval.ndjson.gz";

    private final JsonNode record;
    private final int flatBytes;

    private CapturedMetric(JsonNode record, int flatBytes) {
        this.record = record;
        this.flatBytes = flatBytes;
    }

    static List<CapturedMetric> all() {
        ObjectMapper json = new ObjectMapper();
        try (InputStream capture = CapturedMetric.class.getResourceAsStream(CAPTURE);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(capture), StandardCharsets.UTF_8))) {
            return lines.lines().map(line -> parsed(json, line)).collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CapturedMetric parsed(ObjectMapper json, String line) {
        try {
            return new CapturedMetric(json.readTree(line), line.getBytes(StandardCharsets.UTF_8).length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return record.get("name").asText();
    }

    String logicalScope() {
        return record.get("logical").asText();
    }

    /** Bytes of its record with one record per metric. */
    int flatBytes() {
        return flatBytes;
    }

    boolean isText() {
        return record.get("java") != null && record.get("java").asText().equals("String");
    }

    boolean isOfTask() {
        return record.get("vars").has("task_attempt_id");
    }

    /** The group it stands in, as if in another subtask for each {@code copy}; 0 is the one captured. */
    MetricGroup group(int copy) {
        Map<String, String> variables = new HashMap<>();
        record.get("vars").fields().forEachRemaining(v -> variables.put('<' + v.getKey() + '>', v.getValue().asText()));
        if (copy > 0) {
            variables.computeIfPresent("<subtask_index>", (name, index) -> String.valueOf(2 * copy + Integer.parseInt(index)));
            variables.computeIfPresent("<task_attempt_id>", (name, id) -> id + copy);
        }
        return new CapturedGroup(logicalScope(), variables);
    }

    /** A metric of the same kind and type that starts at the captured value and moves by what {@code growth} says. */
    Metric metric(LongSupplier growth) {
        JsonNode value = record.get("value");
        switch (record.get("type").asText()) {
            case "counter":
                return counter(value.asLong(), growth);
            case "meter":
                return meter(value.asDouble(), record.get("count").asLong(), growth);
            case "gauge":
                return gauge(record.get("java").asText(), value, growth);
            default:
                return new FixedHistogram(
                        record.get("count").asLong(),
                        record.get("min").asLong(),
                        record.get("max").asLong(),
                        record.get("mean").asDouble());
        }
    }

    private static Gauge<Object> gauge(String type, JsonNode value, LongSupplier growth) {
        switch (type) {
            case "Long":
                return () -> value.asLong() + growth.getAsLong();
            case "Integer":
                return () -> (int) (value.asInt() + growth.getAsLong());
            case "BigInteger":
                return () -> BigInteger.valueOf(value.asLong() + growth.getAsLong());
            case "Float":
                return () -> (float) value.asDouble();
            case "Boolean":
                return value::asBoolean;
            case "Double":
                return () -> value.isNull() ? Double.NaN : value.asDouble() + growth.getAsLong();
            default:
                return value::asText;
        }
    }

    private static Counter counter(long start, LongSupplier growth) {
        return new SimpleCounter() {
            @Override
            public long getCount() {
                return start + growth.getAsLong();
            }
        };
    }

    static Meter meter(double rate, long count, LongSupplier growth) {
        return new Meter() {
            @Override
            public void markEvent() {}

            @Override
            public void markEvent(long n) {}

            @Override
            public double getRate() {
                return rate;
            }

            @Override
            public long getCount() {
                return count + growth.getAsLong();
            }
        };
    }

    private static final class CapturedGroup extends UnregisteredMetricsGroup implements LogicalScopeProvider {
        private final String logicalScope;
        private final Map<String, String> variables;

        CapturedGroup(String logicalScope, Map<String, String> variables) {
            this.logicalScope = logicalScope;
            this.variables = variables;
        }

        @Override
        public Map<String, String> getAllVariables() {
            return variables;
        }

        @Override
        public String getLogicalScope(CharacterFilter filter) {
            return logicalScope;
        }

        @Override
        public String getLogicalScope(CharacterFilter filter, char delimiter) {
            return logicalScope;
        }

        @Override
        public MetricGroup getWrappedMetricGroup() {
            return this;
        }
    }
}
