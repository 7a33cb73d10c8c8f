package io.tidewatch.flink.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessIdentityTest {
    @Test
    void readsTheSixVariables() {
        ProcessIdentity process =
                ProcessIdentity.of(
                        Map.of(
                                "JOB_NAME", "cdo",
                                "JOB_OWNER", "ann",
                                "FLINK_CLUSTER", "bj-1",
                                "_APP_ID", "application_1_0042",
                                "CONTAINER_ID", "container_1",
                                "TIDEWATCH_ROLE", "taskmanager"),
                        "h1",
                        7);
        assertEquals("cdo", process.jobName());
        assertEquals("ann", process.jobOwner());
        assertEquals("bj-1", process.cluster());
        assertEquals("application_1_0042", process.appId());
        assertEquals("container_1", process.containerId());
        assertEquals("taskmanager", process.role());
        assertEquals("h1", process.host());
        assertEquals(7, process.pid());
    }

    @Test
    void aYarnContainerNamesItsApplication() {
        assertEquals("application_1761_0042", inContainer("container_1761_0042_01_000002").appId());
        assertEquals("application_1761_0042", inContainer("container_e17_1761_0042_01_000002").appId());
        assertEquals("", inContainer("pod-7f9c").appId());
    }

    private static ProcessIdentity inContainer(String id) {
        return ProcessIdentity.of(Map.of("CONTAINER_ID", id), "h1", 7);
    }

    @Test
    void whatIsNotSetIsEmpty() {
        assertEquals("", ProcessIdentity.of(Map.of(), "h1", 7).jobName());
    }

    @Test
    void theRunningProcessKnowsItsHostAndPid() {
        ProcessIdentity process = ProcessIdentity.current();
        assertEquals(ProcessHandle.current().pid(), process.pid());
        assertFalse(process.host().isEmpty());
    }
}
