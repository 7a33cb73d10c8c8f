package io.tidewatch.flink.lineage;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidewatch.flink.common.ProcessIdentity;
import io.tidewatch.flink.jobs.JobRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.DefaultJobExecutionStatusEvent;
import org.apache.flink.core.execution.JobStatusChangedEvent;
import org.apache.flink.core.execution.JobStatusChangedListener;
import org.apache.flink.core.execution.JobStatusChangedListenerFactory;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageDatasetFacet;
import org.apache.flink.streaming.api.lineage.LineageEdge;
import org.apache.flink.streaming.api.lineage.LineageGraph;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.SourceLineageVertex;
import org.apache.flink.streaming.runtime.execution.DefaultJobCreatedEvent;
import org.junit.jupiter.api.Test;

class LineageListenerTest {
    private static final JobID ID = JobID.fromHexString("98701d34400b8e47a30ebb7a32d4a26b");
    private static final String HEAD = "{\"type\":\"job\",\"ts\":1000,\"job_name\":\"cdo\",\"job_id\":\"98701d34400b8e47a30ebb7a32d4a26b\"";

    private final List<String> sent = new ArrayList<>();
    private final JobsOutbox outbox = new JobsOutbox(record -> sent.add(text(record)));
    private final Queue<Runnable> executor = new ArrayDeque<>();
    private long nowMs = 1000;

    @Test
    void reportsTheTablesOfASqlJobByTheirOptions() {
        LineageDataset source = table("default_catalog.default_database.dw_sdk_log", Map.of(
                "connector", "kafka",
                "topic", "dw_sdk_log",
                "properties.bootstrap.servers", "k2:9092,k1:9092",
                "properties.group.id", "cdo_group",
                "properties.sasl.jaas.config", "X required password=\"hunter2\";"));
        LineageDataset sink = table("default_catalog.default_database.out", Map.of("connector", "print"));

        onEvent(listener(Map.of("JOB_OWNER", "zhang", "_APP_ID", "application_1_1")), created(List.of(source), List.of(sink)));

        assertEquals(
                List.of(HEAD + ",\"app_id\":\"application_1_1\",\"owner\":\"zhang\",\"session\":\"default_catalog.default_database\","
                        + "\"properties\":{\"properties.group.id\":\"cdo_group\"},"
                        + "\"reads\":[\"kafka://k1:9092/dw_sdk_log\"],\"writes\":[\"local://cdo/out\"]}"),
                sent);
    }

    @Test
    void reportsASinkWhoseOutputWaitsForCheckpoints() {
        LineageDataset plain = table("default_catalog.default_database.a", Map.of("connector", "print"));
        LineageDataset atLeast = kafkaSink("b", "at-least-once");
        LineageDataset exactly = kafkaSink("c", "Exactly-Once");

        onEvent(listener(Map.of()), created(List.of(), List.of(plain, atLeast, exactly)));

        assertTrue(sent.get(0).contains("\"properties\":{\"sink.delivery-guarantee\":\"exactly-once\"}"), sent.get(0));
    }

    private static LineageDataset kafkaSink(String topic, String guarantee) {
        return table("default_catalog.default_database." + topic, Map.of(
                "connector", "kafka",
                "topic", topic,
                "properties.bootstrap.servers", "k1:9092",
                "sink.delivery-guarantee", guarantee));
    }

    @Test
    void reportsTheTopicsOfADataStreamJobByTheirFacet() {
        LineageDataset source = dataset("kafka://k1:9092", "whatever", Map.of("kafka", new KafkaFacet("k2:9092,k1:9092", List.of("a", "b"))));

        onEvent(listener(Map.of()), created(List.of(source), List.of()));

        assertEquals(List.of(HEAD + ",\"reads\":[\"kafka://k1:9092/a\",\"kafka://k1:9092/b\"]}"), sent);
    }

    @Test
    void reportsWhatAConnectorSaysOfItselfWithoutCredentials() {
        onEvent(listener(Map.of()), created(
                List.of(dataset("postgres://u:hunter2@h:5432", "ads.public.users", Map.of())),
                List.of(dataset("", "some_table", Map.of()))));

        assertEquals(List.of(HEAD + ",\"reads\":[\"postgres://h:5432/ads.public.users\"],\"writes\":[\"some_table\"]}"), sent);
    }

    @Test
    void namesNoSessionWhenTablesAreInSeveralDatabases() {
        onEvent(listener(Map.of()), created(
                List.of(table("hive.dw.a", Map.of("connector", "datagen"))), List.of(table("hive.ads.b", Map.of("connector", "print")))));

        assertEquals(List.of(HEAD + ",\"reads\":[\"local://cdo/dw.a\"],\"writes\":[\"local://cdo/ads.b\"]}"), sent);
    }

    @Test
    void reportsAJobWithoutALineageGraph() {
        onEvent(listener(Map.of()), new DefaultJobCreatedEvent(ID, "cdo", null, RuntimeExecutionMode.STREAMING));

        assertEquals(List.of(HEAD + "}"), sent);
    }

    @Test
    void reportsChangesOfStatusWithWhatFailed() {
        Throwable cause = new IOException("Failed to deserialize JSON '{\"imei\":\"u4834\"}'.");

        onEvent(listener(Map.of()), new DefaultJobExecutionStatusEvent(ID, "cdo", JobStatus.RUNNING, JobStatus.FAILING, cause));

        String expected = "{\"type\":\"job_status\",\"ts\":1000,\"job_id\":\"98701d34400b8e47a30ebb7a32d4a26b\",\"job_name\":\"cdo\","
                + "\"status\":\"FAILING\",\"previous\":\"RUNNING\",\"exception\":\"java.io.IOException: Failed to deserialize JSON"
                + " '<record of 16 characters, sha256 ";
        assertTrue(sent.get(0).startsWith(expected), sent.toString());
        assertFalse(sent.get(0).contains("u4834"));
    }

    @Test
    void doesNothingButTakeTheTimeOnTheCallingThread() {
        JobStatusChangedListener listener = listener(Map.of());
        listener.onEvent(new DefaultJobExecutionStatusEvent(ID, "cdo", JobStatus.CREATED, JobStatus.RUNNING, null));
        nowMs = 9000;
        List<String> before = List.copyOf(sent);
        runAll();

        assertEquals(List.of(), before);
        assertTrue(sent.get(0).contains("\"ts\":1000,"), sent.toString());
    }

    @Test
    void takesRunningBeforeCreated() {
        JobStatusChangedListener listener = listener(Map.of());
        onEvent(listener, new DefaultJobExecutionStatusEvent(ID, "cdo", JobStatus.CREATED, JobStatus.RUNNING, null));
        onEvent(listener, created(List.of(), List.of()));

        assertEquals(2, sent.size());
    }

    @Test
    void keepsItsFailuresFromFlink() {
        LineageDataset broken = new FakeDataset("", "x", Map.of()) {
            @Override
            public String name() {
                throw new LinkageError("another version");
            }
        };

        assertDoesNotThrow(() -> onEvent(listener(Map.of()), created(List.of(broken), List.of())));
        assertDoesNotThrow(() -> listenerOn(task -> {
            throw new RejectedExecutionException("shut down");
        }).onEvent(created(List.of(), List.of())));
        assertEquals(List.of(), sent);
    }

    @Test
    void waitsAtTheEndForRecordsStillBeingMade() throws InterruptedException {
        JobStatusChangedListener listener = listenerOn(task -> new Thread(task).start());
        listener.onEvent(created(List.of(), List.of()));

        outbox.awaitPending(Duration.ofSeconds(10));

        assertEquals(1, sent.size());
    }

    @Test
    void aJobRunsWithoutReportsWhenTheSettingsAreNoGood() {
        JobStatusChangedListener listener = new LineageListenerFactory().createListener(context(new Configuration()));

        assertDoesNotThrow(() -> listener.onEvent(created(List.of(), List.of())));
        assertTrue(executor.isEmpty());
    }

    @Test
    void listenersOfOneProcessShareAnOutbox() {
        Map<String, String> settings = Map.of("tidewatch.jobs.kafka.bootstrap.servers", "127.0.0.1:1");

        assertEquals(ListenerSettings.of(settings), ListenerSettings.of(settings));
        assertEquals(ListenerSettings.of(settings).hashCode(), ListenerSettings.of(settings).hashCode());
        assertFalse(ListenerSettings.of(settings).equals(ListenerSettings.of(
                Map.of("tidewatch.jobs.kafka.bootstrap.servers", "127.0.0.1:1", "tidewatch.jobs.topic", "other"))));
    }

    private JobStatusChangedListener listener(Map<String, String> environment) {
        return new LineageListener(outbox, executor::add, "", ProcessIdentity.of(environment, "h1", 1), () -> nowMs);
    }

    private JobStatusChangedListener listenerOn(Executor other) {
        return new LineageListener(outbox, other, "", ProcessIdentity.of(Map.of(), "h1", 1), () -> nowMs);
    }

    private void onEvent(JobStatusChangedListener listener, JobStatusChangedEvent event) {
        listener.onEvent(event);
        runAll();
    }

    private void runAll() {
        for (Runnable task = executor.poll(); task != null; task = executor.poll()) {
            task.run();
        }
    }

    private JobStatusChangedListenerFactory.Context context(Configuration configuration) {
        return new JobStatusChangedListenerFactory.Context() {
            @Override
            public Configuration getConfiguration() {
                return configuration;
            }

            @Override
            public ClassLoader getUserClassLoader() {
                return LineageListenerTest.class.getClassLoader();
            }

            @Override
            public Executor getIOExecutor() {
                return executor::add;
            }
        };
    }

    private static JobStatusChangedEvent created(List<LineageDataset> sources, List<LineageDataset> sinks) {
        return new DefaultJobCreatedEvent(ID, "cdo", new FakeGraph(sources, sinks), RuntimeExecutionMode.STREAMING);
    }

    private static LineageDataset dataset(String namespace, String name, Map<String, LineageDatasetFacet> facets) {
        return new FakeDataset(namespace, name, facets);
    }

    /** As the planner's: no namespace, no facets, a table behind a class of its own. */
    private static LineageDataset table(String name, Map<String, String> options) {
        return new FakeTableDataset(name, options);
    }

    private static String text(JobRecord record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    private static class FakeDataset implements LineageDataset {
        private final String namespace;
        private final String name;
        private final Map<String, LineageDatasetFacet> facets;

        FakeDataset(String namespace, String name, Map<String, LineageDatasetFacet> facets) {
            this.namespace = namespace;
            this.name = name;
            this.facets = facets;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String namespace() {
            return namespace;
        }

        @Override
        public Map<String, LineageDatasetFacet> facets() {
            return facets;
        }
    }

    private static final class FakeTableDataset extends FakeDataset {
        private final Map<String, String> options;

        FakeTableDataset(String name, Map<String, String> options) {
            super("", name, Map.of());
            this.options = options;
        }

        public Table table() {
            return new Table(options);
        }
    }

    private static final class Table {
        private final Map<String, String> options;

        Table(Map<String, String> options) {
            this.options = options;
        }

        public Map<String, String> getOptions() {
            return options;
        }
    }

    private static final class KafkaFacet implements LineageDatasetFacet {
        private final Properties properties = new Properties();
        private final List<String> topics;

        KafkaFacet(String servers, List<String> topics) {
            properties.setProperty("bootstrap.servers", servers);
            this.topics = topics;
        }

        @Override
        public String name() {
            return "kafka";
        }

        public Properties getProperties() {
            return properties;
        }

        public KafkaFacet getTopicIdentifier() {
            return this;
        }

        public List<String> getTopics() {
            return topics;
        }
    }

    private static final class FakeGraph implements LineageGraph {
        private final List<SourceLineageVertex> sources = new ArrayList<>();
        private final List<LineageVertex> sinks = new ArrayList<>();

        FakeGraph(List<LineageDataset> sources, List<LineageDataset> sinks) {
            this.sources.add(new FakeVertex(sources));
            this.sinks.add(new FakeVertex(sinks));
        }

        @Override
        public List<SourceLineageVertex> sources() {
            return sources;
        }

        @Override
        public List<LineageVertex> sinks() {
            return sinks;
        }

        @Override
        public List<LineageEdge> relations() {
            return List.of();
        }
    }

    private static final class FakeVertex implements SourceLineageVertex {
        private final List<LineageDataset> datasets;

        FakeVertex(List<LineageDataset> datasets) {
            this.datasets = datasets;
        }

        @Override
        public Boundedness boundedness() {
            return Boundedness.CONTINUOUS_UNBOUNDED;
        }

        @Override
        public List<LineageDataset> datasets() {
            return datasets;
        }
    }
}
