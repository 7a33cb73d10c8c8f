package io.tidewatch.flink.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "1048576, 1048576",
        "512 bytes, 512",
        "64k, 65536",
        "32 mb, 33554432",
        "8MB, 8388608",
        "' 2 GiB ', 2147483648"
    })
    void readsSizesAsPeopleWriteThem(String text, long bytes) {
        assertEquals(bytes, ByteSize.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mb", "-1", "1.5 mb", "3 parsecs", "9999999999999999999"})
    void refusesTheRestNamingIt(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> ByteSize.parse(text)).getMessage();
        assertEquals("not a size such as '32 mb': '" + text + "'", message);
    }
}
