package io.tidewatch.flink.log;

/** What a log appender did since it was started; JMX name {@code io.tidewatch:type=LogAppender,id=…}. */
public interface LogAppenderMXBean {
    /** Records the broker has acknowledged. */
    long getSent();

    /** Events refused because the queue was full, or left when the appender was closed. */
    long getDropped();

    /** Records the Kafka client took and could not deliver. */
    long getFailed();

    /** Bytes waiting in front of the Kafka client. */
    long getQueuedBytes();

    /** What went wrong last; empty when nothing did. */
    String getLastError();
}
