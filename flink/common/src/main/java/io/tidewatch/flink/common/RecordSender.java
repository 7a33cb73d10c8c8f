package io.tidewatch.flink.common;

import io.tidewatch.flink.common.RecordQueue.Offer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The way to Kafka for threads that must not wait: {@link #offer} puts a record into a queue bounded by bytes, a daemon thread
 * hands it to a producer that only this thread knows. Whatever the broker does (away, frozen, slow, refusing the password),
 * callers never wait; records accepted below the limit stay until the broker is back, as long as the producer's
 * {@code delivery.timeout.ms} (five minutes) is not over for those it already holds. Thread-safe.
 */
public final class RecordSender {
    /** Beyond its limit {@link #close} waits this long for the thread to notice that it was interrupted. */
    private static final Duration INTERRUPT_GRACE = Duration.ofMillis(250);

    private final RecordQueue queue;
    private final SenderLoop loop;
    private final Thread thread;
    private volatile boolean closed;

    /** Starts the sender; it connects in the background. */
    public RecordSender(SenderSettings settings) {
        this(
                settings,
                properties -> new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    /** The same with producers of one's own making. */
    public RecordSender(SenderSettings settings, ProducerFactory producers) {
        this.queue = new RecordQueue(settings.queueBytes());
        this.loop = new SenderLoop(settings, producers, queue);
        this.thread = new Thread(loop, settings.clientId());
        thread.setDaemon(true);
        // Kafka finds its classes by the context class loader, and the producer's own thread inherits it.
        thread.setContextClassLoader(RecordSender.class.getClassLoader());
        thread.start();
    }

    /**
     * Queues a record; never blocks, whatever the broker does. The arrays belong to the sender from now on.
     *
     * @param key may be null
     * @param timestampMs epoch milliseconds of the record
     * @return false when the queue is full or closed: the record is dropped and counted
     */
    public boolean offer(byte[] key, byte[] value, long timestampMs) {
        if (closed) {
            queue.drop();
            return false;
        }
        Offer offer = queue.offer(new QueuedRecord(key, value, timestampMs));
        // The sender looks by itself ten times a second; waking it for each record would cost callers more than the record.
        if (offer == Offer.QUEUED_PAST_HALF) {
            LockSupport.unpark(thread);
        }
        return offer != Offer.DROPPED;
    }

    /** Bytes in the queue, not yet with the Kafka client. */
    public long queuedBytes() {
        return queue.bytes();
    }

    /** Records with the Kafka client, of which it is not known yet what became of them. */
    public long inFlight() {
        return loop.inFlight();
    }

    /** Records the broker has acknowledged. */
    public long sent() {
        return loop.sent();
    }

    /** Records refused by {@link #offer}, and records still queued when {@link #close} gave up. */
    public long dropped() {
        return queue.dropped();
    }

    /** Records that the Kafka client took and could not deliver, or that were too large for it. */
    public long failed() {
        return loop.failed();
    }

    /** What went wrong last. */
    public Optional<String> lastError() {
        return loop.lastError();
    }

    /** Sends what is queued, within the limit, then ends the thread. Records that do not make it are counted. */
    public void close(Duration limit) {
        closed = true;
        loop.finishWithin(limit);
        LockSupport.unpark(thread);
        try {
            TimeUnit.NANOSECONDS.timedJoin(thread, limit.toNanos());
            if (thread.isAlive()) {
                thread.interrupt();
                TimeUnit.NANOSECONDS.timedJoin(thread, INTERRUPT_GRACE.toNanos());
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
        queue.clear();
    }
}
