package io.tidewatch.flink.lineage;

import io.tidewatch.flink.common.ProcessIdentity;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.core.execution.JobStatusChangedListener;
import org.apache.flink.core.execution.JobStatusChangedListenerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Named in {@code execution.job-status-changed-listeners}, in the configuration of clients and JobManagers (Flink 2.x). Settings that are no
 * good are logged once and cost the reports, never a job.
 */
public final class LineageListenerFactory implements JobStatusChangedListenerFactory {
    private static final Logger LOG = LoggerFactory.getLogger(LineageListenerFactory.class);
    private static final AtomicBoolean MISTAKE_IS_LOGGED = new AtomicBoolean();

    @Override
    public JobStatusChangedListener createListener(Context context) {
        try {
            ListenerSettings settings = ListenerSettings.of(context.getConfiguration().toMap());
            return new LineageListener(
                    JobsOutbox.shared(settings),
                    context.getIOExecutor(),
                    settings.owner(),
                    Process.CURRENT,
                    System::currentTimeMillis);
        } catch (RuntimeException e) {
            if (MISTAKE_IS_LOGGED.compareAndSet(false, true)) {
                LOG.warn("Jobs are not reported to tidewatch: {}", e.getMessage());
            }
            return event -> {};
        }
    }

    /** Looked up once: a JobManager makes a listener for each job. */
    private static final class Process {
        private static final ProcessIdentity CURRENT = ProcessIdentity.current();
    }
}
