package io.tidewatch.flink.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SenderSettingsTest {
    private static final long MIB = 1 << 20;

    @Test
    void queueAndClientTogetherAreTheLimit() {
        SenderSettings settings = new SenderSettings("me", "t", Map.of(), 32 * MIB);
        assertEquals(8 * MIB, settings.producer().get("buffer.memory"));
        assertEquals(24 * MIB, settings.queueBytes());
    }

    @Test
    void theClientKeepsRoomForALargeRecord() {
        SenderSettings settings = new SenderSettings("me", "t", Map.of(), 2 * MIB);
        assertEquals(MIB, settings.producer().get("buffer.memory"));
        assertEquals(MIB, settings.queueBytes());
    }

    @Test
    void whatIsConfiguredOverridesTheDefaultsButNotWhatKeepsThePromise() {
        Map<String, String> configured =
                Map.of("compression.type", "zstd", "client.id", "mine", "buffer.memory", "1", "max.block.ms", "60000");
        SenderSettings settings = new SenderSettings("me", "t", configured, 8 * MIB);
        assertEquals("zstd", settings.producer().get("compression.type"));
        assertEquals("all", settings.producer().get("acks"));
        assertEquals("mine", settings.clientId());
        assertEquals(2 * MIB, settings.producer().get("buffer.memory"));
        assertEquals(1000, settings.producer().get("max.block.ms"));
    }

    @Test
    void refusesWhatCannotWork() {
        assertThrows(IllegalArgumentException.class, () -> new SenderSettings("me", "", Map.of(), 8 * MIB));
        assertThrows(IllegalArgumentException.class, () -> new SenderSettings("me", "t", Map.of(), MIB));
    }
}
