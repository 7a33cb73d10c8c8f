package io.tidewatch.flink.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How slow a function is to be, switched from outside: the file named by the TaskManager's variable {@code TIDEWATCH_TEST_SLOW} says how
 * many microseconds each record takes. No file, no wait; a negative number holds the record until the file says another. A change of the
 * file is seen within 100 ms.
 */
final class Slowness {
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path file;
    private long lookAt = System.nanoTime();
    private long micros;

    private Slowness(Path file) {
        this.file = file;
    }

    /** As the variable of this process says. */
    static Slowness ofProcess() {
        String path = System.getenv("TIDEWATCH_TEST_SLOW");
        return new Slowness(path == null ? null : Path.of(path));
    }

    /**
     * Waits as long as a record takes now.
     *
     * @throws IOException when the file cannot be read
     * @throws InterruptedException when the task is cancelled meanwhile
     */
    void await() throws IOException, InterruptedException {
        look();
        while (micros < 0) {
            Thread.sleep(TimeUnit.NANOSECONDS.toMillis(LOOK_EVERY_NANOS));
            look();
        }
        if (micros > 0) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros));
        }
    }

    private void look() throws IOException {
        long now = System.nanoTime();
        if (file == null || now - lookAt < 0) {
            return;
        }
        lookAt = now + LOOK_EVERY_NANOS;
        try {
            String text = Files.readString(file).trim();
            micros = text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NoSuchFileException absent) {
            micros = 0;
        }
    }
}
