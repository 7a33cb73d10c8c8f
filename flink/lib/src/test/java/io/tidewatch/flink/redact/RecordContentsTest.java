package io.tidewatch.flink.redact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordContentsTest {
    private static final String RECORD = "{\"imei\":\"u4834\",\"note\":\"it's\"}";
    private static final String SHOWN = "<record of 30 characters, sha256 3d3e8d92>";

    static Stream<Arguments> contents() {
        return Stream.of(
                arguments("Flink's JSON format", "Failed to deserialize JSON '" + RECORD + "'.", "Failed to deserialize JSON '" + SHOWN + "'."),
                arguments("a record of several lines", "Failed to deserialize JSON 'a'\nb'.", "Failed to deserialize JSON '<record of 4 characters>'."),
                arguments("a record that is cut off", "Failed to deserialize JSON '{\"a\":1", "Failed to deserialize JSON '<record of 6 characters>"),
                arguments("Flink's CSV format", "Failed to deserialize CSV row '1,2,3'.", "Failed to deserialize CSV row '<record of 5 characters>'."),
                arguments("change logs", "Corrupt Debezium JSON message '" + RECORD + "'.", "Corrupt Debezium JSON message '" + SHOWN + "'."),
                arguments(
                        "an unknown change",
                        "Unknown \"type\" value \"X\". The Canal JSON message is '" + RECORD + "'",
                        "Unknown \"type\" value \"X\". The Canal JSON message is '" + SHOWN + "'"),
                arguments(
                        "where Jackson was",
                        "Unexpected end-of-input\n at [Source: (byte[])\"" + RECORD + "\"; line: 1, column: 2]",
                        "Unexpected end-of-input\n at [Source: (byte[])\"" + SHOWN + "\"; line: 1, column: 2]"),
                arguments(
                        "what Jackson read",
                        "Unrecognized token 'u4834': was expecting (JSON String or 'null')",
                        "Unrecognized token '<record of 5 characters>': was expecting (JSON String or 'null')"),
                arguments(
                        "a field Jackson cannot convert",
                        "Cannot deserialize value of type `int` from String \"u4834\": not a valid Integer",
                        "Cannot deserialize value of type `int` from String \"<record of 5 characters>\": not a valid Integer"),
                arguments(
                        "a consumer's record",
                        "Failed on ConsumerRecord(topic = t, partition = 0, offset = 12, key = k, value = v)",
                        "Failed on ConsumerRecord(topic = t, partition = 0, offset = 12, key = <record of 12 characters>)"),
                arguments("a number", "For input string: \"13800138000\"", "For input string: \"<record of 11 characters>\""),
                arguments(
                        "a date",
                        "Text '2026-13-01' could not be parsed at index 5",
                        "Text '<record of 10 characters>' could not be parsed at index 5"),
                arguments(
                        "a message with a trace in it",
                        "Failed to deserialize JSON 'x'.\n\tat a.B.c('D.java')",
                        "Failed to deserialize JSON '<record of 1 characters>'.\n\tat a.B.c('D.java')"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contents")
    void masksTheContentAndNothingElse(String what, String text, String expected) {
        assertEquals(expected, RecordContents.mask(text));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contents")
    void isNotMaskedTwice(String what, String text, String expected) {
        assertSame(expected, RecordContents.mask(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Failed to deserialize consumer record due to",
        "Failed to deserialize JSON ''.",
        "These configurations '[key.deserializer, group.id]' were supplied but are not used yet.",
        "Text of the page",
        "Text 'a' is shown",
        "from String \"a\" on",
        "Corrupt checkpoint",
        "[Source: Kafka] 'a'",
    })
    void leavesTextsWithoutARecordAlone(String text) {
        assertSame(text, RecordContents.mask(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Text 'a' ", "from String \"a\" ", "ConsumerRecord(", "deserialize x ", "password='' ", "://a:", "token=\"a", "jaas="})
    void takesTimeInProportionToALongText(String part) {
        String text = part.repeat(1_000_000 / part.length());

        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> Redaction.ALL.text(text));
    }

    @Test
    void equalRecordsStayRecognisable() {
        String one = RecordContents.mask("Failed to deserialize JSON '" + RECORD + "'.");
        String other = RecordContents.mask("Failed to deserialize JSON '" + RECORD.replace('4', '5') + "'.");

        assertEquals(one, RecordContents.mask("Failed to deserialize JSON '" + RECORD + "'."));
        assertNotEquals(one, other);
    }
}
