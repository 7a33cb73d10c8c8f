package io.tidewatch.flink.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultMetricsTest {
    private static final Set<String> KINDS = Set.of("gauge", "counter", "meter", "histogram", "counter, gauge");
    private static final MetricFilter DEFAULTS = new MetricFilter(DefaultMetrics.patterns(), List.of(), List.of());

    @Test
    void everyRowSaysKindUnitAndMeaning() throws IOException {
        for (String row : rows()) {
            String[] columns = row.split(" \\| ", -1);
            assertEquals(4, columns.length, row);
            assertTrue(KINDS.contains(columns[1]), row);
            assertFalse(columns[2].isBlank(), row);
            assertFalse(columns[3].isBlank(), row);
        }
    }

    @Test
    void noPatternStandsTwice() {
        List<String> patterns = DefaultMetrics.patterns();
        assertEquals(patterns.size(), new HashSet<>(patterns).size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // the internals of Kafka's clients, 46 % of what two small jobs report
                "taskmanager.job.task.operator.KafkaProducer.record-send-rate",
                "taskmanager.job.task.operator.KafkaSourceReader.KafkaConsumer.fetch-latency-avg",
                "taskmanager.job.task.operator.KafkaSourceReader.KafkaConsumer.records-consumed-total",
                "taskmanager.job.task.mailboxLatencyMs",
                "jobmanager.Status.JVM.ClassLoader.ClassesLoaded"
            })
    void whatNobodyLooksAtStaysInFlink(String name) {
        int dot = name.lastIndexOf('.');
        assertFalse(DEFAULTS.keeps(name.substring(0, dot), name.substring(dot + 1)));
    }

    private static List<String> rows() throws IOException {
        byte[] table = DefaultMetrics.class.getResourceAsStream(DefaultMetrics.TABLE).readAllBytes();
        return new String(table, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .collect(Collectors.toList());
    }
}
