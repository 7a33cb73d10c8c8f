package io.tidewatch.flink.log;

import io.tidewatch.flink.common.RecordSender;
import io.tidewatch.flink.common.SenderSettings;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.logging.log4j.core.appender.AbstractManager;

/**
 * The way to Kafka of all appenders with equal settings. Log4j counts who uses it, so it outlives a reconfiguration with what it
 * has queued, and ends with its last appender, which flushes.
 */
final class LogSender extends AbstractManager implements LogAppenderMXBean {
    /** How often lost events are told of at most. */
    static final long REPORT_EVERY_MS = 10_000;

    private final RecordSender records;
    private final String ownThread;
    private final String networkThread;
    private final Duration flushLimit;
    private final ObjectName bean;
    private final AtomicLong reportedLost = new AtomicLong();
    private final AtomicLong lostReports = new AtomicLong();
    private final AtomicLong nextReportMs = new AtomicLong();

    private LogSender(String id, Settings settings) {
        super(null, id);
        this.records = new RecordSender(settings.sender);
        this.ownThread = settings.sender.clientId();
        this.networkThread = "kafka-producer-network-thread | " + ownThread;
        this.flushLimit = settings.flushLimit;
        this.bean = register(id.substring(id.indexOf(' ') + 1));
    }

    /** The sender of these settings, started when nobody uses one yet; to be given back by {@link #stop(long, TimeUnit)}. */
    static LogSender acquire(SenderSettings sender, long maxBytes, Duration flushLimit) {
        // Names are shown in Log4j's status log and settings hold passwords.
        String text = sender.topic() + ' ' + flushLimit + ' ' + maxBytes + ' ' + new TreeMap<>(sender.producer());
        String id = "TidewatchKafka " + UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
        return getManager(id, LogSender::new, new Settings(sender, flushLimit));
    }

    /** True on the threads of this sender and its producer: what they log must not come back here. */
    boolean isOwnThread(String name) {
        return ownThread.equals(name) || networkThread.equals(name);
    }

    /** Queues a record; never blocks. False when it was dropped, which is counted. */
    boolean offer(byte[] key, byte[] record, long ts) {
        return records.offer(key, record, ts);
    }

    /** As {@link #offer}, for the record that tells of lost events: it is not one of them. */
    void offerReport(byte[] key, byte[] record, long ts, long lost) {
        if (!records.offer(key, record, ts)) {
            lostReports.incrementAndGet();
            reportedLost.addAndGet(-lost);
        }
    }

    /** How many events were lost since it was last told; 0 when none were or when that was a short time ago. */
    long lostToReport(long nowMs) {
        long lost = getDropped() + getFailed();
        long reported = reportedLost.get();
        long due = nextReportMs.get();
        if (lost <= reported || nowMs < due || !nextReportMs.compareAndSet(due, nowMs + REPORT_EVERY_MS)) {
            return 0;
        }
        reportedLost.addAndGet(lost - reported);
        return lost - reported;
    }

    @Override
    public long getSent() {
        return records.sent();
    }

    @Override
    public long getDropped() {
        return records.dropped() - lostReports.get();
    }

    @Override
    public long getFailed() {
        return records.failed();
    }

    @Override
    public long getQueuedBytes() {
        return records.queuedBytes();
    }

    @Override
    public String getLastError() {
        return records.lastError().orElse("");
    }

    @Override
    protected boolean releaseSub(long timeout, TimeUnit unit) {
        long before = getDropped();
        records.close(flushLimit);
        long left = getDropped() - before;
        if (left > 0) {
            LOGGER.warn("{} log events were not sent within {} ms", left, flushLimit.toMillis());
        }
        unregister();
        return left == 0;
    }

    private ObjectName register(String id) {
        try {
            ObjectName name = new ObjectName("io.tidewatch:type=LogAppender,id=" + id);
            ManagementFactory.getPlatformMBeanServer().registerMBean(this, name);
            return name;
        } catch (JMException e) {
            LOGGER.warn("The log appender's counters are not available by JMX", e);
            return null;
        }
    }

    private void unregister() {
        if (bean == null) {
            return;
        }
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(bean);
        } catch (JMException e) {
            LOGGER.debug("The log appender's counters were gone already", e);
        }
    }

    private static final class Settings {
        private final SenderSettings sender;
        private final Duration flushLimit;

        Settings(SenderSettings sender, Duration flushLimit) {
            this.sender = sender;
            this.flushLimit = flushLimit;
        }
    }
}
