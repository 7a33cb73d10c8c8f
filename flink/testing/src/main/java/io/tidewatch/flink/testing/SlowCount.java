package io.tidewatch.flink.testing;

import java.io.IOException;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.functions.FunctionContext;

/**
 * {@code slow_count(x)}: counts, and takes as long for each record as {@link Slowness} says. As an aggregate it runs behind the shuffle,
 * so that slowness is felt by the source as back-pressure.
 */
public final class SlowCount extends AggregateFunction<Long, SlowCount.Count> {
    private static final long serialVersionUID = 1L;

    private transient Slowness slowness;

    /** The state of one group. */
    public static final class Count {
        public long records;
    }

    @Override
    public void open(FunctionContext context) {
        slowness = Slowness.ofProcess();
    }

    @Override
    public Count createAccumulator() {
        return new Count();
    }

    @Override
    public Long getValue(Count count) {
        return count.records;
    }

    /**
     * @param count the group's state
     * @param x any value
     * @throws IOException when the file cannot be read
     * @throws InterruptedException when the task is cancelled meanwhile
     */
    public void accumulate(Count count, String x) throws IOException, InterruptedException {
        slowness.await();
        count.records++;
    }
}
