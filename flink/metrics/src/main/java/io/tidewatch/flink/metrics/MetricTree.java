package io.tidewatch.flink.metrics;

import io.tidewatch.flink.common.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.flink.metrics.Metric;

/**
 * The metrics in the order of the records: record, group, metric. Writers exclude each other for the moment of one change, the
 * reader walks along without a lock, so that a slow gauge never holds up a task that registers its metrics. Bounded: what
 * exceeds the limit is refused and counted.
 */
final class MetricTree {
    private final int limit;
    private final ConcurrentSkipListMap<String, Scope> scopes = new ConcurrentSkipListMap<>();
    private volatile int size;
    private volatile long refused;

    MetricTree(int limit) {
        this.limit = limit;
    }

    /** Adds a metric; one of the same name and place is replaced, as when a job comes back before its old run has gone. */
    synchronized void add(Metric metric, String name, MetricScope place) {
        if (size >= limit) {
            refused++;
            return;
        }
        Group group =
                scopes.computeIfAbsent(keyOf(place.recordVariables()), key -> new Scope(place))
                        .groups
                        .computeIfAbsent(keyOf(place), key -> new Group(place));
        if (group.metrics.put(name, new MetricEntry(metric, name)) == null) {
            size++;
        }
    }

    /** Removes this very metric; a group and a record that are empty then go too. */
    synchronized void remove(Metric metric, String name, MetricScope place) {
        String scopeKey = keyOf(place.recordVariables());
        Scope scope = scopes.get(scopeKey);
        Group group = scope == null ? null : scope.groups.get(keyOf(place));
        MetricEntry entry = group == null ? null : group.metrics.get(name);
        if (entry == null || entry.metric() != metric) {
            return;
        }
        group.metrics.remove(name);
        size--;
        if (group.metrics.isEmpty()) {
            scope.groups.remove(keyOf(place));
        }
        if (scope.groups.isEmpty()) {
            scopes.remove(scopeKey);
        }
    }

    /** Metrics held. */
    int size() {
        return size;
    }

    /** Metrics not taken because of the limit. */
    long refused() {
        return refused;
    }

    /** A live view: what is added or removed during a walk may be seen or not. */
    Collection<Scope> scopes() {
        return scopes.values();
    }

    /** The metrics of one record: of a process, a job, or a task with its operators. */
    static final class Scope {
        private final byte[] key;
        private final byte[] variables;
        private final ConcurrentSkipListMap<String, Group> groups = new ConcurrentSkipListMap<>();

        private Scope(MetricScope place) {
            this.key = place.recordKey().getBytes(StandardCharsets.UTF_8);
            this.variables = object(place.recordVariables());
        }

        /** Key of the record. */
        byte[] key() {
            return key;
        }

        /** Its variables as a JSON object. */
        byte[] variables() {
            return variables;
        }

        Collection<Group> groups() {
            return groups.values();
        }
    }

    /** The metrics of one group within a record. */
    static final class Group {
        private final byte[] logical;
        private final byte[] variables;
        private final ConcurrentSkipListMap<String, MetricEntry> metrics = new ConcurrentSkipListMap<>();

        private Group(MetricScope place) {
            this.logical = JsonWriter.quoted(place.logical());
            this.variables = place.groupVariables().isEmpty() ? null : object(place.groupVariables());
        }

        /** Logical scope as a JSON string. */
        byte[] logical() {
            return logical;
        }

        /** Its own variables as a JSON object; null when it has none. */
        byte[] variables() {
            return variables;
        }

        Collection<MetricEntry> metrics() {
            return metrics.values();
        }

        boolean has(String name) {
            return metrics.containsKey(name);
        }
    }

    private static String keyOf(MetricScope place) {
        return place.logical() + '\n' + keyOf(place.groupVariables());
    }

    private static String keyOf(SortedMap<String, String> variables) {
        StringBuilder key = new StringBuilder(256);
        variables.forEach((name, value) -> key.append(name).append('=').append(value).append('\n'));
        return key.toString();
    }

    private static byte[] object(Map<String, String> members) {
        JsonWriter json = new JsonWriter(512).beginObject();
        members.forEach((name, value) -> json.name(name).value(value));
        return json.endObject().toByteArray();
    }
}
