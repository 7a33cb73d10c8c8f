package io.tidewatch.flink.metrics;

import java.lang.reflect.InvocationTargetException;
import org.apache.flink.metrics.CharacterFilter;
import org.apache.flink.metrics.LogicalScopeProvider;
import org.apache.flink.metrics.MetricGroup;

/** The logical scope of a group, {@code taskmanager.job.task.operator.KafkaSourceReader}, as the reporter is told of it. */
final class LogicalScope {
    private static final CharacterFilter UNCHANGED = text -> text;
    private static final boolean HAS_PROVIDER = hasProvider();

    private LogicalScope() {}

    /** Throws IllegalStateException for a group that is not Flink's. */
    static String of(MetricGroup group) {
        return HAS_PROVIDER ? Provided.scopeOf(group) : ofProxy(group);
    }

    /** Flink 1.13 has the method, but no interface of its API for it ({@code FrontMetricGroup} of its runtime). */
    static String ofProxy(MetricGroup group) {
        try {
            return (String) group.getClass()
                    .getMethod("getLogicalScope", CharacterFilter.class, char.class)
                    .invoke(group, UNCHANGED, '.');
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("no logical scope: " + group.getClass().getName(), e);
        }
    }

    private static boolean hasProvider() {
        try {
            Class.forName("org.apache.flink.metrics.LogicalScopeProvider", false, MetricGroup.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** Apart, so that the interface is looked for only where it is. */
    private static final class Provided {
        private static String scopeOf(MetricGroup group) {
            return LogicalScopeProvider.castFrom(group).getLogicalScope(UNCHANGED, '.');
        }
    }
}
