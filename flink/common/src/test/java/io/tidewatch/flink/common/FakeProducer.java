package io.tidewatch.flink.common;

import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer whose broker acknowledges at once, refuses as told, or is frozen. */
final class FakeProducer extends MockProducer<byte[], byte[]> {
    /** What the next calls of {@code send} answer through the callback on the caller's thread, as Kafka's does. */
    final Deque<RuntimeException> refusals = new ConcurrentLinkedDeque<>();
    /** What the next records end with later, on the producer's thread. */
    final Deque<RuntimeException> losses = new ConcurrentLinkedDeque<>();
    final List<String> taken = new CopyOnWriteArrayList<>();
    final CountDownLatch called = new CountDownLatch(1);
    private final CountDownLatch expected;
    private volatile CountDownLatch thawed = new CountDownLatch(0);

    /** @param records how many must be taken before {@link #awaitRecords} returns */
    FakeProducer(int records) {
        super(true, new ByteArraySerializer(), new ByteArraySerializer());
        expected = new CountDownLatch(records);
    }

    /** From now on {@code send} hangs, as with a client whose buffer is full. */
    FakeProducer freeze() {
        thawed = new CountDownLatch(1);
        return this;
    }

    void thaw() {
        thawed.countDown();
    }

    boolean awaitRecords() throws InterruptedException {
        return expected.await(20, TimeUnit.SECONDS);
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        called.countDown();
        try {
            thawed.await();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        RuntimeException refusal = refusals.poll();
        if (refusal != null) {
            callback.onCompletion(null, refusal);
            return null;
        }
        RuntimeException loss = losses.poll();
        if (loss != null) {
            onOwnThread(() -> callback.onCompletion(null, loss));
            return null;
        }
        Future<RecordMetadata> sent = super.send(record, callback);
        taken.add(new String(record.value()));
        expected.countDown();
        return sent;
    }

    private static void onOwnThread(Runnable task) {
        Thread thread = new Thread(task);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
