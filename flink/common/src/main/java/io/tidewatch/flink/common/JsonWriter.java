package io.tidewatch.flink.common;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes JSON as UTF-8 into a buffer that is used again and again. Commas are set where they belong; that brackets match is
 * up to the caller. Numbers that JSON lacks (NaN, infinities) become {@code null}; a lone surrogate becomes U+FFFD. Not
 * thread-safe.
 */
public final class JsonWriter {
    private static final byte[] NULL = ascii("null");
    private static final byte[] MIN_LONG = ascii(Long.toString(Long.MIN_VALUE));
    private static final byte[] HEX = ascii("0123456789abcdef");
    private static final double EXACT_LONG = 1L << 53;
    private static final int LONGEST_LONG = 20;
    /** The most bytes one char becomes: a control character's escape. */
    private static final int LONGEST_CHAR = 6;
    /** A buffer beyond this is given up by {@link #reset}, so that one huge record does not stay in memory. */
    private static final int KEPT_BYTES = 1 << 20;

    private final int initialBytes;
    private byte[] buffer;
    private int size;

    public JsonWriter(int initialBytes) {
        this.initialBytes = Math.max(64, initialBytes);
        this.buffer = new byte[this.initialBytes];
    }

    /** The text as a JSON string in quotes, to be written again and again by {@link #name(byte[])} or {@link #raw}. */
    public static byte[] quoted(String text) {
        return new JsonWriter(text.length() + 2).value(text).toByteArray();
    }

    /** Starts over with an empty buffer. */
    public JsonWriter reset() {
        size = 0;
        if (buffer.length > KEPT_BYTES) {
            buffer = new byte[initialBytes];
        }
        return this;
    }

    /** Bytes written so far. */
    public int size() {
        return size;
    }

    /** Takes back what was written after the first {@code to} bytes. */
    public JsonWriter truncate(int to) {
        if (to < 0 || to > size) {
            throw new IllegalArgumentException("not within the " + size + " bytes written: " + to);
        }
        size = to;
        return this;
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, size);
    }

    public JsonWriter beginObject() {
        separate();
        return put('{');
    }

    public JsonWriter endObject() {
        return put('}');
    }

    public JsonWriter beginArray() {
        separate();
        return put('[');
    }

    public JsonWriter endArray() {
        return put(']');
    }

    public JsonWriter name(String name) {
        return value(name).put(':');
    }

    /** A name as {@link #quoted} gives it. */
    public JsonWriter name(byte[] quoted) {
        return raw(quoted).put(':');
    }

    /** A value, or members of an object, already written as JSON. */
    public JsonWriter raw(byte[] json) {
        separate();
        return append(json);
    }

    public JsonWriter nullValue() {
        return raw(NULL);
    }

    public JsonWriter value(long number) {
        separate();
        return appendLong(number);
    }

    public JsonWriter value(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return nullValue();
        }
        separate();
        if (number == Math.rint(number) && Math.abs(number) <= EXACT_LONG) {
            return appendLong((long) number);
        }
        return appendAscii(Double.toString(number));
    }

    /** The shortest digits that say the same float, not those of the double it widens to. */
    public JsonWriter value(float number) {
        if (number == Math.rint(number) || Float.isNaN(number)) {
            return value((double) number);
        }
        separate();
        return appendAscii(Float.toString(number));
    }

    /** A string; null is {@code null}. */
    public JsonWriter value(CharSequence text) {
        return text == null ? nullValue() : value(text, 0, text.length());
    }

    /** A part of a text as a string. */
    public JsonWriter value(CharSequence text, int from, int to) {
        separate();
        put('"');
        for (int i = from; i < to; i++) {
            room(LONGEST_CHAR);
            char c = text.charAt(i);
            if (c < 0x80) {
                appendAscii(c);
            } else if (c < 0x800) {
                buffer[size++] = (byte) (0xc0 | c >> 6);
                buffer[size++] = (byte) (0x80 | c & 0x3f);
            } else if (!Character.isSurrogate(c)) {
                appendThree(c);
            } else if (i + 1 < to && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                appendFour(Character.toCodePoint(c, text.charAt(++i)));
            } else {
                appendThree('\ufffd');
            }
        }
        return put('"');
    }

    private void appendAscii(char c) {
        if (c >= 0x20 && c != '"' && c != '\\') {
            buffer[size++] = (byte) c;
            return;
        }
        buffer[size++] = '\\';
        switch (c) {
            case '\n':
                buffer[size++] = 'n';
                break;
            case '\r':
                buffer[size++] = 'r';
                break;
            case '\t':
                buffer[size++] = 't';
                break;
            case '"':
            case '\\':
                buffer[size++] = (byte) c;
                break;
            default:
                buffer[size++] = 'u';
                buffer[size++] = '0';
                buffer[size++] = '0';
                buffer[size++] = HEX[c >> 4];
                buffer[size++] = HEX[c & 0xf];
        }
    }

    private void appendThree(char c) {
        buffer[size++] = (byte) (0xe0 | c >> 12);
        buffer[size++] = (byte) (0x80 | c >> 6 & 0x3f);
        buffer[size++] = (byte) (0x80 | c & 0x3f);
    }

    private void appendFour(int codePoint) {
        buffer[size++] = (byte) (0xf0 | codePoint >> 18);
        buffer[size++] = (byte) (0x80 | codePoint >> 12 & 0x3f);
        buffer[size++] = (byte) (0x80 | codePoint >> 6 & 0x3f);
        buffer[size++] = (byte) (0x80 | codePoint & 0x3f);
    }

    private JsonWriter appendLong(long number) {
        if (number == Long.MIN_VALUE) {
            return append(MIN_LONG);
        }
        room(LONGEST_LONG);
        long rest = Math.abs(number);
        if (number < 0) {
            buffer[size++] = '-';
        }
        int end = size + digits(rest);
        for (int at = end - 1; at >= size; at--, rest /= 10) {
            buffer[at] = (byte) ('0' + rest % 10);
        }
        size = end;
        return this;
    }

    private static int digits(long number) {
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private JsonWriter appendAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            put(text.charAt(i));
        }
        return this;
    }

    private JsonWriter append(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, size, bytes.length);
        size += bytes.length;
        return this;
    }

    /** A comma, unless something just began. */
    private void separate() {
        if (size == 0) {
            return;
        }
        byte last = buffer[size - 1];
        if (last != '{' && last != '[' && last != ':') {
            put(',');
        }
    }

    private JsonWriter put(char c) {
        room(1);
        buffer[size++] = (byte) c;
        return this;
    }

    private void room(int bytes) {
        if (buffer.length - size < bytes) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + bytes));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
