package io.tidewatch.flink.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidewatch.flink.common.ProcessIdentity;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Meter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RecordWriterTest {
    private static final MetricScope TASK =
            new MetricScope("taskmanager.job.task", Map.of("<tm_id>", "tm-1", "<job_id>", "j1", "<job_name>", "\u4e2d\"q"));
    private static final MetricScope PARTITION =
            new MetricScope(
                    "taskmanager.job.task.operator.KafkaSourceReader.topic.partition",
                    Map.of(
                            "<tm_id>", "tm-1",
                            "<job_id>", "j1",
                            "<job_name>", "\u4e2d\"q",
                            "<operator_name>", "Source: t",
                            "<topic>", "t",
                            "<partition>", "2"));
    private static final String HEAD =
            "{\"v\":1,\"ts\":42,\"env\":{\"app_id\":\"application_1\",\"container_id\":\"c1\",\"job_name\":\"cdo\",\"host\":\"h1\"},"
                    + "\"vars\":{\"job_id\":\"j1\",\"job_name\":\"\u4e2d\\\"q\",\"tm_id\":\"tm-1\"},\"groups\":[";

    private final MetricTree tree = new MetricTree(100_000);
    private final List<String> records = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();

    @Test
    void oneRecordHoldsATaskAndItsOperators() {
        tree.add(counter(2328), "numRecordsIn", TASK);
        tree.add(meter(133.5, 2328), "numRecordsInPerSecond", TASK);
        tree.add(gauge(true), "isBackPressured", TASK);
        tree.add(gauge(2327L), "currentOffset", PARTITION);
        tree.add(gauge(2100L), "committedOffset", PARTITION);
        write(RecordWriter.MAX_BYTES);
        assertEquals(
                List.of(
                        HEAD
                                + "{\"scope\":\"taskmanager.job.task\",\"gauges\":{\"isBackPressured\":1},"
                                + "\"counters\":{\"numRecordsIn\":2328},\"meters\":{\"numRecordsInPerSecond\":133.5}},"
                                + "{\"scope\":\"taskmanager.job.task.operator.KafkaSourceReader.topic.partition\","
                                + "\"vars\":{\"operator_name\":\"Source: t\",\"partition\":\"2\",\"topic\":\"t\"},"
                                + "\"gauges\":{\"committedOffset\":2100,\"currentOffset\":2327}}]}"),
                records);
        assertEquals(List.of("j1"), keys);
    }

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of("a long", gauge(7L), "{\"gauges\":{\"m\":7}}"),
                Arguments.of("an atomic long", gauge(new AtomicLong(7)), "{\"gauges\":{\"m\":7}}"),
                Arguments.of("RocksDB's BigInteger", gauge(BigInteger.valueOf(7)), "{\"gauges\":{\"m\":7}}"),
                Arguments.of("a BigInteger beyond long", gauge(BigInteger.TWO.pow(100)), "{\"gauges\":{\"m\":1.2676506002282294E30}}"),
                Arguments.of("a BigDecimal", gauge(new BigDecimal("0.25")), "{\"gauges\":{\"m\":0.25}}"),
                Arguments.of("a float", gauge(0.1f), "{\"gauges\":{\"m\":0.1}}"),
                Arguments.of("NaN of an idle Kafka client", gauge(Double.NaN), "{\"gauges\":{\"m\":null}}"),
                Arguments.of("a watermark before the first", gauge(Long.MIN_VALUE), "{\"gauges\":{\"m\":null}}"),
                Arguments.of("infinity", gauge(Float.NEGATIVE_INFINITY), "{\"gauges\":{\"m\":null}}"),
                Arguments.of("no", gauge(false), "{\"gauges\":{\"m\":0}}"),
                Arguments.of("a meter without a counter beside it", meter(0.5, 30), "{\"meters\":{\"m\":{\"rate\":0.5,\"count\":30}}}"),
                Arguments.of("a histogram", new FixedHistogram(9, 1, 4, 2.5), "{\"histograms\":{\"m\":{\"count\":9,\"min\":1,\"max\":4,\"mean\":2.5,"
                        + "\"p50\":50,\"p75\":75,\"p95\":95,\"p99\":99}}}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("values")
    void writesValues(String what, Metric metric, String expected) {
        tree.add(metric, "m", TASK);
        write(RecordWriter.MAX_BYTES);
        assertEquals(HEAD + "{\"scope\":\"taskmanager.job.task\"," + expected.substring(1) + "]}", records.get(0));
    }

    static Stream<Arguments> withoutValue() {
        return Stream.of(
                Arguments.of("a text", gauge("s3://bucket/chk-7")),
                Arguments.of("no value", gauge(null)),
                Arguments.of("a structure", gauge(List.of(1, 2))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withoutValue")
    void whatIsNoNumberLeavesNoTrace(String what, Metric metric) {
        tree.add(metric, "m", TASK);
        write(RecordWriter.MAX_BYTES);
        assertEquals(List.of(), records);
    }

    @Test
    void aGaugeThatFailsIsLeftOutAndCounted() {
        Gauge<Long> failing =
                () -> {
                    throw new IllegalStateException("closed");
                };
        Gauge<Long> unloaded =
                () -> {
                    throw new NoClassDefFoundError("com/example/Gone");
                };
        tree.add(failing, "a", TASK);
        tree.add(gauge(1L), "b", TASK);
        tree.add(unloaded, "c", TASK);
        long failures = write(RecordWriter.MAX_BYTES);
        assertEquals(List.of(HEAD + "{\"scope\":\"taskmanager.job.task\",\"gauges\":{\"b\":1}}]}"), records);
        assertEquals(2, failures);
    }

    @Test
    void aLargeRecordGoesOnInOthersWithTheSameHead() throws Exception {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            names.add("g" + i);
            tree.add(gauge((long) i), "g" + i, TASK);
            names.add("c" + i);
            tree.add(counter(i), "c" + i, PARTITION);
        }
        write(1000);
        assertTrue(records.size() > 10);
        Set<String> written = new HashSet<>();
        for (String record : records) {
            assertTrue(record.length() < 1500, record);
            assertTrue(record.startsWith(HEAD), record);
            for (JsonNode group : new ObjectMapper().readTree(record).get("groups")) {
                for (String section : List.of("gauges", "counters")) {
                    if (group.has(section)) {
                        group.get(section).fieldNames().forEachRemaining(name -> assertTrue(written.add(name), name));
                    }
                }
            }
        }
        assertEquals(names, written);
    }

    private long write(int maxBytes) {
        ProcessIdentity process =
                ProcessIdentity.of(
                        Map.of("_APP_ID", "application_1", "CONTAINER_ID", "c1", "JOB_NAME", "cdo"), "h1", 7);
        RecordWriter writer =
                new RecordWriter(
                        process,
                        maxBytes,
                        (key, value) -> {
                            keys.add(new String(key, StandardCharsets.UTF_8));
                            records.add(new String(value, StandardCharsets.UTF_8));
                        });
        tree.scopes().forEach(scope -> writer.write(scope, 42));
        return writer.failures();
    }

    private static Gauge<Object> gauge(Object value) {
        return () -> value;
    }

    private static SimpleCounter counter(long count) {
        SimpleCounter counter = new SimpleCounter();
        counter.inc(count);
        return counter;
    }

    private static Meter meter(double rate, long count) {
        return CapturedMetric.meter(rate, count, () -> 0);
    }
}
