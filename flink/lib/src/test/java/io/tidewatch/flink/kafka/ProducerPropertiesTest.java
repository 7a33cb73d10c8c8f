package io.tidewatch.flink.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProducerPropertiesTest {
    static Stream<Arguments> values() {
        return Stream.of(
                arguments(
                        "a login module",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\";",
                        "moved.common.security.plain.PlainLoginModule required username=\"u\";"),
                arguments("a list of classes", "com.x.A,org.apache.kafka.B, org.apache.kafka.C", "com.x.A,moved.B, moved.C"),
                arguments("no class of Kafka's", "my.org.apache.kafka.A", "my.org.apache.kafka.A"),
                arguments("something else", "lz4", "lz4"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("values")
    void rewritesClassNames(String what, String value, String expected) {
        assertEquals(expected, ProducerProperties.relocated(value, "moved."));
    }

    @Test
    void changesNothingWhereTheClientWasNotMoved() {
        Map<String, String> properties = Map.of("sasl.jaas.config", "org.apache.kafka.X required;");

        assertEquals(properties, ProducerProperties.adapted(properties));
    }

    @Test
    void takesTheSettingsOfAPrefix() {
        Map<String, String> settings = Map.of("kafka.acks", "1", "kafka.", "x", "other", "y");

        assertEquals(Map.of("acks", "1"), ProducerProperties.withPrefix("kafka.", settings));
    }
}
