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
        Rule.evenCutOff("deserialize ", 40, "'", "'"),
        // Corrupt Canal | Debezium | Maxwell | Ogg JSON message '…'.
        Rule.evenCutOff("Corrupt ", 40, "'", "'"),
        // Unknown "op" value "x". The Debezium JSON message is '…'
        Rule.evenCutOff("JSON message is ", 0, "'", "'"),
        // Jackson: at [Source: (byte[])"…"; line: 1, column: 2]
        Rule.evenCutOff("[Source: (", 24, ")\"", "\"; line:"),
        Rule.whole("Unrecognized token ", 0, "'", "': was expecting"),
        Rule.whole("from String ", 0, "\"", "\":"),
        // Kafka: ConsumerRecord(topic = t, …, key = k, value = v)
        Rule.whole("ConsumerRecord(", 400, ", key = ", ")"),
        // NumberFormatException
        Rule.whole("For input string: ", 0, "\"", "\""),
        // DateTimeParseException
        Rule.whole("Text ", 0, "'", "' could not be parsed"),
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
        int lastClose = text.lastIndexOf(rule.close);
        for (int hit = text.indexOf(rule.trigger); hit >= 0; hit = text.indexOf(rule.trigger, hit)) {
            hit += rule.trigger.length();
            if (rule.isWhole && lastClose < hit) {
                break;
            }
            int start = contentStart(rule, text, hit);
            int end = start < 0 ? -1 : contentEnd(rule, text, start);
            if (end <= start || text.startsWith("<record of ", start)) {
                continue;
            }
            masked = masked == null ? new StringBuilder(text.length()) : masked;
            masked.append(text, copied, start).append(standIn(text.substring(start, end)));
            copied = end;
            hit = end;
        }
        return masked == null ? text : masked.append(text, copied, text.length()).toString();
    }

    /** Where the content begins after a trigger; -1 when nothing is quoted close behind it, on its line. */
    private static int contentStart(Rule rule, String text, int from) {
        int last = Math.min(from + rule.gap, text.length() - rule.open.length());
        for (int i = from; i <= last; i++) {
            if (text.startsWith(rule.open, i)) {
                return i + rule.open.length();
            }
            if (text.charAt(i) == '\n') {
                return -1;
            }
        }
        return -1;
    }

    /** Where the content ends; -1 when it must be whole and is not. */
    private static int contentEnd(Rule rule, String text, int start) {
        int limit = stackStart(text, start);
        for (int close = limit - rule.close.length(); close >= start; close--) {
            if (text.startsWith(rule.close, close)) {
                return close;
            }
        }
        return rule.isWhole ? -1 : limit;
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

    /** {@code trigger}, at most {@code gap} characters of the same line, {@code open}, the content, {@code close}. */
    private static final class Rule {
        private final String trigger;
        private final int gap;
        private final String open;
        private final String close;
        private final boolean isWhole;

        private Rule(String trigger, int gap, String open, String close, boolean isWhole) {
            this.trigger = trigger;
            this.gap = gap;
            this.open = open;
            this.close = close;
            this.isWhole = isWhole;
        }

        /** The beginning is telling enough: without its end the rest of the text is the content. */
        static Rule evenCutOff(String trigger, int gap, String open, String close) {
            return new Rule(trigger, gap, open, close, false);
        }

        /** Only with its end: the beginning alone is said elsewhere too. */
        static Rule whole(String trigger, int gap, String open, String close) {
            return new Rule(trigger, gap, open, close, true);
        }
    }
}
