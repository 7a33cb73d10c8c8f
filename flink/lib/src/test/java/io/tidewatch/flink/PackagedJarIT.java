package io.tidewatch.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar as it is shipped: what is in it, and that each part runs with nothing but what it needs beside it. */
class PackagedJarIT {
    private static final File JAR = new File(System.getProperty("tidewatch.jar"));
    private static final String PLUGINS = "META-INF/org/apache/logging/log4j/core/config/plugins/Log4j2Plugins.dat";

    @Test
    void holdsOnlyItsOwnPackages() throws IOException {
        try (JarFile jar = new JarFile(JAR)) {
            TreeSet<String> packages = jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> String.join("/", List.of(name.split("/")).subList(0, 3)))
                    .collect(Collectors.toCollection(TreeSet::new));

            assertEquals(new TreeSet<>(List.of("io/tidewatch/flink", "io/tidewatch/shaded")), packages);
        }
    }

    @Test
    void holdsNoNativeCodeAndNoForeignVersionFile() throws IOException {
        try (JarFile jar = new JarFile(JAR)) {
            List<String> others = jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> !name.endsWith(".class") && !name.endsWith("/"))
                    .sorted()
                    .collect(Collectors.toList());

            assertEquals(
                    List.of(
                            "LICENSE",
                            "META-INF/MANIFEST.MF",
                            "META-INF/NOTICE",
                            PLUGINS,
                            "META-INF/services/io.tidewatch.shaded.kafka.common.config.provider.ConfigProvider",
                            "NOTICE",
                            "io/tidewatch/shaded/kafka/kafka-version.properties"),
                    others);
        }
    }

    @Test
    void namesItsAppenderForLog4j() throws IOException {
        try (JarFile jar = new JarFile(JAR)) {
            String plugins = new String(jar.getInputStream(jar.getEntry(PLUGINS)).readAllBytes(), StandardCharsets.ISO_8859_1);

            assertTrue(plugins.contains("tidewatchkafka") && plugins.contains("io.tidewatch.flink.log.KafkaLogAppender"), plugins);
        }
    }

    @Test
    void rewritesClassNamesToTheMovedClient() throws Exception {
        try (URLClassLoader shipped = loader(jarsOf("slf4j-api"))) {
            Method adapted = shipped.loadClass("io.tidewatch.flink.kafka.ProducerProperties").getMethod("adapted", Map.class);
            Map<?, ?> properties = (Map<?, ?>)
                    adapted.invoke(null, Map.of("sasl.jaas.config", "org.apache.kafka.common.security.plain.PlainLoginModule required;"));
            String module = properties.get("sasl.jaas.config").toString().split(" ")[0];

            assertEquals("io.tidewatch.shaded.kafka.common.security.plain.PlainLoginModule", module);
            assertNotNull(shipped.loadClass(module));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "lz4"})
    void compressesWithWhatItBrings(String codec) throws Exception {
        try (URLClassLoader shipped = loader(jarsOf("slf4j-api"))) {
            Class<?> type = shipped.loadClass("io.tidewatch.shaded.kafka.common.record.CompressionType");
            Class<?> compression = shipped.loadClass("io.tidewatch.shaded.kafka.common.compress.Compression");
            Object builder = compression.getMethod("of", type).invoke(null, type.getMethod("forName", String.class).invoke(null, codec));
            Object found = builder.getClass().getMethod("build").invoke(builder);
            Class<?> buffer = shipped.loadClass("io.tidewatch.shaded.kafka.common.utils.ByteBufferOutputStream");
            Object target = buffer.getConstructor(int.class).newInstance(1024);
            Method wrap = compression.getMethod("wrapForOutput", buffer, byte.class);
            byte[] text = "a line of a log, again and again ".repeat(100).getBytes(StandardCharsets.UTF_8);

            try (OutputStream out = (OutputStream) wrap.invoke(found, target, (byte) 2)) {
                out.write(text);
            }

            int written = (int) buffer.getMethod("position").invoke(target);
            assertTrue(codec.equals("none") ? written == text.length : written > 0 && written < text.length / 4, written + " bytes");
        }
    }

    /** Flink 1.20 has no listeners; nothing but the configuration's own key ever loads this class. */
    @Test
    void onlyTheListenerNeedsFlink() throws Exception {
        try (URLClassLoader shipped = loader(jarsOf("slf4j-api", "log4j-api", "log4j-core"))) {
            assertNotNull(Class.forName("io.tidewatch.flink.log.KafkaLogAppender", true, shipped));
            assertNotNull(Class.forName("io.tidewatch.flink.jobs.JobsClient", true, shipped));
            assertNull(shipped.findResource("META-INF/services/org.apache.flink.core.execution.JobStatusChangedListenerFactory"));
            NoClassDefFoundError missing = assertThrows(
                    NoClassDefFoundError.class,
                    () -> Class.forName("io.tidewatch.flink.lineage.LineageListenerFactory", true, shipped));
            assertEquals("org/apache/flink/core/execution/JobStatusChangedListenerFactory", missing.getMessage());
        }
    }

    @Test
    void theJobsClientSaysWhatKafkaNeedsBesideTheJar(@TempDir Path folder) throws Exception {
        Path sql = Files.writeString(folder.resolve("job.sql"), "SELECT 1");
        Process client = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar", JAR.getPath(), "--sql", sql.toString(), "--name", "j", "--brokers", "127.0.0.1:1")
                .redirectErrorStream(true)
                .start();
        String printed = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertEquals(2, client.waitFor(), printed);
        assertTrue(printed.startsWith("--brokers needs Flink's libraries: "), printed);
    }

    /** The shipped jar and these libraries, without anything of the test's own class path. */
    private static URLClassLoader loader(Stream<File> libraries) {
        URL[] urls = Stream.concat(Stream.of(JAR), libraries).map(PackagedJarIT::url).toArray(URL[]::new);
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    private static Stream<File> jarsOf(String... names) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(File::new)
                .filter(file -> Stream.of(names).anyMatch(name -> file.getName().matches(name + "-[0-9.]+\\.jar")));
    }

    private static URL url(File file) {
        try {
            return file.toURI().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
