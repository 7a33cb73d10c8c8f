package io.tidewatch.flink.jobs;

import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Command line of {@link JobsClient}. */
final class JobsOptions {
    static final String USAGE = "usage: JobsClient --sql FILE --name JOB [--owner OWNER] [--session CATALOG.DATABASE] [--job-id ID]"
            + " [--app-id ID] [--property KEY=VALUE]... (--url http://HOST:8686 |"
            + " --brokers HOST:9092 [--topic tidewatch.jobs] [--kafka PRODUCER.PROPERTY=VALUE]...)";

    private static final Set<String> NAMES =
            new HashSet<>(Arrays.asList("sql", "name", "owner", "session", "job-id", "app-id", "brokers", "topic", "url"));

    private final Map<String, String> given;
    private final Map<String, String> properties;
    private final Map<String, String> producer;

    private JobsOptions(Map<String, String> given, Map<String, String> properties, Map<String, String> producer) {
        this.given = given;
        this.properties = properties;
        this.producer = producer;
    }

    /** Throws IllegalArgumentException, saying what is wrong. */
    static JobsOptions parse(String... args) {
        JobsOptions options = new JobsOptions(new HashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        for (int i = 0; i < args.length; i += 2) {
            String name = args[i].startsWith("--") ? args[i].substring(2) : "";
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + ": value missing");
            }
            options.take(name, args[i], args[i + 1]);
        }
        options.check();
        return options;
    }

    Path sqlFile() {
        return Paths.get(given.get("sql"));
    }

    String jobName() {
        return given.get("name");
    }

    JobSubmission submission(String sql) {
        JobSubmission.Builder job = JobSubmission.named(jobName())
                .sql(sql)
                .owner(given.get("owner"))
                .session(given.get("session"))
                .jobId(given.get("job-id"))
                .appId(given.get("app-id"));
        properties.forEach(job::property);
        return job.build();
    }

    JobsClient connect() {
        return given.containsKey("url")
                ? JobsClient.toDaemon(given.get("url"))
                : JobsClient.toKafka(given.get("brokers"), topic(), producer);
    }

    /** Where records go, for people; without credentials. */
    String target() {
        return given.containsKey("url")
                ? given.get("url").replaceAll("//[^/]*@", "//")
                : topic() + " at " + given.get("brokers");
    }

    private String topic() {
        return given.getOrDefault("topic", "tidewatch.jobs");
    }

    private void take(String name, String written, String value) {
        if (name.equals("property")) {
            pair(written, value, properties);
        } else if (name.equals("kafka")) {
            pair(written, value, producer);
        } else if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("unknown option " + written);
        } else if (given.put(name, value) != null) {
            throw new IllegalArgumentException(written + ": given twice");
        }
    }

    private static void pair(String written, String value, Map<String, String> pairs) {
        int equals = value.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException(written + ": expected KEY=VALUE, not " + value);
        }
        pairs.put(value.substring(0, equals), value.substring(equals + 1));
    }

    private void check() {
        for (String name : new String[] {"sql", "name"}) {
            if (given.getOrDefault(name, "").isEmpty()) {
                throw new IllegalArgumentException("--" + name + " is missing");
            }
        }
        if (given.containsKey("url") == given.containsKey("brokers")) {
            throw new IllegalArgumentException("either --url or --brokers says where the record goes");
        }
    }
}
