package io.tidewatch.flink.redact;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Masks the records and field values that deserialisation errors of Flink's formats, Jackson and the JDK's parsers quote. What is left
 * tells the length and, for all but short texts (which could be guessed from it), a hash: equal records stay recognisable.
 *
 * <p>A quotation may hold its own quotes and line ends, so it is taken to end at the last closing quote before the next frame
 * of a stack trace: rather too much is masked than a part of a record shown.
 */
public final class RecordContents {
    /** Shorter contents have no hash. */
    private static final int MIN_HASHED = 16;

    private static final Rule[] RULES = {
        // Failed to deserialize JSON '{…}'. · Failed to deserialize CSV row '…'.
        new Rule("deserialize ", "'", "'", 40),
        // Corrupt Canal | Debezium | Maxwell | Ogg JSON message '…'.
        new Rule("Corrupt ", "'", "'", 40),
        // Unknown "op" value "x". The Debezium JSON message is '…'
        new Rule("JSON message is ", "'", "'", 0),
        // Jackson: at [Source: (byte[])"…"; line: 1, column: 2]
        new Rule("[Source: (", ")\"", "\"; line:", 24),
        new Rule("Unrecognized token ", "'", "': was expecting", 0),
        new Rule("from String ", "\"", "\":", 0),
        // KafkaDeserializationException of consumers: ConsumerRecord(topic = t, …, key = k, value = v)
        new Rule("ConsumerRecord(", ", key = ", ")", 400),
        // NumberFormatException
        new Rule("For input string: ", "\"", "\"", 0),
        // DateTimeParseException
        new Rule("Text ", "'", "' could not be parsed", 0),
    };

    private static final String[] STACK_STARTS = {"\n\tat ", "\nCaused by: "};

    private RecordContents() {}

    /** The text with quoted record contents masked; the very same string when there are none. */
    public static String mask(String text) {
        String masked = text;
        for (Rule rule : RULES) {
            if (masked.contains(rule.trigger)) {
                masked = apply(rule, masked);
            }
        }
        return masked;
    }

    private static String apply(Rule rule, String text) {
        StringBuilder masked = null;
        int copied = 0;
        for (int hit = text.indexOf(rule.trigger); hit >= 0; hit = text.indexOf(rule.trigger, hit)) {
            hit += rule.trigger.length();
            int open = text.indexOf(rule.open, hit);
            if (open < 0 || open - hit > rule.gap || hasLineEnd(text, hit, open)) {
                continue;
            }
            int start = open + rule.open.length();
            int limit = stackStart(text, start);
            int close = text.lastIndexOf(rule.close, limit - rule.close.length());
            int end = close < start ? limit : close;
            if (end == start || text.startsWith("<record of ", start)) {
                continue;
            }
            masked = masked == null ? new StringBuilder(text.length()) : masked;
            masked.append(text, copied, start).append(standIn(text.substring(start, end)));
            copied = end;
            hit = end;
        }
        return masked == null ? text : masked.append(text, copied, text.length()).toString();
    }

    private static boolean hasLineEnd(String text, int from, int to) {
        int end = text.indexOf('\n', from);
        return end >= 0 && end < to;
    }

    private static int stackStart(String text, int from) {
        int start = text.length();
        for (String mark : STACK_STARTS) {
            int found = text.indexOf(mark, from);
            start = found < 0 ? start : Math.min(start, found);
        }
        return start;
    }

    private static String standIn(String content) {
        String hash = content.length() < MIN_HASHED ? "" : ", sha256 " + hash(content);
        return "<record of " + content.length() + " characters" + hash + ">";
    }

    /** The first four bytes of the SHA-256, as hex. */
    private static String hash(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            int head = (digest[0] & 0xff) << 24 | (digest[1] & 0xff) << 16 | (digest[2] & 0xff) << 8 | digest[3] & 0xff;
            return String.format("%08x", head);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** `trigger`, at most `gap` characters of the same line, `open`, the content, `close`. */
    private static final class Rule {
        private final String trigger;
        private final String open;
        private final String close;
        private final int gap;

        Rule(String trigger, String open, String close, int gap) {
            this.trigger = trigger;
            this.open = open;
            this.close = close;
            this.gap = gap;
        }
    }
}
