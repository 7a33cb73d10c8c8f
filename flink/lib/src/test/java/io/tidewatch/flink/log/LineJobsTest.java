package io.tidewatch.flink.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The lines are those of Flink 1.18.1 and 1.14.6. */
class LineJobsTest {
    private static final String JOB = "188a0c8091072beeed28a044420881dd";
    private static final String OTHER = "5f4460739459504bedd2e059d25ec3c3";
    private static final String GRAPH = "976e4edd6ed0d43a11445cc7ab553881";
    private static final String SLOT = "2f4cea571c91a7bafc499cd99e07bc81";
    private static final String ATTEMPT = GRAPH + "_cbc357ccb763df2852fee8c4fc7d55f2_0_0";
    private static final String TASK = "Source: dw_sdk_log[1] -> Calc[2] (1/2)#0";
    private static final String FLINK = "org.apache.flink.runtime.taskexecutor.TaskExecutor";
    private static final String DISPATCHER = "flink-pekko.actor.default-dispatcher-4";

    private final LineJobs jobs = new LineJobs();

    static Stream<Arguments> namesItsJob() {
        return Stream.of(
                arguments("Received JobGraph submission 'cdo (x)' (" + JOB + ")."),
                arguments("Received JobGraph submission " + JOB + " (cdo)."),
                arguments("Submitting job 'cdo' (" + JOB + ")."),
                arguments("Submitting job " + JOB + " (cdo)."),
                arguments("Starting execution of job 'cdo' (" + JOB + ") under job master id 00000000000000000000000000000000."),
                arguments("Job cdo (" + JOB + ") switched from state RUNNING to RESTARTING."),
                arguments("Job " + JOB + " reached terminal state FINISHED."),
                arguments("Triggering checkpoint 1 (type=CheckpointType{name='Checkpoint'}) @ 1795313397516 for job " + JOB + "."),
                arguments("Completed checkpoint 1 for job " + JOB + " (1759 bytes, checkpointDuration=1325 ms)."),
                arguments("Creating the channel state executor factory for job id " + JOB));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("namesItsJob")
    void aLineOfFlinkIsOfTheJobItNames(String message) {
        assertEquals(JOB, jobs.of(FLINK, DISPATCHER, message));
    }

    @Test
    void anIdThatIsKnownIsEnough() {
        String restart = "Using restart back off time strategy NoRestartBackoffTimeStrategy for cdo (" + JOB + ").";
        assertNull(jobs.of(FLINK, DISPATCHER, restart));

        jobs.of(FLINK, DISPATCHER, "Submitting job 'cdo' (" + JOB + ").");

        assertEquals(JOB, jobs.of(FLINK, DISPATCHER, restart));
    }

    @Test
    void onTheJobManagerATaskIsOfTheJobOfItsExecutionGraph() {
        String change = "Source: dw_sdk_log[1] (1/2) (" + ATTEMPT + ") switched from RUNNING to FAILED on h1:4711.";
        assertNull(jobs.of(FLINK, DISPATCHER, change));

        jobs.of(FLINK, DISPATCHER, "Created execution graph " + GRAPH + " for job " + JOB + ".");

        assertEquals(JOB, jobs.of(FLINK, DISPATCHER, change));
    }

    @Test
    void aThreadIsOfTheJobInWhoseSlotItsTaskRuns() {
        received(TASK, SLOT, JOB);

        assertEquals(JOB, jobs.of("com.example.Udf", TASK, "anything"));
        assertEquals(JOB, jobs.of("org.apache.kafka.x", "Source Data Fetcher for " + TASK, "anything"));
        assertEquals(JOB, jobs.of("com.example.Udf", "Legacy Source Thread - " + TASK, "anything"));
        assertNull(jobs.of("com.example.Udf", "main", "anything"));
    }

    @Test
    void aTaskThatWasFreedHasNoThread() {
        received(TASK, SLOT, JOB);

        assertEquals(JOB, jobs.of(FLINK, TASK, "Freeing task resources for " + TASK + " (" + ATTEMPT + ")."));
        assertNull(jobs.of("com.example.Udf", TASK, "anything"));
    }

    @Test
    void ofTwoJobsWithTasksOfOneNameNoThreadIsTold() {
        received(TASK, SLOT, JOB);
        received(TASK, "45d12981a86c8d4039b90f175d3821d5", OTHER);

        assertNull(jobs.of("com.example.Udf", TASK, "anything"));
    }

    @Test
    void linesOfOthersAreNotBelieved() {
        assertNull(jobs.of("com.example.Udf", "main", "for job " + JOB));
        jobs.of(FLINK, DISPATCHER, "Submitting job 'cdo' (" + JOB + ").");

        assertNull(jobs.of("com.example.Udf", "main", "record " + JOB));
    }

    @Test
    void aTaskIsNotTakenForAJobWhateverItIsCalled() {
        assertNull(jobs.of(FLINK, DISPATCHER, "Job statistics (1/2) (" + GRAPH + ") switched from CREATED to SCHEDULED."));
        assertNull(jobs.of(FLINK, DISPATCHER, "Activate slot " + SLOT + "."));
    }

    @Test
    void whatWasNotHeardOfForLongestIsForgotten() {
        jobs.of(FLINK, DISPATCHER, "Submitting job 'cdo' (" + JOB + ").");
        String later = "cdo (" + JOB + ")";
        for (int i = 0; i < LineJobs.MAX_KNOWN; i++) {
            jobs.of(FLINK, DISPATCHER, String.format("for job %032x.", i));
        }

        assertNull(jobs.of(FLINK, DISPATCHER, later));
    }

    @Test
    void thisFlinkTellsTheJobItself() {
        assertFalse(LineJobs.areNeeded());
    }

    private void received(String task, String slot, String job) {
        jobs.of(FLINK, DISPATCHER, "Receive slot request " + slot + " for job " + job + " from resource manager with leader id x.");
        jobs.of(FLINK, DISPATCHER, "Received task " + task + " (" + ATTEMPT + "), deploy into slot with allocation id " + slot + ".");
    }
}
