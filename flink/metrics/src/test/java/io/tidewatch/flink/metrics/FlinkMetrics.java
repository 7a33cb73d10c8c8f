package io.tidewatch.flink.metrics;

import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphID;
import org.apache.flink.runtime.jobgraph.JobVertexID;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.MetricRegistryConfiguration;
import org.apache.flink.runtime.metrics.MetricRegistryImpl;
import org.apache.flink.runtime.metrics.ReporterSetupBuilder;
import org.apache.flink.runtime.metrics.groups.JobManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.scheduler.strategy.ExecutionVertexID;

/** Flink's own metric registry with one reporter, and groups of a small job with fixed ids. */
final class FlinkMetrics implements AutoCloseable {
    private static final JobID JOB = JobID.fromHexString("98701d34400b8e47a30ebb7a32d4a26b");
    private static final JobVertexID VERTEX = JobVertexID.fromHexString("cbc357ccb763df2852fee8c4fc7d55f2");

    private final MetricRegistryImpl registry;

    FlinkMetrics(MetricReporter reporter, Map<String, String> config) {
        MetricConfig metricConfig = new MetricConfig();
        metricConfig.putAll(config);
        registry =
                new MetricRegistryImpl(
                        MetricRegistryConfiguration.fromConfiguration(new Configuration(), 10_485_760),
                        List.of(
                                ReporterSetupBuilder.METRIC_SETUP_BUILDER.forReporter(
                                        "tidewatch", metricConfig, reporter)));
    }

    TaskManagerMetricGroup taskManager() {
        return TaskManagerMetricGroup.createTaskManagerMetricGroup(registry, "h1", new ResourceID("h1:28200-0f7ff1"));
    }

    JobManagerMetricGroup jobManager() {
        return JobManagerMetricGroup.createJobManagerMetricGroup(registry, "h1");
    }

    static MetricGroup jobOf(JobManagerMetricGroup jobManager) {
        return jobManager.addJob(JOB, "cdo_window_agg");
    }

    /** The first subtask of the job's source, in one of its attempts. */
    static TaskMetricGroup taskOf(TaskManagerMetricGroup taskManager, int attempt) {
        ExecutionAttemptID id =
                new ExecutionAttemptID(new ExecutionGraphID(new byte[16]), new ExecutionVertexID(VERTEX, 0), attempt);
        return taskManager.addJob(JOB, "cdo_window_agg").addTask(id, "Source: dw_sdk_log_cdo[1] -> Calc[2]");
    }

    static MetricGroup sourceOf(TaskMetricGroup task) {
        return task.getOrAddOperator(
                OperatorID.fromJobVertexID(VERTEX), "Source: KafkaSource-default_catalog.default_database.dw_sdk_log_cdo", Map.of());
    }

    /** Ends the registry, which closes the reporter. */
    @Override
    public void close() {
        registry.closeAsync().join();
    }
}
