package io.tidewatch.flink.jobs;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;

/** Posts to a daemon's {@code /api/v1/ingest/jobs}; {@code http://user:password@host:8686} logs in with basic credentials. */
final class DaemonTarget implements JobsTarget {
    private static final int MAX_SHOWN = 500;

    private final URI daemon;
    private final Duration limit;
    private final HttpClient client;

    /** Throws IllegalArgumentException for an address that is none. */
    DaemonTarget(String url, Duration limit) {
        this.daemon = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
        if (!"http".equals(daemon.getScheme()) && !"https".equals(daemon.getScheme()) || daemon.getHost() == null) {
            throw new IllegalArgumentException("not an address such as http://tidewatch:8686");
        }
        this.limit = limit;
        this.client = HttpClient.newBuilder().connectTimeout(limit).build();
    }

    @Override
    public void send(JobRecord record) throws IOException {
        HttpResponse<String> answer;
        try {
            answer = client.send(request(record), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + shown(), e);
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new IOException("the daemon at " + shown() + " does not answer: " + reason, e);
        }
        String body = answer.body();
        if (answer.statusCode() != 200 || !body.contains("\"accepted\":1")) {
            String text = body.substring(0, Math.min(body.length(), MAX_SHOWN));
            throw new IOException("the daemon at " + shown() + " did not take the record: " + answer.statusCode() + " " + text);
        }
    }

    @Override
    public void close() {
        // the client's threads end by themselves
    }

    private HttpRequest request(JobRecord record) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(shown() + "/api/v1/ingest/jobs"))
                .timeout(limit)
                .header("content-type", "application/x-ndjson")
                .header("idempotency-key", "job-" + UUID.nameUUIDFromBytes(record.value()))
                .POST(HttpRequest.BodyPublishers.ofByteArray(record.value()));
        if (daemon.getUserInfo() != null) {
            byte[] login = daemon.getUserInfo().getBytes(StandardCharsets.UTF_8);
            request.header("authorization", "Basic " + Base64.getEncoder().encodeToString(login));
        }
        return request.build();
    }

    /** The address without its credentials. */
    private String shown() {
        String port = daemon.getPort() < 0 ? "" : ":" + daemon.getPort();
        String path = daemon.getRawPath() == null ? "" : daemon.getRawPath();
        return daemon.getScheme() + "://" + daemon.getHost() + port + path;
    }
}
