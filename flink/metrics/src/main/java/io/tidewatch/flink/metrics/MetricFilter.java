package io.tidewatch.flink.metrics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which metrics are reported: those of the default list and of {@code include}, without those of {@code exclude}. */
final class MetricFilter {
    private final Patterns included;
    private final Patterns excluded;

    /** Each list holds full names and globs over {@code <logical scope>.<metric>}. */
    MetricFilter(Collection<String> defaults, Collection<String> include, Collection<String> exclude) {
        List<String> both = new ArrayList<>(defaults);
        both.addAll(include);
        this.included = new Patterns(both);
        this.excluded = new Patterns(exclude);
    }

    boolean keeps(String logicalScope, String metric) {
        String name = logicalScope + '.' + metric;
        return included.match(name) && !excluded.match(name);
    }

    private static final class Patterns {
        private final Set<String> names = new HashSet<>();
        private final List<Glob> globs = new ArrayList<>();

        Patterns(Collection<String> patterns) {
            for (String pattern : patterns) {
                if (Glob.isGlob(pattern)) {
                    globs.add(new Glob(pattern));
                } else {
                    names.add(pattern);
                }
            }
        }

        boolean match(String name) {
            if (names.contains(name)) {
                return true;
            }
            for (Glob glob : globs) {
                if (glob.matches(name)) {
                    return true;
                }
            }
            return false;
        }
    }
}
