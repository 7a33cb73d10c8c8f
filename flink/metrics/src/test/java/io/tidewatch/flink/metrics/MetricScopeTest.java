package io.tidewatch.flink.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricScopeTest {
    private static final Map<String, String> OPERATOR =
            Map.of(
                    "<host>", "h1",
                    "<tm_id>", "tm-1",
                    "<job_id>", "j1",
                    "<job_name>", "cdo",
                    "<subtask_index>", "0",
                    "<operator_id>", "o1",
                    "<operator_name>", "Source: a.b[1]",
                    "<topic>", "t",
                    "<partition>", "2");

    @Test
    void theVariablesOfOperatorAndKeyValueGroupsAreTheGroups() {
        MetricScope scope = new MetricScope("taskmanager.job.task.operator.KafkaSourceReader.topic.partition", OPERATOR);
        assertEquals("{operator_id=o1, operator_name=Source: a.b[1], partition=2, topic=t}", scope.groupVariables().toString());
        assertEquals("{host=h1, job_id=j1, job_name=cdo, subtask_index=0, tm_id=tm-1}", scope.recordVariables().toString());
    }

    @Test
    void variablesThatTheUserAddsAreTheRecords() {
        MetricScope scope = new MetricScope("taskmanager", Map.of("<host>", "h1", "<tm_id>", "tm-1", "zone", "bj"));
        assertEquals("{host=h1, tm_id=tm-1, zone=bj}", scope.recordVariables().toString());
    }

    @ParameterizedTest
    @CsvSource({
        "taskmanager.job.task, j1",
        "jobmanager.job, j1",
    })
    void whatIsOfAJobIsKeyedByIt(String logical, String key) {
        assertEquals(key, new MetricScope(logical, OPERATOR).recordKey());
    }

    @Test
    void whatIsOfAProcessIsKeyedByIt() {
        assertEquals("tm-1", new MetricScope("taskmanager", Map.of("<host>", "h1", "<tm_id>", "tm-1")).recordKey());
        assertEquals("h1", new MetricScope("jobmanager", Map.of("<host>", "h1")).recordKey());
        assertEquals("", new MetricScope("jobmanager", Map.of()).recordKey());
    }

    @ParameterizedTest
    @CsvSource({
        "taskmanager, true, true",
        "taskmanager.Status.JVM.CPU, true, true",
        "jobmanager.jobs, true, true",
        "jobmanager.job, true, false",
        "taskmanager.job.task.operator, true, false",
        "taskmanagers, false, false",
        "client, false, false"
    })
    void tellsProcessesJobsAndTheRestApart(String logical, boolean isKnown, boolean isOfProcess) {
        assertEquals(isKnown, MetricScope.isKnown(logical));
        assertEquals(isOfProcess, MetricScope.isOfProcess(logical));
    }

    @Test
    void aGroupOfItsOwnStandsInTheRecordOfTheProcess() {
        MetricScope own =
                new MetricScope("taskmanager.Status.JVM.CPU", Map.of("<host>", "h1", "<tm_id>", "tm-1")).ownGroup("tidewatch");
        assertEquals("taskmanager.tidewatch", own.logical());
        assertEquals("{host=h1, tm_id=tm-1}", own.recordVariables().toString());
    }
}
