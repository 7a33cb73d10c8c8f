package io.tidewatch.flink.lineage;

import io.tidewatch.flink.common.ProcessIdentity;
import io.tidewatch.flink.jobs.JobRecord;
import io.tidewatch.flink.jobs.JobSubmission;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.apache.flink.core.execution.JobExecutionStatusEvent;
import org.apache.flink.core.execution.JobStatusChangedEvent;
import org.apache.flink.core.execution.JobStatusChangedListener;
import org.apache.flink.streaming.api.lineage.LineageGraph;
import org.apache.flink.streaming.runtime.execution.JobCreatedEvent;

/**
 * Reports created jobs with their datasets, and changes of status. Called on the JobManager's RPC thread or by the submitting client; only
 * the time is taken there. Events come in any order (RUNNING before the job is created): each record stands for itself.
 */
final class LineageListener implements JobStatusChangedListener {
    private final JobsOutbox outbox;
    private final Executor executor;
    private final String owner;
    private final ProcessIdentity process;
    private final LongSupplier clockMs;

    LineageListener(JobsOutbox outbox, Executor executor, String owner, ProcessIdentity process, LongSupplier clockMs) {
        this.outbox = outbox;
        this.executor = executor;
        this.owner = owner.isEmpty() ? process.jobOwner() : owner;
        this.process = process;
        this.clockMs = clockMs;
    }

    @Override
    public void onEvent(JobStatusChangedEvent event) {
        long ts = clockMs.getAsLong();
        if (event instanceof JobExecutionStatusEvent) {
            outbox.submit(executor, () -> status((JobExecutionStatusEvent) event, ts));
        } else if (event instanceof JobCreatedEvent) {
            outbox.submit(executor, () -> created((JobCreatedEvent) event, ts));
        }
    }

    private JobRecord created(JobCreatedEvent event, long ts) {
        JobSubmission.Builder job = JobSubmission.named(event.jobName())
                .jobId(event.jobId().toString())
                .appId(process.appId())
                .owner(owner);
        LineageGraph graph = event.lineageGraph();
        if (graph != null) {
            LineageDatasets sources = LineageDatasets.of(graph.sources(), event.jobName());
            LineageDatasets sinks = LineageDatasets.of(graph.sinks(), event.jobName());
            job.reads(sources.ids()).writes(sinks.ids()).session(session(sources, sinks));
            sources.consumerGroup().ifPresent(group -> job.property("properties.group.id", group));
            sinks.deliveryGuarantee().ifPresent(guarantee -> job.property("sink.delivery-guarantee", guarantee));
        }
        return JobRecord.submitted(job.build(), ts);
    }

    private static JobRecord status(JobExecutionStatusEvent event, long ts) {
        String previous = event.oldStatus() == null ? "" : event.oldStatus().name();
        return JobRecord.status(
                event.jobId().toString(), event.jobName(), event.newStatus().name(), previous, event.exception(), ts);
    }

    /** The database of the job's tables, when all are in one. */
    private static String session(LineageDatasets sources, LineageDatasets sinks) {
        Set<String> sessions = new TreeSet<>(sources.sessions());
        sessions.addAll(sinks.sessions());
        return sessions.size() == 1 ? sessions.iterator().next() : "";
    }
}
