package io.tidewatch.flink.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JobsClientTest {
    private final List<String> requests = new ArrayList<>();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private HttpServer daemon;
    private int status = 200;
    private String answer = "{\"accepted\":1,\"rejected\":[]}";

    @TempDir
    Path folder;

    @BeforeEach
    void startDaemon() throws IOException {
        daemon = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        daemon.createContext("/", exchange -> {
            String login = exchange.getRequestHeaders().getFirst("authorization");
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(exchange.getRequestURI() + " " + login + " " + body.replaceFirst("\"ts\":\\d+", "\"ts\":0"));
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        daemon.start();
    }

    @AfterEach
    void stopDaemon() {
        daemon.stop(0);
    }

    @Test
    void postsTheSubmissionToTheDaemon() throws IOException {
        String sql = file("SET 'pipeline.name' = 'cdo';\nCREATE TABLE t WITH ('password' = 'hunter2');");

        int code = run(
                "--sql", sql, "--name", "cdo", "--owner", "zhang", "--session", "hive.dw", "--job-id", "98", "--app-id", "app_1",
                "--property", "parallelism.default=2", "--url", "http://me:secret@127.0.0.1:" + port() + "/");

        assertEquals(JobsClient.SENT, code, printed());
        assertEquals(
                List.of("/api/v1/ingest/jobs Basic bWU6c2VjcmV0 {\"type\":\"job\",\"ts\":0,\"job_name\":\"cdo\",\"job_id\":\"98\","
                        + "\"app_id\":\"app_1\",\"owner\":\"zhang\",\"session\":\"hive.dw\",\"sql\":\"SET 'pipeline.name' = 'cdo';\\n"
                        + "CREATE TABLE t WITH ('password' = '<redacted>');\",\"properties\":{\"parallelism.default\":\"2\"}}"),
                requests);
        assertEquals("reported job cdo to http://127.0.0.1:" + port() + "/", printed());
    }

    @Test
    void postsAChangeOfStatus() throws IOException {
        try (JobsClient client = JobsClient.toDaemon("http://127.0.0.1:" + port())) {
            client.status("98", "cdo", "FINISHED", null);
        }

        assertEquals(
                List.of("/api/v1/ingest/jobs null {\"type\":\"job_status\",\"ts\":0,\"job_id\":\"98\",\"job_name\":\"cdo\",\"status\":\"FINISHED\"}"),
                requests);
    }

    @Test
    void saysWhatTheDaemonRefused() throws IOException {
        answer = "{\"accepted\":0,\"rejected\":[{\"line\":1,\"code\":\"bad-field\"}]}";

        int code = run("--sql", file("SELECT 1"), "--name", "cdo", "--url", "http://me:secret@127.0.0.1:" + port());

        assertEquals(JobsClient.NOT_SENT, code);
        assertEquals("the daemon at http://127.0.0.1:" + port() + " did not take the record: 200 " + answer, printed());
    }

    @Test
    void saysWhenTheDaemonIsNotAllowedOrFails() {
        status = 401;

        IOException e = assertThrows(IOException.class, () -> {
            try (JobsClient client = JobsClient.toDaemon("http://127.0.0.1:" + port())) {
                client.submitted(JobSubmission.named("cdo").build());
            }
        });

        assertTrue(e.getMessage().contains("did not take the record: 401"), e.getMessage());
    }

    @Test
    void saysWhenTheDaemonIsNotThere() throws IOException {
        int port = port();
        daemon.stop(0);

        int code = run("--sql", file("SELECT 1"), "--name", "cdo", "--url", "http://127.0.0.1:" + port);

        assertEquals(JobsClient.NOT_SENT, code);
        assertTrue(printed().startsWith("the daemon at http://127.0.0.1:" + port + " does not answer"), printed());
    }

    static Stream<Arguments> wrongUses() {
        String[] good = {"--sql", "none.sql", "--name", "j", "--url", "http://h:1"};
        return Stream.of(
                arguments("nothing given", "--sql is missing", new String[] {}),
                arguments("no name", "--name is missing", new String[] {"--sql", "f"}),
                arguments("no target", "either --url or --brokers", new String[] {"--sql", "f", "--name", "j"}),
                arguments("two targets", "either --url or --brokers", with(good, "--brokers", "h:1")),
                arguments("an unknown option", "unknown option --sqll", new String[] {"--sqll", "f"}),
                arguments("a word instead of an option", "unknown option f", new String[] {"f", "g"}),
                arguments("a value is missing", "--name: value missing", new String[] {"--sql", "f", "--name"}),
                arguments("an option twice", "--name: given twice", with(good, "--name", "k")),
                arguments("a property without a value", "--property: expected KEY=VALUE, not x", with(good, "--property", "x")),
                arguments("an address that is none", "not an address", new String[] {"--sql", "/dev/null", "--name", "j", "--url", "h:1"}),
                arguments(
                        "a producer property Kafka refuses",
                        "Kafka settings: ",
                        new String[] {"--sql", "/dev/null", "--name", "j", "--brokers", "h:1", "--kafka", "acks=maybe"}),
                arguments("no such file", "no such file: none.sql", good));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongUses")
    void saysWhatIsWrongWithTheCommandLine(String what, String message, String[] args) {
        assertEquals(JobsClient.WRONG_USE, run(args));
        assertTrue(printed().startsWith(message), printed());
        assertFalse(printed().contains("Exception"), printed());
    }

    private int run(String... args) {
        PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return JobsClient.run(args, stream, stream);
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8).strip();
    }

    private int port() {
        return daemon.getAddress().getPort();
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("job.sql"), text).toString();
    }

    private static String[] with(String[] args, String... more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
    }
}
