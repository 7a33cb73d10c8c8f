package io.tidewatch.flink.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "a.b, a.b, true",
        "a.b, a.c, false",
        "a.b, a.b.c, false",
        "*, '', true",
        "*, a.b.c, true",
        "a.*, a.b.c, true",
        "a.*.c, a.b.x.c, true",
        "a.*.c, a.c, false",
        "*.c, c, false",
        "a?c, a.c, true",
        "a?c, ac, false",
        "*ab*ab, abab, true",
        "*ab*ab, abxa, false",
        "A*, abc, false"
    })
    void matchesWholeNames(String pattern, String name, boolean expected) {
        assertEquals(expected, new Glob(pattern).matches(name));
    }

    @Test
    void manyStarsDoNotExplode() {
        Glob glob = new Glob("*a".repeat(40) + "*b");
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertEquals(false, glob.matches("a".repeat(4000))));
    }
}
