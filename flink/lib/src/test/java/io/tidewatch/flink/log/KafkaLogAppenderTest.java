package io.tidewatch.flink.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.ObjectName;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.properties.PropertiesConfigurationFactory;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The appender as Log4j configures it, with a broker that never answers: it takes connections and says nothing. */
class KafkaLogAppenderTest {
    private static final long TS = 1_795_255_880_238L;

    private ServerSocket silentBroker;
    private LoggerContext context;

    @BeforeEach
    void startContext() throws IOException {
        silentBroker = new ServerSocket(0);
        context = new LoggerContext("test");
    }

    @AfterEach
    void stopContext() throws IOException, InterruptedException {
        context.stop(5, TimeUnit.SECONDS);
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("tidewatch-logs")) {
                assertTrue(endsSoon(thread), () -> "still in " + Arrays.toString(thread.getStackTrace()));
            }
        }
        silentBroker.close();
    }

    @Test
    void isFoundByItsPluginNameAndTakesAllItsSettings() {
        KafkaLogAppender appender = configure(
                "appender.tidewatch.topic = my.logs",
                "appender.tidewatch.maxMemory = 16 MB",
                "appender.tidewatch.redact = false",
                "appender.tidewatch.redactRecords = false",
                "appender.tidewatch.p1.type = Property",
                "appender.tidewatch.p1.name = kafka.compression.type",
                "appender.tidewatch.p1.value = gzip");

        assertNotNull(appender);
        assertTrue(appender.isStarted());
    }

    @Test
    void takesEventsWithoutWaitingForABrokerThatIsSilent() throws InterruptedException {
        KafkaLogAppender appender = configure();
        CountDownLatch done = new CountDownLatch(1);
        Thread logging = new Thread(() -> {
            for (int i = 0; i < 100; i++) {
                context.getLogger("a.B").info("line {}", i);
            }
            done.countDown();
        });

        logging.start();

        assertTrue(done.await(10, TimeUnit.SECONDS), "the logging thread waits");
        assertEquals(0, appender.counters().getDropped());
        assertEquals(0, appender.counters().getSent());
    }

    @Test
    void countsWhatAFullQueueRefusesAndTellsOfItNowAndThen() {
        KafkaLogAppender appender = configure("appender.tidewatch.maxMemory = 2 MB");
        fill(appender, TS);
        long dropped = appender.counters().getDropped();
        long lineAndReport = queued(appender, TS + 1);
        fill(appender, TS + 2);
        long lineSoonAfter = queued(appender, TS + 3);
        long lineAndReportLater = queued(appender, TS + 3 + LogSender.REPORT_EVERY_MS);
        long lineWithoutNews = queued(appender, TS + 4 + 2 * LogSender.REPORT_EVERY_MS);

        assertTrue(dropped > 50 && dropped < 100, dropped + " dropped");
        assertTrue(lineAndReport > lineSoonAfter, lineAndReport + " bytes");
        assertTrue(lineAndReportLater > lineSoonAfter, lineAndReportLater + " bytes");
        assertEquals(lineSoonAfter, lineWithoutNews);
    }

    @Test
    void ignoresItsOwnThreadsAndNoOthers() {
        KafkaLogAppender appender = configure();
        appender.append(event("tidewatch-logs", "own sender"));
        appender.append(event("kafka-producer-network-thread | tidewatch-logs", "own producer"));
        long own = appender.counters().getQueuedBytes();
        appender.append(event("kafka-producer-network-thread | producer-1", "a job's producer"));

        assertEquals(0, own);
        assertTrue(appender.counters().getQueuedBytes() > 0);
    }

    @Test
    void keepsItsQueueAndItsThreadThroughAReconfiguration() {
        KafkaLogAppender before = configure();
        Thread thread = onlySenderThread();
        for (int i = 0; i < 1000; i++) {
            before.append(event("t", "line " + i));
        }
        LogAppenderMXBean counters = before.counters();

        KafkaLogAppender after = configure("appender.tidewatch.redact = false");

        assertFalse(before.isStarted());
        assertSame(counters, after.counters());
        assertSame(thread, onlySenderThread());
        assertEquals(0, counters.getDropped());
    }

    @Test
    void startsAnotherSenderForOtherSettingsAndEndsTheOldOne() throws InterruptedException {
        KafkaLogAppender before = configure();
        LogAppenderMXBean counters = before.counters();
        Thread oldThread = onlySenderThread();

        KafkaLogAppender after = configure("appender.tidewatch.topic = other");

        assertNull(before.counters());
        assertNotSame(counters, after.counters());
        assertTrue(endsSoon(oldThread));
    }

    @Test
    void stopsWithinItsLimitAndCountsWhatIsLeft() throws InterruptedException {
        KafkaLogAppender appender = configure();
        appender.append(event("t", "line"));
        LogAppenderMXBean counters = appender.counters();
        Thread thread = onlySenderThread();

        context.stop(5, TimeUnit.SECONDS);

        assertTrue(endsSoon(thread));
        assertEquals(1, counters.getDropped() + counters.getFailed());
    }

    @Test
    void showsItsCountersByJmx() throws Exception {
        configure();

        var found = ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("io.tidewatch:type=LogAppender,*"), null);

        assertEquals(1, found.size());
        Object dropped = ManagementFactory.getPlatformMBeanServer().getAttribute(found.iterator().next(), "Dropped");
        assertEquals(0L, dropped);
    }

    @Test
    void isLeftOutWhenASettingIsNoGood() {
        assertNull(configure("appender.tidewatch.maxMemory = plenty"));
        assertNull(configure(
                "appender.tidewatch.p1.type = Property", "appender.tidewatch.p1.name = acks", "appender.tidewatch.p1.value = 1"));
    }

    private KafkaLogAppender configure(String... settings) {
        String text = String.join(
                "\n",
                "rootLogger.level = info",
                "rootLogger.appenderRef.tidewatch.ref = Tidewatch",
                "appender.tidewatch.type = TidewatchKafka",
                "appender.tidewatch.name = Tidewatch",
                "appender.tidewatch.bootstrapServers = 127.0.0.1:" + silentBroker.getLocalPort(),
                "appender.tidewatch.flushTimeoutMs = 50",
                // A producer that waits for its first answer cannot be ended before this.
                "appender.tidewatch.p0.type = Property",
                "appender.tidewatch.p0.name = kafka.request.timeout.ms",
                "appender.tidewatch.p0.value = 200",
                String.join("\n", settings));
        try {
            ConfigurationSource source =
                    new ConfigurationSource(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
            context.start(new PropertiesConfigurationFactory().getConfiguration(context, source));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return context.getConfiguration().getAppender("Tidewatch");
    }

    /** More large events than fit; small ones still do. */
    private static void fill(KafkaLogAppender appender, long ts) {
        String large = "x".repeat(60_000);
        for (int i = 0; i < 100; i++) {
            appender.append(event("t", large, ts));
        }
    }

    /** By how much one small event lets the queue grow. */
    private static long queued(KafkaLogAppender appender, long ts) {
        long before = appender.counters().getQueuedBytes();
        appender.append(event("t", "small", ts));
        return appender.counters().getQueuedBytes() - before;
    }

    private static LogEvent event(String thread, String message) {
        return event(thread, message, TS);
    }

    private static LogEvent event(String thread, String message, long ts) {
        return Log4jLogEvent.newBuilder()
                .setLoggerName("a.B")
                .setLevel(Level.INFO)
                .setThreadName(thread)
                .setTimeMillis(ts)
                .setMessage(new SimpleMessage(message))
                .build();
    }

    /** The thread of the one sender there is; those of earlier ones have ended. */
    private static Thread onlySenderThread() {
        List<Thread> alive = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("tidewatch-logs"))
                .collect(Collectors.toList());
        assertEquals(1, alive.size());
        return alive.get(0);
    }

    private static boolean endsSoon(Thread thread) throws InterruptedException {
        thread.join(10_000);
        return !thread.isAlive();
    }
}
