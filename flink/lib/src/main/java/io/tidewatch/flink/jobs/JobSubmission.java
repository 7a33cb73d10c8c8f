package io.tidewatch.flink.jobs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is known of a job when it is submitted; all but its name may be missing. Made by {@link #named}. */
public final class JobSubmission {
    private final Builder said;

    private JobSubmission(Builder said) {
        this.said = said;
    }

    /** A submission of the job that Flink will call so ({@code pipeline.name}). */
    public static Builder named(String jobName) {
        return new Builder(jobName);
    }

    public String jobName() {
        return said.jobName;
    }

    public String jobId() {
        return said.jobId;
    }

    public String appId() {
        return said.appId;
    }

    public String owner() {
        return said.owner;
    }

    public String sql() {
        return said.sql;
    }

    public String session() {
        return said.session;
    }

    public Map<String, String> properties() {
        return said.properties;
    }

    public List<String> reads() {
        return said.reads;
    }

    public List<String> writes() {
        return said.writes;
    }

    /** Null counts as missing everywhere. */
    public static final class Builder {
        private final String jobName;
        private final Map<String, String> properties = new LinkedHashMap<>();
        private final List<String> reads = new ArrayList<>();
        private final List<String> writes = new ArrayList<>();
        private String jobId = "";
        private String appId = "";
        private String owner = "";
        private String sql = "";
        private String session = "";

        private Builder(String jobName) {
            if (jobName == null || jobName.isEmpty()) {
                throw new IllegalArgumentException("a job needs a name");
            }
            this.jobName = jobName;
        }

        /** Flink's id, 32 hex digits. */
        public Builder jobId(String id) {
            jobId = orEmpty(id);
            return this;
        }

        /** The YARN application. */
        public Builder appId(String id) {
            appId = orEmpty(id);
            return this;
        }

        public Builder owner(String name) {
            owner = orEmpty(name);
            return this;
        }

        /** The whole script, table definitions included; secrets in it are masked before it leaves the process. */
        public Builder sql(String script) {
            sql = orEmpty(script);
            return this;
        }

        /** {@code catalog.database} the SQL runs in. */
        public Builder session(String catalogAndDatabase) {
            session = orEmpty(catalogAndDatabase);
            return this;
        }

        public Builder property(String name, String value) {
            properties.put(name, orEmpty(value));
            return this;
        }

        /** Dataset ids ({@code kafka://host:9092/topic}) a job without SQL reads. */
        public Builder reads(List<String> ids) {
            reads.addAll(ids);
            return this;
        }

        /** Dataset ids a job without SQL writes. */
        public Builder writes(List<String> ids) {
            writes.addAll(ids);
            return this;
        }

        public JobSubmission build() {
            return new JobSubmission(this);
        }

        private static String orEmpty(String text) {
            return text == null ? "" : text;
        }
    }
}
