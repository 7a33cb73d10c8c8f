package io.tidewatch.flink.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricFilterTest {
    private static final String OPERATOR = "taskmanager.job.task.operator";

    @ParameterizedTest
    @CsvSource({
        // what is asked for, by default and by configuration
        "'', '', " + OPERATOR + ", pendingRecords, true",
        "'', '', " + OPERATOR + ", myMetric, false",
        "*.myMetric, '', " + OPERATOR + ", myMetric, true",
        "*, '', " + OPERATOR + ".KafkaProducer, record-send-rate, true",
        "'', *.pendingRecords, " + OPERATOR + ", pendingRecords, false",
        "*, *.KafkaProducer.*, " + OPERATOR + ".KafkaProducer, record-send-rate, false",
        "*.myMetric, *.myMetric, " + OPERATOR + ", myMetric, false",
        // names with stars of their own kind
        "'', '', jobmanager.Status.JVM.GarbageCollector.G1 Old Generation, Time, true",
        "'', '', taskmanager.tidewatch, recordsDropped, true",
        "'', '', " + OPERATOR + ".window-aggs, rocksdb.total-sst-files-size, true",
        "'', '', " + OPERATOR + ".KafkaConsumer.current-offsets, dw_sdk_log-3, true"
    })
    void keepsDefaultsAndIncludedWithoutExcluded(
            String include, String exclude, String scope, String metric, boolean expected) {
        MetricFilter filter = new MetricFilter(DefaultMetrics.patterns(), list(include), list(exclude));
        assertEquals(expected, filter.keeps(scope, metric));
    }

    private static List<String> list(String pattern) {
        return pattern.isEmpty() ? List.of() : List.of(pattern);
    }
}
