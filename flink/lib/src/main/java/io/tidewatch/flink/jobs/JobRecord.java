package io.tidewatch.flink.jobs;

import io.tidewatch.flink.common.JsonWriter;
import io.tidewatch.flink.redact.BoundedText;
import io.tidewatch.flink.redact.Redaction;
import io.tidewatch.flink.redact.Secrets;
import io.tidewatch.flink.redact.StackTrace;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Records of the jobs stream ({@code tidewatch.jobs}): a submitted job with what it reads and writes, and changes of its status. */
public final class JobRecord {
    /** UTF-16 units of a failure's trace. */
    static final int MAX_EXCEPTION = 32_768;

    private final byte[] key;
    private final byte[] value;
    private final long ts;

    private JobRecord(String jobName, long ts, JsonWriter json) {
        this.key = jobName.getBytes(StandardCharsets.UTF_8);
        this.value = json.toByteArray();
        this.ts = ts;
    }

    /** The record of a submission made at {@code ts} (epoch milliseconds). */
    public static JobRecord submitted(JobSubmission job, long ts) {
        JsonWriter json = begin("job", ts);
        json.name("job_name").value(job.jobName());
        text(json, "job_id", job.jobId());
        text(json, "app_id", job.appId());
        text(json, "owner", job.owner());
        text(json, "session", job.session());
        text(json, "sql", Secrets.mask(job.sql()));
        if (!job.properties().isEmpty()) {
            properties(json, job.properties());
        }
        ids(json, "reads", job.reads());
        ids(json, "writes", job.writes());
        return new JobRecord(job.jobName(), ts, json.endObject());
    }

    /**
     * The record of a change of status, seen at {@code ts} (epoch milliseconds).
     *
     * @param previous may be empty
     * @param cause what made the job fail or restart; may be null
     */
    public static JobRecord status(String jobId, String jobName, String status, String previous, Throwable cause, long ts) {
        JsonWriter json = begin("job_status", ts);
        json.name("job_id").value(jobId).name("job_name").value(jobName).name("status").value(status);
        text(json, "previous", previous);
        if (cause != null) {
            BoundedText trace = new BoundedText().reset(MAX_EXCEPTION);
            StackTrace.print(cause, trace, Redaction.ALL);
            json.name("exception").value(trace.get());
        }
        return new JobRecord(jobName, ts, json.endObject());
    }

    /** The job's name: all records of a job are in one partition. */
    public byte[] key() {
        return key;
    }

    public byte[] value() {
        return value;
    }

    public long ts() {
        return ts;
    }

    private static JsonWriter begin(String type, long ts) {
        return new JsonWriter(512).beginObject().name("type").value(type).name("ts").value(ts);
    }

    private static void text(JsonWriter json, String name, String value) {
        if (!value.isEmpty()) {
            json.name(name).value(value);
        }
    }

    private static void properties(JsonWriter json, Map<String, String> properties) {
        json.name("properties").beginObject();
        properties.forEach((name, value) -> json.name(name).value(Redaction.ALL.setting(name, value)));
        json.endObject();
    }

    private static void ids(JsonWriter json, String name, List<String> ids) {
        if (ids.isEmpty()) {
            return;
        }
        json.name(name).beginArray();
        ids.forEach(json::value);
        json.endArray();
    }
}
