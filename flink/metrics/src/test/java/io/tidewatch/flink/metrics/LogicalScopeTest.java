package io.tidewatch.flink.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.flink.metrics.CharacterFilter;
import org.apache.flink.metrics.LogicalScopeProvider;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class LogicalScopeTest {
    @Test
    void isWhatFlinkSaysByItsInterface() {
        assertEquals("taskmanager.job.task", LogicalScope.of(new Provider()));
    }

    @Test
    void isTheSameWhereFlinkHasOnlyTheMethod() {
        assertEquals("taskmanager.job.task", LogicalScope.ofProxy(new Proxy()));
    }

    @Test
    void isRefusedForAGroupThatHasNone() {
        assertThrows(IllegalStateException.class, () -> LogicalScope.of(new UnregisteredMetricsGroup()));
        assertThrows(IllegalStateException.class, () -> LogicalScope.ofProxy(new UnregisteredMetricsGroup()));
    }

    /** As the group that Flink 1.13 hands to reporters. */
    public static class Proxy extends UnregisteredMetricsGroup {
        public String getLogicalScope(CharacterFilter filter, char delimiter) {
            return filter.filterCharacters("taskmanager") + delimiter + "job" + delimiter + "task";
        }
    }

    private static final class Provider extends Proxy implements LogicalScopeProvider {
        @Override
        public String getLogicalScope(CharacterFilter filter) {
            return getLogicalScope(filter, '.');
        }

        @Override
        public MetricGroup getWrappedMetricGroup() {
            return this;
        }
    }
}
