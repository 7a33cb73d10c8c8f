package io.tidewatch.flink.redact;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Prints a throwable as the JDK does (frames, suppressed, causes with their common frames left out), each message masked on its
 * own, and bounded. Flink's {@code SerializedThrowable} stands for an exception whose class is not at hand and prints as that one.
 */
public final class StackTrace {
    private static final String SERIALIZED = "org.apache.flink.util.SerializedThrowable";
    private static final int MAX_CAUSES = 50;
    private static final StackTraceElement[] NO_FRAMES = {};

    private final BoundedText out;
    private final Redaction redaction;
    private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private StackTrace(BoundedText out, Redaction redaction) {
        this.out = out;
        this.redaction = redaction;
    }

    /** Appends the trace without a line end after its last line. */
    public static void print(Throwable thrown, BoundedText out, Redaction redaction) {
        new StackTrace(out, redaction).print(thrown, NO_FRAMES, "", "", 0);
    }

    /** The class of the exception, also where another stands for it. */
    public static String className(Throwable thrown) {
        if (!isSerialized(thrown)) {
            return thrown.getClass().getName();
        }
        // prints as "class: message", with a message of "class: text" or of the class alone
        String text = thrown.toString();
        return text.substring(0, Math.max(0, text.length() - messageOf(thrown).length() - ": ".length()));
    }

    /** The exception's own message, also where another stands for it; empty without one. Not masked. */
    public static String message(Throwable thrown) {
        String message = messageOf(thrown);
        if (!isSerialized(thrown)) {
            return message;
        }
        String prefix = className(thrown) + ": ";
        return message.startsWith(prefix) ? message.substring(prefix.length()) : "";
    }

    /** The innermost cause; the throwable itself when it has none. */
    public static Throwable root(Throwable thrown) {
        Throwable root = thrown;
        for (int depth = 0; depth < MAX_CAUSES && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        return root;
    }

    private void print(Throwable thrown, StackTraceElement[] enclosing, String caption, String indent, int depth) {
        if (depth > 0) {
            out.append("\n");
        }
        if (depth > MAX_CAUSES || !seen.add(thrown)) {
            out.append(indent).append(caption).append("[CIRCULAR REFERENCE: ").append(className(thrown)).append("]");
            return;
        }
        out.append(indent).append(caption).append(redaction.text(headline(thrown)));
        StackTraceElement[] frames = thrown.getStackTrace();
        int own = frames.length - common(frames, enclosing);
        for (int i = 0; i < own; i++) {
            out.append("\n").append(indent).append("\tat ").append(frames[i].toString());
        }
        if (own < frames.length) {
            out.append("\n").append(indent).append("\t... ").append(Integer.toString(frames.length - own)).append(" more");
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            print(suppressed, frames, "Suppressed: ", indent + "\t", depth + 1);
        }
        if (thrown.getCause() != null) {
            print(thrown.getCause(), frames, "Caused by: ", indent, depth + 1);
        }
    }

    private static String headline(Throwable thrown) {
        return isSerialized(thrown) ? messageOf(thrown) : thrown.toString();
    }

    private static String messageOf(Throwable thrown) {
        String message = thrown.getLocalizedMessage();
        return message == null ? "" : message;
    }

    private static boolean isSerialized(Throwable thrown) {
        return thrown.getClass().getName().equals(SERIALIZED);
    }

    private static int common(StackTraceElement[] frames, StackTraceElement[] enclosing) {
        int count = 0;
        while (count < frames.length && count < enclosing.length
                && frames[frames.length - 1 - count].equals(enclosing[enclosing.length - 1 - count])) {
            count++;
        }
        return count;
    }
}
