package io.tidewatch.flink.metrics;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordVolumeTest {
    private static final double BAR = 0.15;

    @ParameterizedTest(name = "include: {0}")
    @ValueSource(strings = {"", "*"})
    void isASmallPartOfOneRecordPerMetric(String include) {
        MetricFilter filter = new MetricFilter(DefaultMetrics.patterns(), List.of(include), List.of());
        RecordVolume volume = new RecordVolume(CapturedMetric.all(), filter);
        assertTrue(volume.metrics() > 400, "metrics: " + volume.metrics());
        assertTrue(
                volume.share() <= BAR,
                volume.metrics() + " metrics in " + volume.records() + " records: " + volume.bytes() + " of " + volume.flatBytes());
    }
}
