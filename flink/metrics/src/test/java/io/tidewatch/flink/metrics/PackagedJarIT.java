package io.tidewatch.flink.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.ServiceLoader;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.flink.metrics.reporter.MetricReporterFactory;
import org.junit.jupiter.api.Test;

/** The jar as it goes into {@code plugins/tidewatch-metrics/}. */
class PackagedJarIT {
    private static final File JAR = new File(System.getProperty("tidewatch.jar"));

    @Test
    void holdsTheReporterAndKafkaButNothingThatFlinkHas() throws IOException {
        List<String> entries = entries();
        assertTrue(entries.contains("io/tidewatch/flink/metrics/KafkaMetricReporter.class"));
        assertTrue(entries.contains("io/tidewatch/flink/common/RecordSender.class"));
        assertTrue(entries.contains("org/apache/kafka/clients/producer/KafkaProducer.class"));
        assertTrue(entries.contains("net/jpountz/lz4/LZ4Factory.class"));
        assertTrue(entries.contains("com/github/luben/zstd/Zstd.class"));
        assertTrue(entries.contains("org/xerial/snappy/Snappy.class"));
        assertTrue(entries.contains("LICENSE"));
        assertEquals(
                List.of(),
                entries.stream()
                        .filter(name -> name.matches("org/(apache/flink|slf4j|apache/logging|apache/log4j|junit)/.*\\.class"))
                        .collect(Collectors.toList()));
    }

    @Test
    void loadsAsAPluginWithAClassLoaderOfItsOwn() throws IOException {
        try (URLClassLoader plugin = new PluginLoader(JAR.toURI().toURL())) {
            List<MetricReporterFactory> factories =
                    StreamSupport.stream(ServiceLoader.load(MetricReporterFactory.class, plugin).spliterator(), false)
                            .filter(factory -> factory.getClass().getClassLoader() == plugin)
                            .collect(Collectors.toList());
            assertEquals(1, factories.size());
            assertEquals(KafkaMetricReporterFactory.class.getName(), factories.get(0).getClass().getName());
            assertNotSame(KafkaMetricReporterFactory.class, factories.get(0).getClass());
        }
    }

    private static List<String> entries() throws IOException {
        try (JarFile jar = new JarFile(JAR)) {
            return jar.stream().map(JarEntry::getName).collect(Collectors.toList());
        }
    }

    /** As Flink's: its own classes first, of the parent only Flink's and the logging API. */
    private static final class PluginLoader extends URLClassLoader {
        PluginLoader(URL jar) {
            super(new URL[] {jar}, PackagedJarIT.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean isParents = name.startsWith("java.") || name.startsWith("org.apache.flink.") || name.startsWith("org.slf4j.");
            if (isParents) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }
    }
}
