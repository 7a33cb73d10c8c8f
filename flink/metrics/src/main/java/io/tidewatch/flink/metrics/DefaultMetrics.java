package io.tidewatch.flink.metrics;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** The metrics that are reported unless configured otherwise; {@code default-metrics.txt} beside this class documents them. */
final class DefaultMetrics {
    static final String TABLE = "default-metrics.txt";

    private DefaultMetrics() {}

    /** The patterns: the first column of the table. */
    static List<String> patterns() {
        try (BufferedReader table = open()) {
            return Collections.unmodifiableList(table.lines()
                    .filter(line -> !line.trim().isEmpty() && !line.startsWith("#"))
                    .map(line -> line.substring(0, line.indexOf('|')).trim())
                    .collect(Collectors.toList()));
        } catch (IOException e) {
            throw new UncheckedIOException(TABLE, e);
        }
    }

    private static BufferedReader open() {
        return new BufferedReader(
                new InputStreamReader(DefaultMetrics.class.getResourceAsStream(TABLE), StandardCharsets.UTF_8));
    }
}
