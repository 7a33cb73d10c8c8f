package io.tidewatch.flink.common;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who this process is: the environment variables that tie its metrics and log lines to a job, its host and its process id.
 * What is not set is empty.
 */
public final class ProcessIdentity {
    private static final Pattern YARN_CONTAINER = Pattern.compile("container_(?:e\\d+_)?(\\d+_\\d+)_\\d+_\\d+");
    private static final Pattern LEADING_NUMBER = Pattern.compile("(\\d{1,18})@");

    private final Map<String, String> environment;
    private final String host;
    private final long pid;

    private ProcessIdentity(Map<String, String> environment, String host, long pid) {
        this.environment = Collections.unmodifiableMap(new HashMap<>(environment));
        this.host = host;
        this.pid = pid;
    }

    /** Of the running process. Looks the host name up: call it once. */
    public static ProcessIdentity current() {
        Map<String, String> environment = System.getenv();
        return of(environment, localHost(environment), ownPid());
    }

    public static ProcessIdentity of(Map<String, String> environment, String host, long pid) {
        return new ProcessIdentity(environment, host, pid);
    }

    /** {@code JOB_NAME}. */
    public String jobName() {
        return variable("JOB_NAME");
    }

    /** {@code JOB_OWNER}. */
    public String jobOwner() {
        return variable("JOB_OWNER");
    }

    /** {@code FLINK_CLUSTER}. */
    public String cluster() {
        return variable("FLINK_CLUSTER");
    }

    /** {@code _APP_ID}: the YARN application. YARN's TaskManagers do not get it from Flink; there the container's id names it. */
    public String appId() {
        String named = variable("_APP_ID");
        return named.isEmpty() ? applicationOf(containerId()) : named;
    }

    /** {@code CONTAINER_ID}: the YARN container or the pod. */
    public String containerId() {
        return variable("CONTAINER_ID");
    }

    /** {@code TIDEWATCH_ROLE}: jobmanager, taskmanager or client. */
    public String role() {
        return variable("TIDEWATCH_ROLE");
    }

    public String host() {
        return host;
    }

    public long pid() {
        return pid;
    }

    /** YARN writes container ids as {@code container_[e<epoch>_]<cluster time>_<application>_<attempt>_<container>}. */
    private static String applicationOf(String containerId) {
        Matcher container = YARN_CONTAINER.matcher(containerId);
        return container.matches() ? "application_" + container.group(1) : "";
    }

    private String variable(String name) {
        return environment.getOrDefault(name, "");
    }

    /** What every JVM names itself by: {@code <process id>@<host>}; 0 where one does not. Java 8 says it nowhere else. */
    private static long ownPid() {
        String name = ManagementFactory.getRuntimeMXBean().getName();
        Matcher pid = LEADING_NUMBER.matcher(name);
        return pid.lookingAt() ? Long.parseLong(pid.group(1)) : 0;
    }

    private static String localHost(Map<String, String> environment) {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unresolved) {
            return environment.getOrDefault("HOSTNAME", "");
        }
    }
}
