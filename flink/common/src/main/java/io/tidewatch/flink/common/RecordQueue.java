package io.tidewatch.flink.common;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Records that wait, bounded by their bytes. Any thread offers, one thread takes; nobody waits. */
final class RecordQueue {
    private final Queue<QueuedRecord> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final long limit;

    RecordQueue(long limit) {
        this.limit = limit;
    }

    /** What became of a record that was offered. */
    enum Offer {
        DROPPED,
        QUEUED,
        /** Queued, and with it the queue became more than half full. */
        QUEUED_PAST_HALF
    }

    Offer offer(QueuedRecord next) {
        long after = bytes.addAndGet(next.bytes());
        if (after > limit) {
            bytes.addAndGet(-next.bytes());
            drop();
            return Offer.DROPPED;
        }
        queue.add(next);
        boolean wasBelowHalf = after - next.bytes() <= limit / 2;
        return wasBelowHalf && after > limit / 2 ? Offer.QUEUED_PAST_HALF : Offer.QUEUED;
    }

    /** The oldest record, which stays and counts until it is removed; null when there is none. */
    QueuedRecord peek() {
        return queue.peek();
    }

    /** Removes the oldest record; false when there is none. */
    boolean remove() {
        QueuedRecord oldest = queue.poll();
        if (oldest != null) {
            bytes.addAndGet(-oldest.bytes());
        }
        return oldest != null;
    }

    /** Drops everything that waits. */
    void clear() {
        while (remove()) {
            drop();
        }
    }

    /** Counts a record that was not taken. */
    void drop() {
        dropped.incrementAndGet();
    }

    long bytes() {
        return bytes.get();
    }

    long dropped() {
        return dropped.get();
    }
}
