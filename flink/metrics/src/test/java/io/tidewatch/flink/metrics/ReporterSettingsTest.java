package io.tidewatch.flink.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReporterSettingsTest {
    @Test
    void theBrokersAreEnough() {
        ReporterSettings settings = settings(Map.of("kafka.bootstrap.servers", "h:9092"));
        assertEquals("tidewatch.metrics", settings.sender().topic());
        assertEquals("h:9092", settings.sender().producer().get("bootstrap.servers"));
        assertEquals(8L << 20, settings.sender().producer().get("buffer.memory"));
    }

    @Test
    void everyProducerPropertyIsPassedThrough() {
        ReporterSettings settings =
                settings(
                        Map.of(
                                "kafka.bootstrap.servers", "h:9092",
                                "kafka.security.protocol", "SASL_SSL",
                                "kafka.sasl.jaas.config", "org.apache.kafka.common.security.plain.PlainLoginModule required;",
                                "kafka.linger.ms", 50,
                                "interval", "10 s"));
        assertEquals("SASL_SSL", settings.sender().producer().get("security.protocol"));
        assertEquals("50", settings.sender().producer().get("linger.ms"));
        assertTrue(settings.sender().producer().get("sasl.jaas.config").toString().contains("PlainLoginModule"));
        assertFalse(settings.sender().producer().containsKey("interval"));
    }

    @Test
    void patternsAreCommaSeparated() {
        ReporterSettings settings =
                settings(
                        Map.of(
                                "kafka.bootstrap.servers", "h:9092",
                                "include", "*.myMetric, *.yourMetric,",
                                "exclude", "*.pendingRecords"));
        assertTrue(settings.filter().keeps("taskmanager.job.task.operator", "yourMetric"));
        assertTrue(settings.filter().keeps("taskmanager.job.task", "numRecordsIn"));
        assertFalse(settings.filter().keeps("taskmanager.job.task.operator", "pendingRecords"));
    }

    @ParameterizedTest
    @CsvSource({"topic, t, kafka.bootstrap.servers: missing", "max-memory, lots, not a size such as '32 mb': 'lots'"})
    void whatIsMissingOrWrongIsNamed(String key, String value, String message) {
        Properties config = new Properties();
        config.put(key, value);
        if (!key.equals("topic")) {
            config.put("kafka.bootstrap.servers", "h:9092");
        }
        assertEquals(message, assertThrows(IllegalArgumentException.class, () -> new ReporterSettings(config)).getMessage());
    }

    private static ReporterSettings settings(Map<String, Object> config) {
        Properties properties = new Properties();
        properties.putAll(config);
        return new ReporterSettings(properties);
    }
}
