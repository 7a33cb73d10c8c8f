package io.tidewatch.flink.log;

import io.tidewatch.flink.common.JsonWriter;
import io.tidewatch.flink.common.ProcessIdentity;
import io.tidewatch.flink.redact.BoundedText;
import io.tidewatch.flink.redact.Redaction;
import io.tidewatch.flink.redact.StackTrace;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.util.ReadOnlyStringMap;

/**
 * A log event as one record of the daemon's native shape ({@code tidewatch.logs}): UTF-8 JSON without line ends, masked and bounded so
 * that the daemon stores the very bytes. Fields without a value are left out. Runs on the logging thread; its buffers are that thread's own.
 */
final class LogRecordWriter {
    /** Kafka takes records up to 1 MiB, its own framing included. */
    static final int MAX_BYTES = 1_000_000;
    /** UTF-16 units; most events are far below. */
    static final int MAX_MESSAGE = 65_536;
    static final int MAX_STACK = 131_072;
    static final int MAX_EXCEPTION_MESSAGE = 16_384;
    /** The daemon's limits of short texts and of the number of MDC entries. */
    static final int MAX_TEXT = 1024;
    static final int MAX_MDC = 64;
    /** What Flink itself calls it, from 1.20 on. */
    private static final String JOB_ID = "flink-job-id";
    /** In the worst case a unit is six bytes; a fourth of each limit then fits. */
    private static final int SHRINK = 4;

    private static final byte[] TS = JsonWriter.quoted("ts");
    private static final byte[] LEVEL = JsonWriter.quoted("level");
    private static final byte[] LOGGER = JsonWriter.quoted("logger");
    private static final byte[] THREAD = JsonWriter.quoted("thread");
    private static final byte[] MESSAGE = JsonWriter.quoted("message");
    private static final byte[] EXCEPTION = JsonWriter.quoted("exception");
    private static final byte[] CLASS = JsonWriter.quoted("class");
    private static final byte[] STACK = JsonWriter.quoted("stack");
    private static final byte[] ROOT = JsonWriter.quoted("root");
    private static final byte[] MDC = JsonWriter.quoted("mdc");

    private final ThreadLocal<Buffers> buffers = ThreadLocal.withInitial(Buffers::new);
    private final Redaction redaction;
    private final LineJobs jobs;
    /** Members that are the same in every record. */
    private final byte[] identity;

    /** @param jobs tells the job of a line that does not carry it; null where Flink does so itself */
    LogRecordWriter(ProcessIdentity process, Redaction redaction, LineJobs jobs) {
        this.redaction = redaction;
        this.jobs = jobs;
        this.identity = identityOf(process);
    }

    byte[] write(LogEvent event) {
        String message = event.getMessage().getFormattedMessage();
        ReadOnlyStringMap mdc = event.getContextData();
        return write(
                event.getTimeMillis(),
                event.getLevel().name(),
                event.getLoggerName(),
                event.getThreadName(),
                message,
                event.getThrown(),
                mdc,
                jobs == null || mdc.containsKey(JOB_ID) ? null : jobs.of(event.getLoggerName(), event.getThreadName(), message));
    }

    /** A record of the appender itself. */
    byte[] write(long ts, String level, String logger, String message) {
        return write(ts, level, logger, Thread.currentThread().getName(), message, null, null, null);
    }

    private byte[] write(
            long ts,
            String level,
            String logger,
            String thread,
            String message,
            Throwable thrown,
            ReadOnlyStringMap mdc,
            String jobId) {
        Buffers own = buffers.get();
        for (int shrink = 1; ; shrink *= SHRINK) {
            JsonWriter json = own.json.reset().beginObject();
            json.name(TS).value(ts).name(LEVEL).value(level);
            text(json, LOGGER, logger);
            text(json, THREAD, thread);
            json.name(MESSAGE).value(cut(redaction.text(message == null ? "" : message), MAX_MESSAGE / shrink));
            if (thrown != null) {
                exception(json, own.text, thrown, shrink);
            }
            if (jobId != null || mdc != null && !mdc.isEmpty()) {
                mdc(json, mdc, jobId, shrink);
            }
            if (identity.length > 0) {
                json.raw(identity);
            }
            json.endObject();
            if (json.size() <= MAX_BYTES || shrink > SHRINK) {
                return json.toByteArray();
            }
        }
    }

    private void exception(JsonWriter json, BoundedText text, Throwable thrown, int shrink) {
        Throwable root = StackTrace.root(thrown);
        json.name(EXCEPTION).beginObject();
        json.name(CLASS).value(cut(StackTrace.className(thrown), MAX_TEXT));
        json.name(MESSAGE).value(cut(redaction.text(StackTrace.message(thrown)), MAX_EXCEPTION_MESSAGE / shrink));
        StackTrace.print(thrown, text.reset(MAX_STACK / shrink), redaction);
        json.name(STACK).value(text.get());
        if (root != thrown) {
            text(json, ROOT, StackTrace.className(root));
        }
        json.endObject();
    }

    private void mdc(JsonWriter json, ReadOnlyStringMap mdc, String jobId, int shrink) {
        json.name(MDC).beginObject();
        int[] room = {MAX_MDC / shrink};
        if (jobId != null) {
            json.name(JOB_ID).value(jobId);
            room[0]--;
        }
        mdc.<Object>forEach((name, value) -> {
            if (value != null && room[0]-- > 0) {
                String shown = redaction.setting(name, value.toString());
                json.name(cut(name, MAX_TEXT)).value(cut(shown, MAX_TEXT));
            }
        });
        json.endObject();
    }

    private static void text(JsonWriter json, byte[] name, String value) {
        if (value != null && !value.isEmpty()) {
            json.name(name).value(cut(value, MAX_TEXT));
        }
    }

    private static String cut(String text, int units) {
        return BoundedText.cut(text, units);
    }

    private static byte[] identityOf(ProcessIdentity process) {
        JsonWriter json = new JsonWriter(256);
        member(json, "job_name", process.jobName());
        member(json, "owner", process.jobOwner());
        member(json, "cluster", process.cluster());
        member(json, "app_id", process.appId());
        member(json, "container_id", process.containerId());
        member(json, "host", process.host());
        member(json, "role", process.role());
        member(json, "pid", Long.toString(process.pid()));
        return json.toByteArray();
    }

    private static void member(JsonWriter json, String name, String value) {
        text(json, JsonWriter.quoted(name), value);
    }

    private static final class Buffers {
        private final JsonWriter json = new JsonWriter(1024);
        private final BoundedText text = new BoundedText();
    }
}
