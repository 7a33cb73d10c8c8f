package io.tidewatch.flink.testing;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * Submits SQL files to the session cluster of {@code FLINK_CONF_DIR}, each as one job, and prints their ids line by line, as the SQL
 * client would, whose own requirements are far larger. Calls only what Flink 1.14 to 2.x have alike. Usage:
 * {@code SubmitSql JOB=job.sql …}.
 */
public final class SubmitSql {
    private SubmitSql() {}

    /**
     * @param args {@code JOB=FILE}, one or more
     * @throws Exception whatever Flink has to say against the statements; the process then exits with 1 and submits nothing more
     */
    public static void main(String[] args) throws Exception {
        if (args.length == 0 || Arrays.stream(args).anyMatch(job -> job.indexOf('=') < 1)) {
            throw new IllegalArgumentException("usage: SubmitSql JOB=FILE [JOB=FILE ...]");
        }
        for (String job : args) {
            int at = job.indexOf('=');
            System.out.println(submit(job.substring(0, at), Path.of(job.substring(at + 1))));
        }
    }

    private static JobID submit(String name, Path file) throws Exception {
        List<SqlScript.Statement> script = SqlScript.parse(Files.readString(file));
        TableEnvironment tables = environment(name);
        StatementSet inserts = tables.createStatementSet();
        for (SqlScript.Statement statement : script) {
            switch (statement.kind()) {
                case SET:
                    tables.getConfig().addConfiguration(Configuration.fromMap(Map.of(statement.key(), statement.value())));
                    break;
                case INSERT:
                    inserts.addInsertSql(statement.text());
                    break;
                default:
                    tables.executeSql(statement.text());
            }
        }
        return inserts.execute().getJobClient().orElseThrow().getJobID();
    }

    private static TableEnvironment environment(String name) throws URISyntaxException {
        Configuration configuration = GlobalConfiguration.loadConfiguration();
        configuration.set(DeploymentOptions.TARGET, "remote");
        configuration.set(DeploymentOptions.ATTACHED, false);
        configuration.set(PipelineOptions.NAME, name);
        // the functions of the script are found by name on the TaskManagers too
        File jar = new File(SubmitSql.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        configuration.set(PipelineOptions.JARS, List.of(jar.toURI().toString()));
        // made by hand: what Flink makes itself outside of `flink run` is a cluster of its own in this process (before 1.19)
        TableEnvironment tables = StreamTableEnvironment.create(new StreamExecutionEnvironment(configuration));
        tables.getConfig().addConfiguration(configuration);
        return tables;
    }
}
