package io.tidewatch.flink.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecordSenderTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final SenderSettings SETTINGS =
            new SenderSettings("tidewatch-test", "topic", Map.of(), SenderSettings.MIN_BYTES);

    @Test
    void sendsRecordsInOrderWithKeyAndTime() throws InterruptedException {
        FakeProducer producer = new FakeProducer(2);
        RecordSender sender = new RecordSender(SETTINGS, properties -> producer);
        assertTrue(sender.offer("k".getBytes(), "one".getBytes(), 42));
        assertTrue(sender.offer(null, "two".getBytes(), 43));
        assertTrue(producer.awaitRecords());
        sender.close(SOON);

        ProducerRecord<byte[], byte[]> first = producer.history().get(0);
        assertEquals("topic", first.topic());
        assertEquals("k", new String(first.key()));
        assertEquals(42, first.timestamp());
        assertEquals(List.of("one", "two"), producer.taken);
        assertEquals(2, sender.sent());
        assertEquals(0, sender.queuedBytes());
    }

    @Test
    void aFrozenBrokerCostsNoRecordBelowTheLimitAndHoldsNobodyUp() throws InterruptedException {
        FakeProducer producer = new FakeProducer(1).freeze();
        RecordSender sender = new RecordSender(SETTINGS, properties -> producer);
        byte[] value = new byte[100_000];
        // this thread would hang here if a caller were held up
        int accepted = 0;
        while (sender.offer(null, value, accepted)) {
            accepted++;
        }
        assertEquals(10, accepted);
        assertFalse(sender.offer(null, value, 0));
        assertEquals(2, sender.dropped());
        assertTrue(sender.queuedBytes() <= SETTINGS.queueBytes());

        producer.called.await();
        producer.thaw();
        sender.close(SOON);
        assertEquals(accepted, sender.sent());
        assertEquals(2, sender.dropped());
    }

    @Test
    void aRecordThatTheProducerDoesNotTakeIsOfferedToItAgain() throws InterruptedException {
        FakeProducer producer = new FakeProducer(2);
        producer.refusals.add(new TimeoutException("no metadata"));
        RecordSender sender = new RecordSender(SETTINGS, properties -> producer);
        sender.offer(null, "one".getBytes(), 1);
        sender.offer(null, "two".getBytes(), 2);
        assertTrue(producer.awaitRecords());
        sender.close(SOON);
        assertEquals(List.of("one", "two"), producer.taken);
        assertEquals(0, sender.failed());
        assertEquals(0, sender.inFlight());
        assertTrue(sender.lastError().orElseThrow().contains("no metadata"));
    }

    @Test
    void aRefusedPasswordMakesANewProducerAndLosesNothing() throws InterruptedException {
        FakeProducer refused = new FakeProducer(1);
        refused.refusals.add(new SaslAuthenticationException("wrong password"));
        FakeProducer fine = new FakeProducer(1);
        List<FakeProducer> producers = List.of(refused, fine);
        AtomicInteger made = new AtomicInteger();
        RecordSender sender = new RecordSender(SETTINGS, properties -> producers.get(made.getAndIncrement()));
        sender.offer(null, "kept".getBytes(), 1);
        assertTrue(fine.awaitRecords());
        sender.close(SOON);
        assertTrue(refused.closed());
        assertEquals(List.of("kept"), fine.taken);
        assertEquals(1, sender.sent());
    }

    @Test
    void aProducerThatEndsOnItsOwnThreadIsReplacedToo() throws InterruptedException {
        FakeProducer lost = new FakeProducer(1);
        lost.losses.add(new SaslAuthenticationException("revoked"));
        FakeProducer fine = new FakeProducer(1);
        List<FakeProducer> producers = List.of(lost, fine);
        AtomicInteger made = new AtomicInteger();
        RecordSender sender = new RecordSender(SETTINGS, properties -> producers.get(made.getAndIncrement()));
        sender.offer(null, "lost".getBytes(), 1);
        sender.offer(null, "kept".getBytes(), 2);
        assertTrue(fine.awaitRecords());
        sender.close(SOON);
        assertEquals(List.of("kept"), fine.taken);
        assertEquals(1, sender.failed());
        assertEquals(0, sender.inFlight());
    }

    @Test
    void aProducerThatCannotBeMadeYetIsMadeLater() throws InterruptedException {
        FakeProducer producer = new FakeProducer(1);
        AtomicInteger attempts = new AtomicInteger();
        RecordSender sender =
                new RecordSender(
                        SETTINGS,
                        properties -> {
                            if (attempts.getAndIncrement() == 0) {
                                throw new KafkaException("no resolvable bootstrap urls");
                            }
                            return producer;
                        });
        sender.offer(null, "kept".getBytes(), 1);
        assertTrue(producer.awaitRecords());
        sender.close(SOON);
        assertEquals(1, sender.sent());
    }

    @Test
    void aRecordTooLargeForTheBrokerHoldsNoOtherUp() throws InterruptedException {
        FakeProducer producer = new FakeProducer(1);
        producer.refusals.add(new RecordTooLargeException("2 MB"));
        RecordSender sender = new RecordSender(SETTINGS, properties -> producer);
        sender.offer(null, "large".getBytes(), 1);
        sender.offer(null, "small".getBytes(), 2);
        assertTrue(producer.awaitRecords());
        sender.close(SOON);
        assertEquals(List.of("small"), producer.taken);
        assertEquals(1, sender.failed());
    }

    @Test
    void closingSendsWhatIsQueued() {
        FakeProducer producer = new FakeProducer(1);
        RecordSender sender = new RecordSender(SETTINGS, properties -> producer);
        for (int i = 0; i < 1000; i++) {
            sender.offer(null, "x".getBytes(), i);
        }
        sender.close(SOON);
        assertEquals(1000, sender.sent());
        assertTrue(producer.closed());
        assertFalse(sender.offer(null, "late".getBytes(), 0));
        assertEquals(1, sender.dropped());
    }

    @Test
    void closingWithAFrozenBrokerGivesUpAndCountsWhatIsLeft() throws InterruptedException {
        FakeProducer producer = new FakeProducer(1).freeze();
        RecordSender sender = new RecordSender(SETTINGS, properties -> producer);
        sender.offer(null, "one".getBytes(), 1);
        sender.offer(null, "two".getBytes(), 2);
        producer.called.await();
        sender.close(Duration.ofMillis(50));
        assertEquals(0, sender.sent());
        assertEquals(2, sender.dropped());
        assertEquals(0, sender.queuedBytes());
        assertTrue(producer.closed());
    }

    @Test
    void theProducerIsMadeWithTheClassLoaderOfTheJar() throws InterruptedException {
        AtomicReference<ClassLoader> seen = new AtomicReference<>();
        AtomicReference<String> thread = new AtomicReference<>();
        FakeProducer producer = new FakeProducer(1);
        RecordSender sender =
                new RecordSender(
                        SETTINGS,
                        properties -> {
                            seen.set(Thread.currentThread().getContextClassLoader());
                            thread.set(Thread.currentThread().getName());
                            return producer;
                        });
        sender.offer(null, "x".getBytes(), 1);
        assertTrue(producer.awaitRecords());
        sender.close(SOON);
        assertSame(RecordSender.class.getClassLoader(), seen.get());
        assertEquals("tidewatch-test", thread.get());
    }
}
