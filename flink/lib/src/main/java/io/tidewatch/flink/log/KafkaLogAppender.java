package io.tidewatch.flink.log;

import io.tidewatch.flink.common.ByteSize;
import io.tidewatch.flink.common.ProcessIdentity;
import io.tidewatch.flink.common.SenderSettings;
import io.tidewatch.flink.kafka.ProducerProperties;
import io.tidewatch.flink.redact.Redaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Core;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.config.plugins.Plugin;
import org.apache.logging.log4j.core.config.plugins.PluginBuilderAttribute;
import org.apache.logging.log4j.core.config.plugins.PluginBuilderFactory;
import org.apache.logging.log4j.core.config.plugins.validation.constraints.Required;

/**
 * Log4j2 appender {@code TidewatchKafka}: each event is one record of the topic, its stack trace inside. Logging threads never wait for
 * Kafka; what a full queue refuses is counted, and told in a record of its own. Settings: {@link Builder}.
 */
@Plugin(name = "TidewatchKafka", category = Core.CATEGORY_NAME, elementType = Appender.ELEMENT_TYPE, printObject = true)
public final class KafkaLogAppender extends AbstractAppender {
    private static final String PRODUCER_PREFIX = "kafka.";
    /** Few large requests: each costs the process as much as hundreds of lines. A second later is soon enough for a log line. */
    private static final Map<String, String> PRODUCER_DEFAULTS = new HashMap<>();

    static {
        PRODUCER_DEFAULTS.put("linger.ms", "1000");
        PRODUCER_DEFAULTS.put("batch.size", "524288");
    }

    /** Of the process: what was learnt outlives a changed configuration. */
    private static final LineJobs JOBS = LineJobs.areNeeded() ? new LineJobs() : null;

    private final SenderSettings settings;
    private final long maxBytes;
    private final Duration flushLimit;
    private final LogRecordWriter writer;
    /** Lines of a process stay in order: they go to one partition. */
    private final byte[] key;
    private volatile LogSender sender;

    private KafkaLogAppender(Builder<?> builder, ProcessIdentity process) {
        super(builder.getName(), builder.getFilter(), null, builder.isIgnoreExceptions(), builder.getPropertyArray());
        this.settings = builder.settings();
        this.maxBytes = ByteSize.parse(builder.maxMemory);
        this.flushLimit = Duration.ofMillis(builder.flushTimeoutMs);
        this.writer = new LogRecordWriter(process, new Redaction(builder.redact, builder.redactRecords), JOBS);
        String container = process.containerId();
        this.key = (container.isEmpty() ? process.host() + ":" + process.pid() : container).getBytes(StandardCharsets.UTF_8);
    }

    @PluginBuilderFactory
    public static <B extends Builder<B>> B newBuilder() {
        return new Builder<B>().asBuilder();
    }

    @Override
    public void start() {
        sender = LogSender.acquire(settings, maxBytes, flushLimit);
        super.start();
    }

    @Override
    public void append(LogEvent event) {
        LogSender current = sender;
        if (current == null || current.isOwnThread(event.getThreadName())) {
            return;
        }
        long ts = event.getTimeMillis();
        boolean isTaken = current.offer(key, writer.write(event), ts);
        long lost = isTaken ? current.lostToReport(ts) : 0;
        if (lost > 0) {
            current.offerReport(key, report(current, ts, lost), ts, lost);
        }
    }

    @Override
    public boolean stop(long timeout, TimeUnit unit) {
        setStopping();
        boolean stopped = super.stop(timeout, unit, false);
        LogSender current = sender;
        sender = null;
        if (current != null) {
            stopped &= current.stop(timeout, unit);
        }
        setStopped();
        return stopped;
    }

    /** Counters of the appender; null while it is not started. */
    public LogAppenderMXBean counters() {
        return sender;
    }

    private byte[] report(LogSender current, long ts, long lost) {
        String error = current.getLastError();
        String text = lost + " log events were dropped on their way to Kafka" + (error.isEmpty() ? "" : "; last error: " + error);
        return writer.write(ts, "WARN", KafkaLogAppender.class.getName(), text);
    }

    /** Attributes of the appender; producer properties are nested {@code Property} elements named {@code kafka.…}. */
    public static final class Builder<B extends Builder<B>> extends AbstractAppender.Builder<B>
            implements org.apache.logging.log4j.core.util.Builder<KafkaLogAppender> {
        @PluginBuilderAttribute
        private String topic = "tidewatch.logs";

        @PluginBuilderAttribute
        @Required(message = "bootstrapServers: where Kafka is, host:port")
        private String bootstrapServers;

        /** Limit of what waits for Kafka, the client's own buffers included. */
        @PluginBuilderAttribute
        private String maxMemory = "8 MB";

        /** Masks secrets. */
        @PluginBuilderAttribute
        private boolean redact = true;

        /** Masks the records that deserialisation errors quote. */
        @PluginBuilderAttribute
        private boolean redactRecords = true;

        /** How long stopping may wait for what is queued. */
        @PluginBuilderAttribute
        private long flushTimeoutMs = 2000;

        /** Null, with the reason in Log4j's status log, when a setting is no good: a process runs without this appender then. */
        @Override
        public KafkaLogAppender build() {
            try {
                return new KafkaLogAppender(this, ProcessIdentity.current());
            } catch (IllegalArgumentException e) {
                LOGGER.error("Appender {} is not used: {}", getName(), e.getMessage());
                return null;
            }
        }

        public B setTopic(String name) {
            topic = name;
            return asBuilder();
        }

        public B setBootstrapServers(String servers) {
            bootstrapServers = servers;
            return asBuilder();
        }

        public B setMaxMemory(String size) {
            maxMemory = size;
            return asBuilder();
        }

        public B setRedact(boolean on) {
            redact = on;
            return asBuilder();
        }

        public B setRedactRecords(boolean on) {
            redactRecords = on;
            return asBuilder();
        }

        public B setFlushTimeoutMs(long limitMs) {
            flushTimeoutMs = limitMs;
            return asBuilder();
        }

        private SenderSettings settings() {
            Map<String, String> properties = new HashMap<>();
            for (Property property : getPropertyArray() == null ? Property.EMPTY_ARRAY : getPropertyArray()) {
                if (!property.getName().startsWith(PRODUCER_PREFIX)) {
                    throw new IllegalArgumentException("property " + property.getName() + ": expected kafka.<producer property>");
                }
                properties.put(property.getName(), property.getValue());
            }
            Map<String, String> producer = new HashMap<>(PRODUCER_DEFAULTS);
            producer.putAll(ProducerProperties.withPrefix(PRODUCER_PREFIX, properties));
            producer.put("bootstrap.servers", bootstrapServers);
            return new SenderSettings("tidewatch-logs", topic, producer, ByteSize.parse(maxMemory));
        }
    }
}
