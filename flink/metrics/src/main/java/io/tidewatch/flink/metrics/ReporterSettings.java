package io.tidewatch.flink.metrics;

import io.tidewatch.flink.common.ByteSize;
import io.tidewatch.flink.common.SenderSettings;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * The keys under {@code metrics.reporter.<name>}:
 *
 * <table>
 * <caption>Keys</caption>
 * <tr><th>key</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code topic}</td><td>{@code tidewatch.metrics}</td><td>where the records go</td></tr>
 * <tr><td>{@code kafka.*}</td><td></td><td>any producer property; {@code kafka.bootstrap.servers} is required</td></tr>
 * <tr><td>{@code include}</td><td></td><td>globs over {@code <logical scope>.<metric>}, comma separated, reported too</td></tr>
 * <tr><td>{@code exclude}</td><td></td><td>globs not reported, whatever includes them</td></tr>
 * <tr><td>{@code max-memory}</td><td>{@code 32 mb}</td><td>limit of the records held back while Kafka is away</td></tr>
 * </table>
 */
final class ReporterSettings {
    static final String TOPIC = "topic";
    static final String KAFKA = "kafka.";
    static final String INCLUDE = "include";
    static final String EXCLUDE = "exclude";
    static final String MAX_MEMORY = "max-memory";

    private static final String DEFAULT_TOPIC = "tidewatch.metrics";
    private static final String DEFAULT_MAX_MEMORY = "32 mb";
    private static final String CLIENT_ID = "tidewatch-metrics";
    private static final String BOOTSTRAP = "bootstrap.servers";

    private final SenderSettings sender;
    private final MetricFilter filter;

    /** @throws IllegalArgumentException naming the key that is missing or wrong */
    ReporterSettings(Properties config) {
        Map<String, Object> producer = new HashMap<>();
        config.forEach((key, value) -> {
            if (key.toString().startsWith(KAFKA)) {
                producer.put(key.toString().substring(KAFKA.length()), value.toString());
            }
        });
        if (!producer.containsKey(BOOTSTRAP)) {
            throw new IllegalArgumentException(KAFKA + BOOTSTRAP + ": missing");
        }
        this.sender =
                new SenderSettings(
                        CLIENT_ID,
                        text(config, TOPIC, DEFAULT_TOPIC),
                        producer,
                        ByteSize.parse(text(config, MAX_MEMORY, DEFAULT_MAX_MEMORY)));
        this.filter =
                new MetricFilter(
                        DefaultMetrics.patterns(), list(text(config, INCLUDE, "")), list(text(config, EXCLUDE, "")));
    }

    SenderSettings sender() {
        return sender;
    }

    MetricFilter filter() {
        return filter;
    }

    /** Flink may hand numbers over as numbers, which {@code getProperty} does not see. */
    private static String text(Properties config, String key, String otherwise) {
        Object value = config.get(key);
        return value == null ? otherwise : value.toString().trim();
    }

    private static List<String> list(String commaSeparated) {
        return Collections.unmodifiableList(Arrays.stream(commaSeparated.split(","))
                .map(String::trim)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.toList()));
    }
}
