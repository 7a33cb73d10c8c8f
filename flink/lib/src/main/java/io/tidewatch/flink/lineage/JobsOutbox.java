package io.tidewatch.flink.lineage;

import io.tidewatch.flink.common.RecordSender;
import io.tidewatch.flink.jobs.JobRecord;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where listeners put their records: made on Flink's I/O executor, sent by a thread of its own. Flink makes a listener for every job and
 * never closes one, so all of a process with equal settings share an outbox; it is emptied when the process ends, which
 * for a submitting client is right after the submission.
 */
final class JobsOutbox {
    private static final Logger LOG = LoggerFactory.getLogger(JobsOutbox.class);
    private static final Duration LAST_RECORDS = Duration.ofSeconds(2);
    private static final Duration LAST_FLUSH = Duration.ofSeconds(3);
    private static final Map<ListenerSettings, JobsOutbox> SHARED = new ConcurrentHashMap<>();

    private final Sink sink;
    /** One party for the outbox and one for every record being made. */
    private final Phaser pending = new Phaser(1);
    private final AtomicBoolean failureIsLogged = new AtomicBoolean();

    JobsOutbox(Sink sink) {
        this.sink = sink;
    }

    /** The outbox of these settings, started when there is none yet. Throws IllegalArgumentException for settings that are no good. */
    static JobsOutbox shared(ListenerSettings settings) {
        return SHARED.computeIfAbsent(settings, JobsOutbox::start);
    }

    private static JobsOutbox start(ListenerSettings settings) {
        RecordSender sender = new RecordSender(settings.sender());
        JobsOutbox outbox = new JobsOutbox(record -> sender.offer(record.key(), record.value(), record.ts()));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            outbox.awaitPending(LAST_RECORDS);
            sender.close(LAST_FLUSH);
        }, "tidewatch-jobs-flush"));
        return outbox;
    }

    /** Has the record made on the executor and sent. Never blocks, never throws; the first failure is logged. */
    void submit(Executor executor, Supplier<JobRecord> record) {
        pending.register();
        try {
            executor.execute(() -> {
                try {
                    if (!sink.offer(record.get())) {
                        failed("the queue to Kafka is full", null);
                    }
                } catch (RuntimeException | LinkageError | StackOverflowError e) {
                    failed("the event could not be read", e);
                } finally {
                    pending.arriveAndDeregister();
                }
            });
        } catch (RuntimeException e) {
            pending.arriveAndDeregister();
            failed("Flink's I/O executor takes no more work", e);
        }
    }

    /** Waits until every record submitted before is with the sink. */
    void awaitPending(Duration limit) {
        try {
            pending.awaitAdvanceInterruptibly(pending.arrive(), limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("The process ends before all job events could be read");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void failed(String reason, Throwable e) {
        if (failureIsLogged.compareAndSet(false, true)) {
            LOG.warn("A job event is not reported, and others may not be: {}", reason, e);
        }
    }

    /** Takes records without waiting. */
    @FunctionalInterface
    interface Sink {
        /** False when the record was dropped. */
        boolean offer(JobRecord record);
    }
}
