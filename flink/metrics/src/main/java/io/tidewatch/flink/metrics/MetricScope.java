package io.tidewatch.flink.metrics;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a metric belongs: a record of its process, job or task, and in it a group. The variables of the process, job or task
 * stand once in the record; those of the operator and of key/value groups ({@code topic}, {@code partition}, {@code split})
 * stand in the group.
 */
final class MetricScope {
    private static final Set<String> OPERATOR_VARIABLES = new HashSet<>(Arrays.asList("operator_id", "operator_name"));
    private static final String JOB_MANAGER = "jobmanager";
    private static final String TASK_MANAGER = "taskmanager";

    private final String logical;
    private final SortedMap<String, String> recordVariables = new TreeMap<>();
    private final SortedMap<String, String> groupVariables = new TreeMap<>();

    /**
     * @param logical Flink's logical scope, groups joined by dots
     * @param variables as Flink gives them, names in angle brackets
     */
    MetricScope(String logical, Map<String, String> variables) {
        this.logical = logical;
        String path = '.' + logical + '.';
        variables.forEach((bracketed, value) -> {
            String name = unwrapped(bracketed);
            boolean ofGroup = OPERATOR_VARIABLES.contains(name) || path.contains('.' + name + '.');
            (ofGroup ? groupVariables : recordVariables).put(name, value);
        });
    }

    /** Whether the scope is one of a JobManager or TaskManager; there are no others a reader would know. */
    static boolean isKnown(String logical) {
        return isIn(logical, JOB_MANAGER) || isIn(logical, TASK_MANAGER);
    }

    /** Whether it is a scope of the process itself, not of a job in it. */
    static boolean isOfProcess(String logical) {
        return isKnown(logical) && !isIn(logical, JOB_MANAGER + ".job") && !isIn(logical, TASK_MANAGER + ".job");
    }

    /** {@code jobmanager} or {@code taskmanager}. */
    String process() {
        return isIn(logical, JOB_MANAGER) ? JOB_MANAGER : TASK_MANAGER;
    }

    /** A group of the reporter's own in the same record. */
    MetricScope ownGroup(String group) {
        MetricScope own = new MetricScope(process() + '.' + group, Collections.emptyMap());
        own.recordVariables.putAll(recordVariables);
        return own;
    }

    String logical() {
        return logical;
    }

    SortedMap<String, String> recordVariables() {
        return recordVariables;
    }

    SortedMap<String, String> groupVariables() {
        return groupVariables;
    }

    /** The job, else the process: what belongs together has one key, and so keeps its order. */
    String recordKey() {
        String job = recordVariables.get("job_id");
        return job != null ? job : recordVariables.getOrDefault("tm_id", recordVariables.getOrDefault("host", ""));
    }

    private static boolean isIn(String logical, String scope) {
        return logical.startsWith(scope) && (logical.length() == scope.length() || logical.charAt(scope.length()) == '.');
    }

    private static String unwrapped(String name) {
        boolean wrapped = name.length() > 2 && name.charAt(0) == '<' && name.charAt(name.length() - 1) == '>';
        return wrapped ? name.substring(1, name.length() - 1) : name;
    }
}
