package io.tidewatch.flink.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidewatch.flink.common.ProcessIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricTreeTest {
    private final MetricTree tree = new MetricTree(100);

    @Test
    void whatIsRemovedFreesItsGroupAndRecord() {
        SimpleCounter first = new SimpleCounter();
        SimpleCounter second = new SimpleCounter();
        tree.add(first, "a", task(0));
        tree.add(second, "b", task(0));
        tree.add(first, "a", task(1));
        assertEquals(2, tree.scopes().size());

        tree.remove(first, "a", task(1));
        assertEquals(1, tree.scopes().size());
        tree.remove(first, "a", task(0));
        tree.remove(second, "b", task(0));
        assertEquals(0, tree.scopes().size());
        assertEquals(0, tree.size());
    }

    @Test
    void theOldRunOfAMetricGoesWithoutTakingTheNewOneAlong() {
        SimpleCounter old = new SimpleCounter();
        SimpleCounter current = new SimpleCounter();
        tree.add(old, "a", task(0));
        tree.add(current, "a", task(0));
        assertEquals(1, tree.size());
        tree.remove(old, "a", task(0));
        assertEquals(1, tree.size());
        tree.remove(current, "a", task(0));
        assertEquals(0, tree.size());
    }

    @Test
    void removingWhatWasNeverTakenIsHarmless() {
        tree.remove(new SimpleCounter(), "a", task(0));
        tree.add(new SimpleCounter(), "a", task(0));
        tree.remove(new SimpleCounter(), "b", task(0));
        assertEquals(1, tree.size());
    }

    @Test
    void whatExceedsTheLimitIsRefusedAndCounted() {
        List<SimpleCounter> counters = new ArrayList<>();
        for (int i = 0; i < 103; i++) {
            counters.add(new SimpleCounter());
            tree.add(counters.get(i), "m" + i, task(i % 7));
        }
        assertEquals(100, tree.size());
        assertEquals(3, tree.refused());
        tree.remove(counters.get(0), "m0", task(0));
        tree.add(counters.get(102), "m102", task(102 % 7));
        assertEquals(100, tree.size());
    }

    @Test
    void aSlowGaugeHoldsNobodyUpWhoRegistersMetrics() throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Gauge<Long> slow =
                () -> {
                    reading.countDown();
                    await(go);
                    return 1L;
                };
        tree.add(slow, "slow", task(0));
        Thread report = new Thread(() -> writeAll(new ArrayList<>()));
        report.start();
        reading.await();
        // this thread would hang here if the report held a lock
        SimpleCounter counter = new SimpleCounter();
        tree.add(counter, "a", task(0));
        tree.remove(counter, "a", task(0));
        go.countDown();
        report.join();
        assertEquals(1, tree.size());
    }

    @Test
    void tasksMayComeAndGoDuringReports() throws InterruptedException {
        SimpleCounter steady = new SimpleCounter();
        tree.add(steady, "steady", task(0));
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread tasks =
                new Thread(
                        () -> {
                            for (int i = 0; i < 20_000; i++) {
                                SimpleCounter counter = new SimpleCounter();
                                tree.add(counter, "m" + i % 3, task(i % 5));
                                tree.remove(counter, "m" + i % 3, task(i % 5));
                            }
                            done.set(true);
                        });
        tasks.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
        tasks.start();
        int reports = 0;
        while (!done.get() || reports == 0) {
            List<String> records = new ArrayList<>();
            writeAll(records);
            assertTrue(records.get(0).contains("\"steady\":0"), "report " + reports);
            reports++;
        }
        tasks.join();
        assertEquals(null, failure.get());
        assertEquals(1, tree.size());
    }

    private void writeAll(List<String> records) {
        RecordWriter writer =
                new RecordWriter(
                        ProcessIdentity.of(Map.of(), "", 1),
                        RecordWriter.MAX_BYTES,
                        (key, value) -> records.add(new String(value)));
        tree.scopes().forEach(scope -> writer.write(scope, 0));
    }

    private static MetricScope task(int subtask) {
        return new MetricScope(
                "taskmanager.job.task", Map.of("<tm_id>", "tm-1", "<job_id>", "j1", "<subtask_index>", "" + subtask));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
