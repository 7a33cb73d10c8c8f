package io.tidewatch.flink.jobs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;

/** Posts to a daemon's {@code /api/v1/ingest/jobs}; {@code http://user:password@host:8686} logs in with basic credentials. */
final class DaemonTarget implements JobsTarget {
    private static final int MAX_SHOWN = 500;
    private static final int MAX_ANSWER = 1 << 16;

    private final URI daemon;
    private final Duration limit;

    /** Throws IllegalArgumentException for an address that is none. */
    DaemonTarget(String url, Duration limit) {
        this.daemon = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
        if (!"http".equals(daemon.getScheme()) && !"https".equals(daemon.getScheme()) || daemon.getHost() == null) {
            throw new IllegalArgumentException("not an address such as http://tidewatch:8686");
        }
        this.limit = limit;
    }

    @Override
    public void send(JobRecord record) throws IOException {
        int status;
        String body;
        try {
            HttpURLConnection connection = request(record);
            status = connection.getResponseCode();
            body = text(status < HttpURLConnection.HTTP_BAD_REQUEST ? connection.getInputStream() : connection.getErrorStream());
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new IOException("the daemon at " + shown() + " does not answer: " + reason, e);
        }
        if (status != HttpURLConnection.HTTP_OK || !body.contains("\"accepted\":1")) {
            String text = body.substring(0, Math.min(body.length(), MAX_SHOWN));
            throw new IOException("the daemon at " + shown() + " did not take the record: " + status + " " + text);
        }
    }

    @Override
    public void close() {
        // idle connections end by themselves
    }

    /** Sent with its body; Java 8 has no other client. */
    private HttpURLConnection request(JobRecord record) throws IOException {
        HttpURLConnection request = (HttpURLConnection) new URL(shown() + "/api/v1/ingest/jobs").openConnection();
        request.setConnectTimeout((int) limit.toMillis());
        request.setReadTimeout((int) limit.toMillis());
        request.setInstanceFollowRedirects(false);
        request.setRequestMethod("POST");
        request.setRequestProperty("content-type", "application/x-ndjson");
        request.setRequestProperty("idempotency-key", "job-" + UUID.nameUUIDFromBytes(record.value()));
        if (daemon.getUserInfo() != null) {
            byte[] login = daemon.getUserInfo().getBytes(StandardCharsets.UTF_8);
            request.setRequestProperty("authorization", "Basic " + Base64.getEncoder().encodeToString(login));
        }
        request.setDoOutput(true);
        try (OutputStream body = request.getOutputStream()) {
            body.write(record.value());
        }
        return request;
    }

    /** Null, as an answer without a body has it, is empty. */
    private static String text(InputStream answer) throws IOException {
        if (answer == null) {
            return "";
        }
        try (InputStream in = answer) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] buffer = new byte[4096];
            for (int n = in.read(buffer); n >= 0 && bytes.size() < MAX_ANSWER; n = in.read(buffer)) {
                bytes.write(buffer, 0, n);
            }
            return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
        }
    }

    /** The address without its credentials. */
    private String shown() {
        String port = daemon.getPort() < 0 ? "" : ":" + daemon.getPort();
        String path = daemon.getRawPath() == null ? "" : daemon.getRawPath();
        return daemon.getScheme() + "://" + daemon.getHost() + port + path;
    }
}
