package io.tidewatch.flink.common;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the sender's thread does: builds the producer, warms it up, hands the records over one by one. A record leaves the
 * queue only when the producer has taken it. A producer that failed for good (a refused password ends an idempotent producer)
 * is built again.
 */
final class SenderLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(SenderLoop.class);

    /** How often an idle sender looks into the queue. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** A broker that is back is noticed within the first; a refused password is tried no more often than the second. */
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LONGEST_REBUILD_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int LAST_DOUBLING = 10;

    private final SenderSettings settings;
    private final ProducerFactory producers;
    private final RecordQueue queue;
    private final AtomicLong inFlight = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicBoolean inTrouble = new AtomicBoolean();
    private volatile String lastError;
    /** {@code System.nanoTime()} at which the loop must have ended; set before {@link #finishing}. */
    private volatile long deadlineNanos;
    private volatile boolean finishing;
    /** The producer said on its own thread that it will not recover. */
    private volatile boolean producerIsLost;

    // What follows belongs to the sender's thread.
    private Thread thread;
    private Producer<byte[], byte[]> producer;
    private RuntimeException refusal;
    private int failuresInARow;
    private long sentBeforeFailures;

    SenderLoop(SenderSettings settings, ProducerFactory producers, RecordQueue queue) {
        this.settings = settings;
        this.producers = producers;
        this.queue = queue;
    }

    long inFlight() {
        return inFlight.get();
    }

    long sent() {
        return sent.get();
    }

    long failed() {
        return failed.get();
    }

    Optional<String> lastError() {
        return Optional.ofNullable(lastError);
    }

    /** Ends the loop as soon as the queue is empty, or when the limit is over. */
    void finishWithin(Duration limit) {
        deadlineNanos = System.nanoTime() + limit.toNanos();
        finishing = true;
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            while (!isOver()) {
                step();
            }
        } catch (InterruptException e) {
            // Closing ran out of time; the interrupt is not for those who come after.
            Thread.interrupted();
        } finally {
            closeProducer(Duration.ofNanos(finishing ? Math.max(0, remainingNanos()) : 0));
        }
    }

    private boolean isOver() {
        return finishing && (remainingNanos() <= 0 || queue.peek() == null);
    }

    private long remainingNanos() {
        return deadlineNanos - System.nanoTime();
    }

    private void step() {
        try {
            if (producer == null) {
                build();
            }
            QueuedRecord next = queue.peek();
            if (producerIsLost) {
                heldUp(true);
            } else if (next == null) {
                pause(LOOK_NANOS);
            } else {
                handOver(next);
                queue.remove();
            }
        } catch (InterruptException e) {
            goOnUnlessFinishing(e);
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            // Thrown on, an error would reach the JVM's default handler, which Flink may have told to end the process.
            note(e);
            if (isFaultOfRecord(e)) {
                queue.remove();
                failed.incrementAndGet();
            } else {
                heldUp(producer == null || isFinal(e));
            }
        }
    }

    private void build() {
        producerIsLost = false;
        producer = producers.create(settings.producer());
        // Fetches the topic's metadata, so that the first record does not wait for it.
        producer.partitionsFor(settings.topic());
    }

    /** Gives a record to the producer; throws what kept the producer from taking it. */
    private void handOver(QueuedRecord next) {
        refusal = null;
        boolean isTaken = false;
        inFlight.incrementAndGet();
        try {
            producer.send(
                    new ProducerRecord<>(settings.topic(), null, next.timestampMs(), next.key(), next.value()),
                    this::completed);
            if (refusal != null) {
                throw refusal;
            }
            isTaken = true;
        } finally {
            if (!isTaken) {
                inFlight.decrementAndGet();
            }
        }
    }

    /** Called on the producer's thread, or within {@code send} on this one when the producer did not take the record. */
    private void completed(RecordMetadata metadata, Exception error) {
        if (error == null) {
            inFlight.decrementAndGet();
            sent.incrementAndGet();
            if (inTrouble.get() && inTrouble.compareAndSet(true, false)) {
                LOG.info("Kafka takes records for {} again", settings.topic());
            }
        } else if (Thread.currentThread() == thread) {
            refusal = error instanceof RuntimeException ? (RuntimeException) error : new KafkaException(error);
        } else {
            inFlight.decrementAndGet();
            failed.incrementAndGet();
            note(error);
            producerIsLost |= isFinal(error) && !isFaultOfRecord(error);
        }
    }

    /** The producer takes nothing now: what is queued waits, longer each time until a record gets through. */
    private void heldUp(boolean rebuild) {
        if (rebuild) {
            closeProducer(Duration.ZERO);
        }
        if (sent.get() > sentBeforeFailures) {
            failuresInARow = 0;
        }
        sentBeforeFailures = sent.get();
        long longest = rebuild ? LONGEST_REBUILD_PAUSE_NANOS : LONGEST_PAUSE_NANOS;
        try {
            pause(Math.min(longest, FIRST_PAUSE_NANOS << Math.min(failuresInARow, LAST_DOUBLING)));
        } catch (InterruptException e) {
            goOnUnlessFinishing(e);
        }
        failuresInARow++;
    }

    private void pause(long nanos) {
        LockSupport.parkNanos(finishing ? Math.min(nanos, remainingNanos()) : nanos);
        if (Thread.interrupted()) {
            throw new InterruptException("interrupted while waiting");
        }
    }

    /** Only closing may end the loop: an interrupt from elsewhere is not meant for it. */
    private void goOnUnlessFinishing(InterruptException e) {
        Thread.interrupted();
        if (finishing) {
            throw e;
        }
    }

    private void closeProducer(Duration limit) {
        Producer<byte[], byte[]> old = producer;
        producer = null;
        if (old == null) {
            return;
        }
        try {
            old.close(limit);
        } catch (RuntimeException e) {
            note(e);
        }
    }

    /** Keeps the message; logs the first of a row. */
    private void note(Throwable e) {
        lastError = e.toString();
        if (inTrouble.compareAndSet(false, true)) {
            LOG.warn("Kafka does not take records for {}, they are kept and tried again: {}", settings.topic(), lastError);
        }
    }

    private static boolean isFinal(Throwable e) {
        return !(e instanceof RetriableException);
    }

    private static boolean isFaultOfRecord(Throwable e) {
        return e instanceof RecordTooLargeException
                || e instanceof RecordBatchTooLargeException
                || e instanceof InvalidTimestampException
                || e instanceof InvalidRecordException;
    }
}
