package io.tidewatch.flink.testing;

import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;

/**
 * {@code explode(x, attempt)}: gives {@code x} back, but throws when the task runs for the given time (0 = not restarted yet). A
 * record with attempt 0 thus fails its job exactly once, however often it is read again; null and -1 never throw.
 */
public final class Explode extends ScalarFunction {
    private static final long serialVersionUID = 1L;

    private transient long attempt;

    @Override
    public void open(FunctionContext context) {
        // the context of Flink 1.20 has no task info; the metric group of both knows
        attempt = Long.parseLong(context.getMetricGroup().getAllVariables().get("<task_attempt_num>"));
    }

    /**
     * @param x any value
     * @param failing attempt of the task in which this record fails
     */
    public String eval(String x, Long failing) {
        if (failing != null && failing == attempt) {
            throw fault(x);
        }
        return x;
    }

    /** An exception with a cause and a message of two lines, as those are hard to keep in one log event. */
    private static IllegalStateException fault(String x) {
        NumberFormatException cause = new NumberFormatException("For input string: \"not-a-number\"");
        return new IllegalStateException("Dirty record in explode:\n  seq of " + x.length() + " characters", cause);
    }

    @Override
    public boolean isDeterministic() {
        return false;
    }
}
