package io.tidewatch.flink.testing;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * Submits a SQL file to the session cluster of {@code FLINK_CONF_DIR} as one job and prints its id, as the SQL client would, whose
 * own requirements are far larger. Calls only what Flink 1.14 to 2.x have alike. Usage: {@code SubmitSql --file job.sql --name JOB}.
 */
public final class SubmitSql {
    private SubmitSql() {}

    /**
     * @param args {@code --file FILE --name JOB}
     * @throws Exception whatever Flink has to say against the statements; the process then exits with 1
     */
    public static void main(String[] args) throws Exception {
        List<SqlScript.Statement> script = SqlScript.parse(Files.readString(Path.of(option(args, "--file"))));
        TableEnvironment tables = environment(option(args, "--name"));
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
        System.out.println(inserts.execute().getJobClient().orElseThrow().getJobID());
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

    private static String option(String[] args, String name) {
        int at = Arrays.asList(args).indexOf(name);
        if (at < 0 || at + 1 >= args.length) {
            throw new IllegalArgumentException("usage: SubmitSql --file FILE --name JOB");
        }
        return args[at + 1];
    }
}
