package io.tidewatch.flink.lineage;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageVertex;

/**
 * What a job reads or writes, from the vertices of Flink's lineage graph. The tables of SQL jobs are asked by reflection: their classes
 * belong to the planner, which has a class loader of its own, and SQL sources say nothing else (no namespace, no facets).
 */
final class LineageDatasets {
    /** The daemon takes no more ids of a side. */
    private static final int MAX_IDS = 10_000;
    /** Database of tables that name none; people do not write it. */
    private static final String DEFAULT_DATABASE = "default_database";
    private static final String EXACTLY_ONCE = "exactly-once";

    private final String job;
    private final Set<String> ids = new LinkedHashSet<>();
    private final Set<String> sessions = new LinkedHashSet<>();
    private final List<String> groups = new ArrayList<>();
    private final Set<String> guarantees = new LinkedHashSet<>();

    private LineageDatasets(String job) {
        this.job = job;
    }

    static LineageDatasets of(List<? extends LineageVertex> vertices, String job) {
        LineageDatasets found = new LineageDatasets(job);
        for (LineageVertex vertex : vertices) {
            for (LineageDataset dataset : vertex.datasets()) {
                found.add(dataset);
            }
        }
        return found;
    }

    /** Dataset ids, {@code namespace/name}; a name alone where Flink knows no more. */
    List<String> ids() {
        return new ArrayList<>(ids);
    }

    /** {@code catalog.database} of every table found. */
    Set<String> sessions() {
        return sessions;
    }

    /** The consumer group that the first Kafka table names. */
    Optional<String> consumerGroup() {
        return groups.stream().findFirst();
    }

    /** What a Kafka sink promises, {@code exactly-once} before anything else: then output waits for checkpoints. */
    Optional<String> deliveryGuarantee() {
        return guarantees.contains(EXACTLY_ONCE) ? Optional.of(EXACTLY_ONCE) : guarantees.stream().findFirst();
    }

    private void add(LineageDataset dataset) {
        List<String> found = idsOf(dataset);
        if (ids.size() + found.size() <= MAX_IDS) {
            ids.addAll(found);
        }
    }

    private List<String> idsOf(LineageDataset dataset) {
        Object options = call(call(dataset, "table"), "getOptions");
        List<String> found = options instanceof Map ? idsOfTable(dataset.name(), texts((Map<?, ?>) options)) : List.of();
        if (found.isEmpty()) {
            found = kafkaTopics(dataset.facets().get("kafka"));
        }
        return found.isEmpty() ? List.of(named(dataset)) : found;
    }

    private List<String> idsOfTable(String name, Map<String, String> options) {
        String[] path = name.split("\\.");
        if (path.length == 3) {
            sessions.add(path[0] + "." + path[1]);
        }
        String group = options.get("properties.group.id");
        if (group != null) {
            groups.add(group);
        }
        String guarantee = options.getOrDefault("sink.delivery-guarantee", options.get("sink.semantic"));
        if (guarantee != null) {
            guarantees.add(guarantee.toLowerCase(Locale.ROOT));
        }
        return TableIdentity.idsOf(options, asWritten(path), job);
    }

    /** {@code default_catalog.default_database.t} is written {@code t}, {@code hive.dw.t} is {@code dw.t}. */
    private static String asWritten(String[] path) {
        if (path.length != 3) {
            return String.join(".", path);
        }
        return path[1].equals(DEFAULT_DATABASE) ? path[2] : path[1] + "." + path[2];
    }

    /** The Kafka connector's facet, as DataStream jobs have it. */
    private static List<String> kafkaTopics(Object facet) {
        Object properties = call(facet, "getProperties");
        Object identifier = call(facet, "getTopicIdentifier");
        if (!(properties instanceof Properties) || identifier == null) {
            return List.of();
        }
        String namespace = TableIdentity.kafkaNamespace(((Properties) properties).getProperty("bootstrap.servers", ""));
        List<String> ids = new ArrayList<>();
        Object topics = call(identifier, "getTopics");
        if (topics instanceof List) {
            ((List<?>) topics).forEach(topic -> ids.add(TableIdentity.id(namespace, String.valueOf(topic))));
        }
        Object pattern = call(identifier, "getTopicPattern");
        if (ids.isEmpty() && pattern instanceof Pattern) {
            ids.add(TableIdentity.id(namespace, pattern.toString()));
        }
        return ids;
    }

    /** What the connector says of itself; credentials of the namespace are left out. */
    private static String named(LineageDataset dataset) {
        String namespace = dataset.namespace() == null ? "" : dataset.namespace();
        if (namespace.isEmpty()) {
            return dataset.name();
        }
        return TableIdentity.id(namespace.replaceAll("//[^/]*@", "//"), dataset.name());
    }

    private static Map<String, String> texts(Map<?, ?> options) {
        Map<String, String> texts = new HashMap<>();
        options.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
        return texts;
    }

    /** The result of a public method without parameters; null when there is no object or no such method, or it fails. */
    private static Object call(Object target, String method) {
        if (target == null) {
            return null;
        }
        try {
            Method found = target.getClass().getMethod(method);
            // The class may be package-private behind a public interface.
            found.setAccessible(true);
            return found.invoke(target);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }
}
