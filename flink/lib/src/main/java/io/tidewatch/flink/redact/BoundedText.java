package io.tidewatch.flink.redact;

/** Collects text up to a limit and says how much more there was: {@code … [12 more]}, as the daemon does. Not thread safe; reusable. */
public final class BoundedText {
    private static final int NOTE = " … [2147483647 more]".length();

    /** A longer buffer is given up, so that one huge trace does not stay in memory. */
    private static final int KEPT_UNITS = 32_768;

    private StringBuilder text = new StringBuilder();
    private int limit;
    private long cut;

    /** Starts anew with this limit in UTF-16 units, at least 64. */
    public BoundedText reset(int units) {
        if (text.capacity() > KEPT_UNITS) {
            text = new StringBuilder();
        }
        text.setLength(0);
        limit = Math.max(units, 64);
        cut = 0;
        return this;
    }

    public BoundedText append(CharSequence part) {
        int room = limit - text.length();
        if (cut == 0 && part.length() <= room) {
            text.append(part);
        } else {
            int taken = cut > 0 ? 0 : room;
            text.append(part, 0, taken);
            cut += part.length() - taken;
        }
        return this;
    }

    /** The text, no longer than the limit and never ending inside a surrogate pair. */
    public CharSequence get() {
        if (cut > 0) {
            int end = limit - NOTE;
            if (Character.isHighSurrogate(text.charAt(end - 1))) {
                end--;
            }
            long missing = cut + text.length() - end;
            text.setLength(end);
            text.append(" … [").append(missing).append(" more]");
            cut = 0;
        }
        return text;
    }

    /** One text cut to a limit; the very same string when it fits. */
    public static String cut(String text, int units) {
        return text.length() <= units ? text : new BoundedText().reset(units).append(text).get().toString();
    }
}
