package io.tidewatch.flink.common;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonWriterTest {
    @Test
    void setsCommasWhereTheyBelong() {
        assertEquals(
                "{\"a\":1,\"b\":{},\"c\":[1,\"x\",[],{\"d\":null}],\"e\":true}",
                written(json -> {
                    json.beginObject().name("a").value(1).name("b").beginObject().endObject();
                    json.name("c").beginArray().value(1).value("x").beginArray().endArray();
                    json.beginObject().name("d").nullValue().endObject().endArray();
                    json.name(JsonWriter.quoted("e")).raw(utf8("true")).endObject();
                }));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, 0",
        "7.0, 7",
        "-12.5, -12.5",
        "133.2, 133.2",
        "9007199254740992, 9007199254740992",
        "1.0E300, 1.0E300",
        "1.0E-7, 1.0E-7",
        "NaN, null",
        "Infinity, null",
        "-Infinity, null"
    })
    void writesDoublesAsJsonHasThem(double number, String expected) {
        assertEquals(expected, written(json -> json.value(number)));
    }

    @Test
    void writesTheShortDigitsOfFloats() {
        assertEquals("[0.1,1,null]", written(json -> json.beginArray().value(0.1f).value(1f).value(Float.NaN).endArray()));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 9, 10, -1, 99, 100, 1795255880238L, Long.MAX_VALUE, Long.MIN_VALUE})
    void writesLongs(long number) {
        assertEquals(Long.toString(number), written(json -> json.value(number)));
    }

    @Test
    void escapesWhatJsonWantsEscaped() {
        assertEquals(
                "\"q\\\" b\\\\ n\\n r\\r t\\t z\\u0000 e\\u001b /\"",
                written(json -> json.value("q\" b\\ n\n r\r t\t z\u0000 e\u001b /")));
    }

    @Test
    void writesEveryLengthOfUtf8() {
        String text = "a\u00e9\u4e2d\ud83d\ude00";
        assertArrayEquals(utf8('"' + text + '"'), new JsonWriter(1).value(text).toByteArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "\ude00", "\ude00\ud83d", "x\ud83dy"})
    void replacesLoneSurrogates(String text) {
        String expected = text.replace('\ud83d', '\ufffd').replace('\ude00', '\ufffd');
        assertEquals('"' + expected + '"', written(json -> json.value(text)));
    }

    @Test
    void aPartOfATextEndsWithinASurrogatePair() {
        assertEquals("\"b\ufffd\"", written(json -> json.value("ab\ud83d\ude00", 1, 3)));
    }

    @Test
    void takesBackWhatWasWritten() {
        JsonWriter json = new JsonWriter(16).beginObject().name("a").value(1);
        int mark = json.size();
        json.name("b").value("gone").truncate(mark).name("c").value(2).endObject();
        assertEquals("{\"a\":1,\"c\":2}", text(json));
        assertThrows(IllegalArgumentException.class, () -> json.truncate(json.size() + 1));
    }

    @Test
    void isUsedAgainAfterAHugeRecord() {
        JsonWriter json = new JsonWriter(16).value("x".repeat(3_000_000));
        assertEquals(3_000_002, json.size());
        assertEquals("1", text(json.reset().value(1)));
    }

    private static String written(Consumer<JsonWriter> write) {
        JsonWriter json = new JsonWriter(1);
        write.accept(json);
        return text(json);
    }

    private static String text(JsonWriter json) {
        return new String(json.toByteArray(), StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
