package io.tidewatch.flink.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.tidewatch.flink.common.JsonWriter;
import io.tidewatch.flink.common.RecordSender;
import io.tidewatch.flink.common.SenderSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;

/**
 * What the reporter costs the process it runs in: 10,000 metrics each 10 s to a real broker. Driven by
 * {@code bench/flink-reporter.ts}, which freezes the broker when told to: one JSON line a phase on standard output, a line on
 * standard input to go on.
 */
public final class ReporterBench {
    private static final int METRICS = 10_000;
    private static final int INTERVAL_SECONDS = 10;
    private static final int WARM_UP_SECONDS = 60;
    /** What a thread of Flink does meanwhile, each so often a second. */
    private static final int CALLS_PER_SECOND = 1_000;
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(60);

    private final String brokers;
    private final BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    private final AtomicLong tick = new AtomicLong();
    private final List<Registration> registrations = new ArrayList<>();
    private RecordSender sender;
    private long reportNanos;
    private int reports;

    private ReporterBench(String brokers) {
        this.brokers = brokers;
    }

    /** Arguments: brokers, seconds to measure, seconds the broker is frozen. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        new ReporterBench(arguments[0]).run(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
    }

    private void run(int seconds, int frozenSeconds) throws IOException, InterruptedException {
        volume("default", List.of());
        volume("include: *", List.of("*"));

        register();
        double idle = cpuShare(seconds);
        long heapBefore = liveHeap();
        long otherBefore = nonHeap();

        KafkaMetricReporter reporter = open();
        for (Registration each : registrations) {
            reporter.notifyOfAddedMetric(each.metric, each.name, each.group);
        }
        ScheduledExecutorService reporterThread = Executors.newSingleThreadScheduledExecutor();
        reporterThread.scheduleAtFixedRate(() -> report(reporter), 1, INTERVAL_SECONDS, TimeUnit.SECONDS);
        TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);

        reportNanos = 0;
        reports = 0;
        double reporting = cpuShare(seconds);
        long heap = liveHeap() - heapBefore;
        long other = nonHeap() - otherBefore;
        print(
                "cost",
                json ->
                        json.name("registered").value(registrations.size())
                                .name("idleCpuPercent").value(100 * idle)
                                .name("cpuPercent").value(100 * (reporting - idle))
                                .name("heapBytes").value(heap)
                                .name("nonHeapBytes").value(other)
                                .name("reportMs").value(reportNanos / 1e6 / reports)
                                .name("sent").value(sender.sent()));

        long[] nanos = frozen(reporter, frozenSeconds);
        reporterThread.shutdown();
        reporterThread.awaitTermination(INTERVAL_SECONDS, TimeUnit.SECONDS);
        long lateHeap = liveHeap() - heapBefore;
        awaitDrained();
        reporter.close();
        print(
                "frozen",
                json ->
                        json.name("calls").value(nanos.length)
                                .name("p50Micros").value(quantile(nanos, 0.5))
                                .name("p999Micros").value(quantile(nanos, 0.999))
                                .name("maxMicros").value(quantile(nanos, 1))
                                .name("heapBytes").value(lateHeap)
                                .name("sent").value(sender.sent())
                                .name("dropped").value(sender.dropped())
                                .name("failed").value(sender.failed()));
    }

    private void volume(String what, List<String> include) {
        RecordVolume volume =
                new RecordVolume(CapturedMetric.all(), new MetricFilter(DefaultMetrics.patterns(), include, List.of()));
        print(
                "volume",
                json ->
                        json.name("what").value(what)
                                .name("metrics").value(volume.metrics())
                                .name("records").value(volume.records())
                                .name("bytes").value(volume.bytes())
                                .name("flatBytes").value(volume.flatBytes()));
    }

    /** What Flink would have registered when 10,000 metrics are reported: those beside the list too. */
    private void register() {
        MetricFilter filter = new MetricFilter(DefaultMetrics.patterns(), List.of(), List.of());
        List<CapturedMetric> captured = CapturedMetric.all();
        int kept = 0;
        for (int copy = 0; kept < METRICS; copy++) {
            for (CapturedMetric each : captured) {
                boolean isNew = copy == 0 || each.isOfTask();
                if (isNew && kept < METRICS) {
                    registrations.add(new Registration(each.metric(tick::get), each.name(), each.group(copy)));
                    kept += filter.keeps(each.logicalScope(), each.name()) ? 1 : 0;
                }
            }
        }
    }

    private KafkaMetricReporter open() {
        KafkaMetricReporter reporter = new KafkaMetricReporter(this::sender, System::currentTimeMillis);
        MetricConfig config = new MetricConfig();
        config.put("kafka.bootstrap.servers", brokers);
        reporter.open(config);
        return reporter;
    }

    private RecordSender sender(SenderSettings settings) {
        sender = new RecordSender(settings);
        return sender;
    }

    private void report(KafkaMetricReporter reporter) {
        tick.incrementAndGet();
        long started = System.nanoTime();
        reporter.report();
        reportNanos += System.nanoTime() - started;
        reports++;
    }

    /**
     * While the broker is frozen a thread registers and removes a metric or offers a record, as Flink's threads do; returns how
     * long each of these calls took, in order.
     */
    private long[] frozen(KafkaMetricReporter reporter, int seconds) throws IOException {
        System.out.println("{\"phase\":\"freeze\"}");
        commands.readLine();
        Registration one = registrations.get(registrations.size() - 1);
        byte[] value = new byte[300];
        long[] nanos = new long[seconds * CALLS_PER_SECOND];
        long begun = System.nanoTime();
        for (int i = 0; i < nanos.length; i++) {
            long due = begun + i * (TimeUnit.SECONDS.toNanos(1) / CALLS_PER_SECOND);
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            long started = System.nanoTime();
            if (i % 2 == 0) {
                reporter.notifyOfRemovedMetric(one.metric, one.name, one.group);
                reporter.notifyOfAddedMetric(one.metric, one.name, one.group);
            } else {
                sender.offer(null, value, System.currentTimeMillis());
            }
            nanos[i] = System.nanoTime() - started;
        }
        System.out.println("{\"phase\":\"thaw\"}");
        commands.readLine();
        Arrays.sort(nanos);
        return nanos;
    }

    private void awaitDrained() throws InterruptedException {
        long giveUp = System.nanoTime() + DRAIN_LIMIT.toNanos();
        while (sender.queuedBytes() + sender.inFlight() > 0 && System.nanoTime() < giveUp) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** CPU time of the whole process over the time, as a share of one core: threads of the JVM included. */
    private static double cpuShare(int seconds) throws InterruptedException {
        OperatingSystemMXBean process =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = process.getProcessCpuTime();
        long started = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        return (double) (process.getProcessCpuTime() - cpu) / (System.nanoTime() - started);
    }

    private static long liveHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Classes and compiled code, and buffers outside the heap. */
    private static long nonHeap() {
        long pools =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.NON_HEAP)
                        .mapToLong(pool -> pool.getUsage().getUsed())
                        .sum();
        long buffers =
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
        return pools + buffers;
    }

    private static double quantile(long[] sortedNanos, double q) {
        return sortedNanos[(int) Math.min(sortedNanos.length - 1, Math.round(q * sortedNanos.length))] / 1e3;
    }

    private static void print(String phase, Consumer<JsonWriter> members) {
        JsonWriter json = new JsonWriter(256).beginObject().name("phase").value(phase);
        members.accept(json);
        System.out.println(new String(json.endObject().toByteArray(), StandardCharsets.UTF_8));
    }

    private static final class Registration {
        final Metric metric;
        final String name;
        final MetricGroup group;

        Registration(Metric metric, String name, MetricGroup group) {
            this.metric = metric;
            this.name = name;
            this.group = group;
        }
    }
}
