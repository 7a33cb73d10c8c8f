package io.tidewatch.flink.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.functions.FunctionContext;

/**
 * {@code slow_count(x)}: counts, and waits at each record for as many microseconds as the file named by the TaskManager's variable
 * {@code TIDEWATCH_TEST_SLOW} says; no file, no wait. As an aggregate it runs behind the shuffle, so that slowness is felt by the
 * source as back-pressure. A change of the file is seen within 100 ms.
 */
public final class SlowCount extends AggregateFunction<Long, SlowCount.Count> {
    private static final long serialVersionUID = 1L;
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private transient Path file;
    private transient long lookAt;
    private transient long waitNanos;

    /** The state of one group. */
    public static final class Count {
        public long records;
    }

    @Override
    public void open(FunctionContext context) {
        String path = System.getenv("TIDEWATCH_TEST_SLOW");
        file = path == null ? null : Path.of(path);
        lookAt = System.nanoTime();
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
     */
    public void accumulate(Count count, String x) throws IOException {
        long now = System.nanoTime();
        if (file != null && now - lookAt >= 0) {
            lookAt = now + LOOK_EVERY_NANOS;
            waitNanos = TimeUnit.MICROSECONDS.toNanos(microseconds());
        }
        if (waitNanos > 0) {
            LockSupport.parkNanos(waitNanos);
        }
        count.records++;
    }

    private long microseconds() throws IOException {
        try {
            String text = Files.readString(file).trim();
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NoSuchFileException absent) {
            return 0;
        }
    }
}
