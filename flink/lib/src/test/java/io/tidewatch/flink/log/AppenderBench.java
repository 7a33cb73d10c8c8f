package io.tidewatch.flink.log;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.properties.PropertiesConfigurationFactory;

/**
 * What the appender costs: the same lines to nowhere and to Kafka, then to a Kafka that is frozen. Run by {@code bench/flink-appender.ts},
 * which freezes and thaws the broker where this prints that it should. Prints one JSON object a phase.
 */
public final class AppenderBench {
    private static final int LINES_PER_SECOND = 1000;
    private static final int LINES_PER_TURN = 10;
    private static final int WARM_UP_SECONDS = 20;
    /** One line in so many has a stack trace. */
    private static final int TRACE_EVERY = 100;
    private static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(1) * LINES_PER_TURN / LINES_PER_SECOND;
    private static final int DRAIN_SECONDS = 120;

    private final LoggerContext context = new LoggerContext("bench");
    private final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    private final BufferedReader answers = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    private final String appender;
    private long lines;

    private AppenderBench(String brokers, String topic, String maxMemory) {
        this.appender = "appender.x.type = TidewatchKafka\nappender.x.bootstrapServers = " + brokers + "\nappender.x.topic = " + topic
                + "\nappender.x.maxMemory = " + maxMemory + "\n";
    }

    /** Arguments: brokers, topic, maxMemory, measured seconds, frozen seconds. */
    public static void main(String[] args) throws Exception {
        new AppenderBench(args[0], args[1], args[2]).run(Integer.parseInt(args[3]), Integer.parseInt(args[4]));
    }

    private void run(int seconds, int frozenSeconds) throws Exception {
        configure("appender.x.type = Null\n");
        log(WARM_UP_SECONDS, new long[0]);
        long heapBefore = usedHeap();
        measure("to nowhere", seconds);
        configure(appender);
        log(WARM_UP_SECONDS, new long[0]);
        lines = 0;
        long sentBefore = drained();
        measure("to Kafka", seconds);
        drained();
        System.out.printf(Locale.ROOT, "{\"phase\":\"memory\",\"heapBytes\":%d}%n", usedHeap() - heapBefore);
        ask("freeze");
        measure("frozen", frozenSeconds);
        System.out.printf(
                Locale.ROOT, "{\"phase\":\"memory while frozen\",\"heapBytes\":%d,\"queuedBytes\":%d}%n",
                usedHeap() - heapBefore, counter("QueuedBytes"));
        ask("thaw");
        long sent = drained() - sentBefore;
        System.out.printf(
                Locale.ROOT, "{\"phase\":\"end\",\"logged\":%d,\"sent\":%d,\"dropped\":%d,\"failed\":%d,\"sentInAll\":%d}%n",
                lines, sent, counter("Dropped"), counter("Failed"), counter("Sent"));
        context.stop(5, TimeUnit.SECONDS);
    }

    private void measure(String phase, int seconds) {
        long[] nanos = new long[seconds * LINES_PER_SECOND];
        long cpu = process.getProcessCpuTime();
        long begin = System.nanoTime();
        log(seconds, nanos);
        double share = (double) (process.getProcessCpuTime() - cpu) / (System.nanoTime() - begin);
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT, "{\"phase\":\"%s\",\"lines\":%d,\"cpuPercent\":%.3f,\"p50Ms\":%.4f,\"p99Ms\":%.4f,\"p999Ms\":%.4f,\"maxMs\":%.3f}%n",
                phase, nanos.length, share * 100, at(nanos, 0.5), at(nanos, 0.99), at(nanos, 0.999), at(nanos, 1));
    }

    /** Logs at an even pace; the time each call took is kept as far as there is room. */
    private void log(int seconds, long[] nanos) {
        Logger logger = context.getLogger("org.apache.flink.runtime.checkpoint.CheckpointCoordinator");
        Throwable thrown = new IllegalStateException("Dirty record in filter", new NumberFormatException("For input string: \"n/a\""));
        long due = System.nanoTime();
        for (int i = 0; i < seconds * LINES_PER_SECOND; i++) {
            long before = System.nanoTime();
            if (i % TRACE_EVERY == 0) {
                logger.warn("Source: KafkaSource[1] -> Calc[2] ({}/4)#0 switched from RUNNING to FAILED with failure cause:", i % 4, thrown);
            } else {
                logger.info("Completed checkpoint {} for job 98701d34400b8e47a30ebb7a32d4a26b ({} bytes, checkpointDuration={} ms).", i, 38_211, 41);
            }
            if (i < nanos.length) {
                nanos[i] = System.nanoTime() - before;
            }
            lines++;
            if (i % LINES_PER_TURN == LINES_PER_TURN - 1) {
                due += TURN_NANOS;
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }

    /** Waits until the broker has everything; how much it has. */
    private long drained() throws Exception {
        for (int turns = 0; turns < DRAIN_SECONDS * 10; turns++) {
            long sent = counter("Sent");
            if (sent + counter("Failed") + counter("Dropped") >= lines && counter("QueuedBytes") == 0) {
                TimeUnit.MILLISECONDS.sleep(500);
                if (counter("Sent") == sent) {
                    return sent;
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return counter("Sent");
    }

    private long counter(String name) throws Exception {
        ObjectName bean = beans.queryNames(new ObjectName("io.tidewatch:type=LogAppender,*"), null).iterator().next();
        return (long) beans.getAttribute(bean, name);
    }

    private void ask(String what) throws IOException {
        System.out.println("{\"phase\":\"" + what + "\"}");
        answers.readLine();
    }

    private void configure(String settings) throws IOException {
        String text = "rootLogger.level = info\nrootLogger.appenderRef.x.ref = X\nappender.x.name = X\n" + settings;
        ConfigurationSource source = new ConfigurationSource(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        context.start(new PropertiesConfigurationFactory().getConfiguration(context, source));
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static double at(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] / 1e6;
    }
}
