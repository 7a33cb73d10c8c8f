package io.tidewatch.flink.redact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.flink.util.SerializedThrowable;
import org.junit.jupiter.api.Test;

class StackTraceTest {
    private static final Redaction NONE = new Redaction(false, false);

    @Test
    void printsWhatTheJdkPrints() {
        Exception thrown = new IOException("outer", new IllegalStateException("middle", new NumberFormatException()));
        thrown.addSuppressed(new RuntimeException("beside", new Error("deep")));

        assertEquals(byTheJdk(thrown), print(thrown, NONE));
    }

    @Test
    void endsWhereCausesGoInCircles() {
        Exception outer = new Exception("outer");
        Exception inner = new Exception("inner", outer);
        outer.initCause(inner);

        String text = print(outer, NONE);

        assertTrue(text.endsWith("Caused by: [CIRCULAR REFERENCE: java.lang.Exception]"), text);
    }

    @Test
    void masksEachMessageOnItsOwn() {
        Exception cause = new IOException("Failed to deserialize JSON 'secret'.");
        String text = print(new RuntimeException("password=hunter2 'x'", cause), Redaction.ALL);

        assertTrue(text.startsWith("java.lang.RuntimeException: password=<redacted> 'x'\n\tat "), text);
        assertTrue(text.contains("\nCaused by: java.io.IOException: Failed to deserialize JSON '<record of 6 characters>'.\n\tat "), text);
        assertFalse(text.contains("secret'"), text);
    }

    @Test
    void namesTheExceptionThatASerializedOneStandsFor() {
        Exception thrown = new SerializedThrowable(new IOException("gone", new IllegalStateException("why")));

        assertEquals("java.io.IOException", StackTrace.className(thrown));
        assertEquals("java.lang.IllegalStateException", StackTrace.className(StackTrace.root(thrown)));
        assertEquals("gone", StackTrace.message(thrown));
        assertEquals("", StackTrace.message(new SerializedThrowable(new IOException())));
        assertEquals("java.io.IOException", StackTrace.className(new SerializedThrowable(new IOException())));
        assertTrue(print(thrown, NONE).startsWith("java.io.IOException: gone\n\tat "));
    }

    @Test
    void saysHowMuchIsMissing() {
        StringBuilder all = new StringBuilder(print(new IOException("x"), NONE));
        BoundedText out = new BoundedText().reset(200);
        StackTrace.print(new IOException("x"), out, NONE);

        String text = out.get().toString();

        assertTrue(text.length() <= 200, text);
        assertTrue(text.matches("(?s).* … \\[\\d+ more]"), text);
        assertTrue(all.length() > 200);
    }

    @Test
    void neverCutsACharacterInTwo() {
        String text = BoundedText.cut("x" + "😀".repeat(60), 64);

        assertTrue(text.length() <= 64);
        assertFalse(Character.isHighSurrogate(text.charAt(text.indexOf(' ') - 1)), text);
        assertTrue(text.endsWith(" … [" + (121 - text.indexOf(' ')) + " more]"), text);
    }

    @Test
    void keepsATextThatFits() {
        String text = "x".repeat(64);

        assertSame(text, BoundedText.cut(text, 64));
    }

    private static String print(Throwable thrown, Redaction redaction) {
        BoundedText out = new BoundedText().reset(1_000_000);
        StackTrace.print(thrown, out, redaction);
        return out.get().toString();
    }

    private static String byTheJdk(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString().stripTrailing();
    }
}
