package io.tidewatch.flink.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidewatch.flink.common.RecordSender;
import io.tidewatch.flink.common.SenderSettings;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.groups.JobManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The reporter under Flink's own registry and metric groups. */
@Timeout(60)
class KafkaMetricReporterTest {
    private static final long NOW = 1795255880238L;
    private static final Map<String, String> CONFIG = Map.of("kafka.bootstrap.servers", "h:9092");

    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, new ByteArraySerializer(), new ByteArraySerializer());
    private final KafkaMetricReporter reporter = new KafkaMetricReporter(this::sender, () -> NOW);

    @Test
    void aTaskManagersMetricsAreTheGoldenRecords() throws IOException {
        try (FlinkMetrics flink = new FlinkMetrics(reporter, CONFIG)) {
            TaskManagerMetricGroup taskManager = flink.taskManager();
            MetricGroup memory = taskManager.addGroup("Status").addGroup("JVM").addGroup("Memory").addGroup("Heap");
            memory.gauge("Used", () -> 268435456L);
            memory.gauge("Max", () -> 671088640L);
            memory.gauge("Committed", () -> 300000000L);
            TaskMetricGroup task = FlinkMetrics.taskOf(taskManager, 0);
            task.gauge("busyTimeMsPerSecond", () -> 312.5);
            MetricGroup source = FlinkMetrics.sourceOf(task);
            source.gauge("pendingRecords", () -> 57975L);
            source.gauge("watermarkLag", () -> 2100L);
            MetricGroup reader = source.addGroup("KafkaSourceReader");
            reader.counter("commitsSucceeded").inc(17);
            MetricGroup partition = reader.addGroup("topic", "dw_sdk_log_cdo").addGroup("partition", "2");
            partition.gauge("currentOffset", () -> 2327L);
            partition.gauge("committedOffset", () -> 2100L);
            MetricGroup client = reader.addGroup("KafkaConsumer");
            client.gauge("records-lag-max", () -> Double.NaN);
            client.gauge("fetch-latency-avg", () -> 12.5);
            source.addGroup("split", "dw_sdk_log_cdo-2").addGroup("watermark").gauge("currentWatermark", () -> 1795255878000L);
            source.addGroup("window-aggs")
                    .gauge("rocksdb.estimate-live-data-size", () -> BigInteger.valueOf(123456));
        }
        assertEquals(golden("task-manager.ndjson"), comparable(producer.history()));
    }

    @Test
    void aJobManagersMetricsAreTheGoldenRecords() throws IOException {
        try (FlinkMetrics flink = new FlinkMetrics(reporter, CONFIG)) {
            JobManagerMetricGroup jobManager = flink.jobManager();
            jobManager.gauge("numRunningJobs", () -> 1L);
            MetricGroup job = FlinkMetrics.jobOf(jobManager);
            job.gauge("numRestarts", () -> 4L);
            job.gauge("lastCheckpointDuration", () -> 12884L);
            job.gauge("lastCheckpointCompletedTimestamp", () -> 1795255870000L);
            job.gauge("lastCheckpointExternalPath", () -> "file:/chk-17");
        }
        assertEquals(golden("job-manager.ndjson"), comparable(producer.history()));
    }

    @Test
    void whatATaskLeavesBehindIsNothing() {
        try (FlinkMetrics flink = new FlinkMetrics(reporter, CONFIG)) {
            TaskManagerMetricGroup taskManager = flink.taskManager();
            taskManager.addGroup("Status").addGroup("JVM").addGroup("Threads").gauge("Count", () -> 50);
            TaskMetricGroup first = FlinkMetrics.taskOf(taskManager, 0);
            reporter.report();
            first.close();
            TaskMetricGroup second = FlinkMetrics.taskOf(taskManager, 1);
            reporter.report();
            second.close();
        }
        List<String> attempts =
                values(producer.history()).stream()
                        .filter(record -> record.contains("task_attempt_num"))
                        .map(record -> record.replaceAll(".*\"task_attempt_num\":\"(\\d+)\".*", "$1"))
                        .collect(Collectors.toList());
        assertEquals(List.of("0", "1"), attempts);
    }

    @Test
    void includedMetricsComeTooAndExcludedDoNot() {
        Map<String, String> config =
                Map.of(
                        "kafka.bootstrap.servers", "h:9092",
                        "include", "*.operator.mine.*",
                        "exclude", "*.operator.mine.secret");
        try (FlinkMetrics flink = new FlinkMetrics(reporter, config)) {
            MetricGroup mine = FlinkMetrics.sourceOf(FlinkMetrics.taskOf(flink.taskManager(), 0)).addGroup("mine");
            mine.counter("seen");
            mine.counter("secret");
        }
        String all = String.join("", values(producer.history()));
        assertTrue(all.contains("\"seen\":0"));
        assertFalse(all.contains("secret"));
    }

    @Test
    void theReporterTellsOfItself() {
        try (FlinkMetrics flink = new FlinkMetrics(reporter, CONFIG)) {
            MetricGroup group = flink.jobManager();
            Gauge<Long> failing =
                    () -> {
                        throw new IllegalStateException("gone");
                    };
            group.gauge("numRunningJobs", failing);
            group.gauge("taskSlotsTotal", () -> 4);
            reporter.report();
        }
        String last = last(values(producer.history()));
        assertTrue(last.contains("\"scope\":\"jobmanager.tidewatch\""), last);
        assertTrue(last.contains("\"metrics\":10"), last);
        assertTrue(last.contains("\"metricsUnreadable\":2"), last);
    }

    @Test
    void recordsCarryTheTimeOfTheReport() {
        try (FlinkMetrics flink = new FlinkMetrics(reporter, CONFIG)) {
            flink.jobManager().gauge("taskSlotsTotal", () -> 4);
        }
        ProducerRecord<byte[], byte[]> record = last(producer.history());
        assertEquals(NOW, record.timestamp());
        assertEquals("tidewatch.metrics", record.topic());
        assertEquals("h1", new String(record.key(), StandardCharsets.UTF_8));
    }

    @Test
    void aGaugeThatHangsDoesNotHoldTheCloseUp() throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Gauge<Long> hanging =
                () -> {
                    reading.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return 1L;
                };
        Thread report = new Thread(reporter::report);
        try (FlinkMetrics flink = new FlinkMetrics(reporter, CONFIG)) {
            flink.jobManager().gauge("taskSlotsTotal", hanging);
            report.start();
            reading.await();
        }
        // this thread would hang above if closing waited for the report
        assertTrue(producer.closed());
        go.countDown();
        report.join();
    }

    @Test
    void aReporterThatNeverOpenedCloses() {
        new KafkaMetricReporter().close();
    }

    private RecordSender sender(SenderSettings settings) {
        return new RecordSender(settings, properties -> producer);
    }

    /** The records with what differs from run to run fixed. */
    private static List<String> comparable(List<ProducerRecord<byte[], byte[]>> records) {
        return values(records).stream()
                .map(record -> record.replaceFirst("\"env\":\\{[^}]*}", "\"env\":{\"host\":\"h1\"}"))
                .map(record -> record.replaceAll("\"(reportMs|queuedBytes|recordsSent)\":\\d+", "\"$1\":0"))
                .collect(Collectors.toList());
    }

    private static List<String> values(List<ProducerRecord<byte[], byte[]>> records) {
        return records.stream()
                .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                .collect(Collectors.toList());
    }

    private static List<String> golden(String name) throws IOException {
        byte[] file = KafkaMetricReporterTest.class.getResourceAsStream("/golden/" + name).readAllBytes();
        return new String(file, StandardCharsets.UTF_8).lines().collect(Collectors.toList());
    }

    private static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }
}
