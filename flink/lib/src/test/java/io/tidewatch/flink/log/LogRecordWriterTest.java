package io.tidewatch.flink.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidewatch.flink.common.ProcessIdentity;
import io.tidewatch.flink.redact.Redaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.apache.logging.log4j.util.SortedArrayStringMap;
import org.junit.jupiter.api.Test;

class LogRecordWriterTest {
    private static final long TS = 1_795_255_880_238L;
    private static final String JOB = "188a0c8091072beeed28a044420881dd";
    private static final ProcessIdentity TASK_MANAGER = ProcessIdentity.of(
            Map.of(
                    "JOB_NAME", "cdo \"agg\"",
                    "JOB_OWNER", "zhang",
                    "FLINK_CLUSTER", "yarn-1",
                    "_APP_ID", "application_1_0042",
                    "CONTAINER_ID", "container_e01_0042_01_000002",
                    "TIDEWATCH_ROLE", "taskmanager"),
            "h1",
            4711);

    private final LogRecordWriter writer = new LogRecordWriter(TASK_MANAGER, Redaction.ALL, null);

    @Test
    void writesEveryFieldOfTheNativeShapeOnce() {
        Throwable thrown = new IOException("no \"go\"", trimmed(new IllegalStateException()));

        assertEquals(
                "{\"ts\":1795255880238,\"level\":\"WARN\",\"logger\":\"a.B\",\"thread\":\"Source (1/2)#0\",\"message\":\"it\\nbroke\","
                        + "\"exception\":{\"class\":\"java.io.IOException\",\"message\":\"no \\\"go\\\"\","
                        + "\"stack\":\"java.io.IOException: no \\\"go\\\"\\n\\tat a.B.c(D.java:7)\\n"
                        + "Caused by: java.lang.IllegalStateException\\n\\t... 1 more\","
                        + "\"root\":\"java.lang.IllegalStateException\"},"
                        + "\"mdc\":{\"flink-job-id\":\"98701d\"},"
                        + "\"job_name\":\"cdo \\\"agg\\\"\",\"owner\":\"zhang\",\"cluster\":\"yarn-1\",\"app_id\":\"application_1_0042\","
                        + "\"container_id\":\"container_e01_0042_01_000002\",\"host\":\"h1\",\"role\":\"taskmanager\",\"pid\":\"4711\"}",
                text(writer.write(event("it\nbroke", trimmed(thrown), Map.of("flink-job-id", "98701d")))));
    }

    @Test
    void givesALineTheJobThatFlinkDoesNot() {
        LineJobs jobs = new LineJobs();
        jobs.of("org.apache.flink.x", "main", "Establish JobManager connection for job " + JOB + ".");
        LogRecordWriter old = new LogRecordWriter(TASK_MANAGER, Redaction.ALL, jobs);
        String message = "Offer reserved slots to the leader of job " + JOB + ".";

        String told = text(old.write(Log4jLogEvent.newBuilder()
                .setLoggerName("org.apache.flink.x")
                .setMessage(new SimpleMessage(message))
                .build()));

        assertTrue(told.contains("\"mdc\":{\"flink-job-id\":\"" + JOB + "\"}"), told);
        assertFalse(text(old.write(event(message, null, Map.of("flink-job-id", "own")))).contains(JOB + "\"}"));
    }

    @Test
    void leavesOutWhatIsEmpty() {
        LogRecordWriter bare = new LogRecordWriter(ProcessIdentity.of(Map.of(), "", 1), Redaction.ALL, null);

        assertEquals(
                "{\"ts\":1795255880238,\"level\":\"WARN\",\"logger\":\"a.B\",\"thread\":\"Source (1/2)#0\",\"message\":\"\",\"pid\":\"1\"}",
                text(bare.write(event("", null, Map.of()))));
    }

    @Test
    void masksMessageTraceAndMdc() {
        Throwable thrown = new IOException("Failed to deserialize JSON '{\"imei\":\"u4834\"}'.");
        String record = text(writer.write(event("password=hunter2", thrown, Map.of("api-token", "t0k3n"))));

        assertTrue(record.contains("\"message\":\"password=<redacted>\""), record);
        assertTrue(record.contains("\"mdc\":{\"api-token\":\"<redacted>\"}"), record);
        assertFalse(record.contains("u4834"), record);
    }

    @Test
    void masksNothingWhenSwitchedOff() {
        LogRecordWriter open = new LogRecordWriter(TASK_MANAGER, new Redaction(false, false), null);
        Throwable thrown = new IOException("Failed to deserialize JSON 'u4834'.");
        String record = text(open.write(event("password=hunter2", thrown, Map.of("api-token", "t0k3n"))));

        assertTrue(record.contains("\"message\":\"password=hunter2\""), record);
        assertTrue(record.contains("\"api-token\":\"t0k3n\""), record);
        assertTrue(record.contains("JSON 'u4834'"), record);
    }

    @Test
    void cutsLongTextsAndSaysByHowMuch() {
        String record = text(writer.write(event("x".repeat(LogRecordWriter.MAX_MESSAGE + 1), null, Map.of("k", "v".repeat(2000)))));

        assertTrue(record.matches("(?s).*\"message\":\"x{65000,} … \\[\\d+ more]\".*"), record.substring(65_500));
        assertTrue(record.matches("(?s).*\"k\":\"v{990,} … \\[\\d+ more]\".*"), record.substring(65_500));
    }

    @Test
    void staysBelowOneMebibyteWhateverIsLogged() {
        String worst = "\u0001".repeat(1_000_000);
        Map<String, String> mdc = new LinkedHashMap<>();
        for (int i = 0; i < 200; i++) {
            mdc.put(i + worst.substring(0, 2000), worst);
        }

        byte[] record = writer.write(event(worst, new IOException(worst, new IOException(worst)), mdc));

        assertTrue(record.length <= LogRecordWriter.MAX_BYTES, record.length + " bytes");
        assertTrue(text(record).endsWith("\"pid\":\"4711\"}"));
    }

    @Test
    void writesCharactersBeyondTheBasicPlaneAndReplacesHalvesOfThem() {
        String record = text(writer.write(event("数据😀\ud83d", null, Map.of())));

        assertTrue(record.contains("\"message\":\"数据😀\ufffd\""), record);
    }

    @Test
    void usesItsBuffersAgainWithoutATraceOfTheLastEvent() {
        writer.write(event("long ".repeat(1000), new IOException(), Map.of("a", "b")));
        String first = text(writer.write(event("short", null, Map.of())));

        assertEquals(first, text(new LogRecordWriter(TASK_MANAGER, Redaction.ALL, null).write(event("short", null, Map.of()))));
    }

    private static LogEvent event(String message, Throwable thrown, Map<String, String> mdc) {
        return Log4jLogEvent.newBuilder()
                .setLoggerName("a.B")
                .setLevel(Level.WARN)
                .setThreadName("Source (1/2)#0")
                .setTimeMillis(TS)
                .setMessage(new SimpleMessage(message))
                .setThrown(thrown)
                .setContextData(new SortedArrayStringMap(mdc))
                .build();
    }

    private static Throwable trimmed(Throwable thrown) {
        thrown.setStackTrace(new StackTraceElement[] {new StackTraceElement("a.B", "c", "D.java", 7)});
        return thrown;
    }

    private static String text(byte[] record) {
        return new String(record, StandardCharsets.UTF_8);
    }
}
