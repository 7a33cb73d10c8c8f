package io.tidewatch.flink.testing;

import java.io.IOException;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;

/** {@code slow_copy(x)}: gives {@code x}, and takes as long for it as {@link Slowness} says; in the task of the source, as any projection. */
public final class SlowCopy extends ScalarFunction {
    private static final long serialVersionUID = 1L;

    private transient Slowness slowness;

    @Override
    public void open(FunctionContext context) {
        slowness = Slowness.ofProcess();
    }

    // The planner must not evaluate it once for all records.
    @Override
    public boolean isDeterministic() {
        return false;
    }

    /**
     * @param x any number
     * @return the same
     * @throws IOException when the file cannot be read
     * @throws InterruptedException when the task is cancelled meanwhile
     */
    public Long eval(Long x) throws IOException, InterruptedException {
        slowness.await();
        return x;
    }
}
