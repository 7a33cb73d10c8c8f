package io.tidewatch.flink.jobs;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Map;

/**
 * Tells tidewatch of submitted jobs and their status where no lineage listener does: Flink 1.20, jobs whose SQL only the submitting
 * side knows. For programs, and on the command line:
 *
 * <pre>java -cp tidewatch-flink-lib-0.1.0.jar io.tidewatch.flink.jobs.JobsClient --sql job.sql --name my_job --url http://tidewatch:8686</pre>
 */
public final class JobsClient implements AutoCloseable {
    static final int SENT = 0;
    static final int NOT_SENT = 1;
    static final int WRONG_USE = 2;

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final JobsTarget target;

    private JobsClient(JobsTarget target) {
        this.target = target;
    }

    /**
     * A client that writes to a topic. Needs slf4j on the class path, as Flink's {@code lib/} has it.
     *
     * @param producer further producer properties, security for instance
     * @throws IllegalArgumentException for settings the Kafka client refuses
     */
    public static JobsClient toKafka(String brokers, String topic, Map<String, String> producer) {
        return new JobsClient(new KafkaTarget(brokers, topic, producer, LIMIT));
    }

    /**
     * A client that posts to a daemon, {@code http://host:8686}, with {@code user:password@} before the host where it wants a login.
     *
     * @throws IllegalArgumentException for an address that is none
     */
    public static JobsClient toDaemon(String url) {
        return new JobsClient(new DaemonTarget(url, LIMIT));
    }

    /** Returns when the record is taken; throws, after 30 seconds at most, when it is not. */
    public void submitted(JobSubmission job) throws IOException {
        target.send(JobRecord.submitted(job, System.currentTimeMillis()));
    }

    /**
     * Reports Flink's status of a job, {@code RUNNING} for instance; see {@link #submitted}.
     *
     * @param cause what made it fail; may be null
     */
    public void status(String jobId, String jobName, String status, Throwable cause) throws IOException {
        target.send(JobRecord.status(jobId, jobName, status, "", cause, System.currentTimeMillis()));
    }

    @Override
    public void close() {
        target.close();
    }

    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    /** Exit code 0: taken; 1: not taken; 2: wrong use. */
    static int run(String[] args, PrintStream out, PrintStream err) {
        try {
            JobsOptions options = JobsOptions.parse(args);
            String sql = new String(Files.readAllBytes(options.sqlFile()), StandardCharsets.UTF_8);
            try (JobsClient client = options.connect()) {
                client.submitted(options.submission(sql));
            }
            out.println("reported job " + options.jobName() + " to " + options.target());
            return SENT;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            err.println(JobsOptions.USAGE);
            return WRONG_USE;
        } catch (NoSuchFileException e) {
            err.println("no such file: " + e.getFile());
            return WRONG_USE;
        } catch (NoClassDefFoundError e) {
            err.println("--brokers needs Flink's libraries: -cp 'tidewatch-flink-lib-0.1.0.jar:FLINK/lib/*'; missing: " + e.getMessage());
            return WRONG_USE;
        } catch (IOException e) {
            err.println(e.getMessage());
            return NOT_SENT;
        }
    }
}
