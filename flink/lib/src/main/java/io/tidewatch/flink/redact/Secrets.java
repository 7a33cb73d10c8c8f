package io.tidewatch.flink.redact;

/**
 * Masks the values of password, secret, token, key and JAAS settings, and passwords in URLs. The rules and the mask are the daemon's
 * (collector/redact.ts), so that a line masked here is stored there as it is. A value is looked for only where a separator
 * follows a suspicious name, which makes a clean line cost one pass and no allocation.
 */
public final class Secrets {
    /** What stands for a secret. */
    public static final String MASK = "<redacted>";

    private static final int MAX_VALUE = 4096;
    private static final int MAX_USER = 256;
    private static final String[] SCHEMES = {"Bearer ", "Basic ", "Digest ", "Token "};
    /** What ends a value that is not quoted. */
    private static final String AFTER_VALUE = " \t\n\r,;&\"'<>(){}[]\\";
    /** What configuration dumps print for a setting that is not set or already masked. */
    private static final String[] NOT_SECRET = {"null", "none", "true", "false", "[hidden]"};

    private Secrets() {}

    /** The text with secrets masked; the very same string when there are none. */
    public static String mask(String text) {
        StringBuilder masked = null;
        int copied = 0;
        for (int at = nextSeparator(text, 0); at >= 0; at = nextSeparator(text, at)) {
            Span secret = secretAfter(text, at);
            at++;
            if (secret == null) {
                continue;
            }
            masked = masked == null ? new StringBuilder(text.length() + MASK.length()) : masked;
            masked.append(text, copied, secret.start).append(MASK);
            copied = secret.end;
            at = Math.max(at, secret.end);
        }
        return masked == null ? text : masked.append(text, copied, text.length()).toString();
    }

    /** The value a setting of this name may show: itself, with what is secret in it masked. */
    public static String maskSetting(String name, String value) {
        return SecretName.endingAt(name, name.length()) == SecretName.NONE ? mask(value) : MASK;
    }

    private static int nextSeparator(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ':' || c == '=') {
                return i;
            }
        }
        return -1;
    }

    private static Span secretAfter(String text, int separator) {
        if (text.startsWith("://", separator)) {
            return passwordOfUrl(text, separator + 3);
        }
        SecretName name = SecretName.endingAt(text, nameEnd(text, separator));
        if (name == SecretName.NONE) {
            return null;
        }
        int start = separator + (text.startsWith("=>", separator) ? 2 : 1);
        while (start < text.length() && isBlank(text.charAt(start))) {
            start++;
        }
        return valueAt(text, start, name);
    }

    /** Where the name before a separator ends: blanks, a closing quote and its escape lie between. */
    private static int nameEnd(String text, int separator) {
        int end = separator;
        while (end > 0 && isBlank(text.charAt(end - 1))) {
            end--;
        }
        if (end > 0 && isQuote(text.charAt(end - 1))) {
            end--;
        }
        return end > 0 && text.charAt(end - 1) == '\\' ? end - 1 : end;
    }

    private static Span valueAt(String text, int start, SecretName name) {
        int quote = start < text.length() && text.charAt(start) == '\\' ? start + 1 : start;
        if (quote < text.length() && isQuote(text.charAt(quote))) {
            String closing = text.substring(start, quote + 1);
            return span(text, quote + 1, endOfQuoted(text, quote + 1, closing), name);
        }
        switch (name) {
            case JAAS:
                return span(text, start, endOfJaas(text, start), name);
            case AUTHORIZATION:
                int secret = afterScheme(text, start);
                return span(text, secret, endOf(text, secret, AFTER_VALUE), name);
            default:
                return span(text, start, endOf(text, start, AFTER_VALUE), name);
        }
    }

    private static Span span(String text, int start, int end, SecretName name) {
        int from = name == SecretName.AUTHORIZATION ? Math.min(afterScheme(text, start), end) : start;
        boolean isShown = from >= end || text.startsWith(MASK, from) || isNotSecret(text, from, end);
        return isShown ? null : new Span(from, end);
    }

    /** {@code Bearer abc}: the scheme stays readable. */
    private static int afterScheme(String text, int start) {
        for (String scheme : SCHEMES) {
            if (text.regionMatches(true, start, scheme, 0, scheme.length())) {
                return start + scheme.length();
            }
        }
        return start;
    }

    private static boolean isNotSecret(String text, int start, int end) {
        for (String word : NOT_SECRET) {
            if (end - start == word.length() && text.regionMatches(true, start, word, 0, word.length())) {
                return true;
            }
        }
        // an unquoted value ends before a bracket
        if (text.startsWith("[hidden]", start)) {
            return true;
        }
        for (int i = start; i < end; i++) {
            if (text.charAt(i) != '*') {
                return false;
            }
        }
        return true;
    }

    /** A quoted value ends at its closing quote, at the latest with the line. */
    private static int endOfQuoted(String text, int start, String closing) {
        int limit = Math.min(text.length(), start + MAX_VALUE);
        int end = start;
        while (end < limit && text.charAt(end) != '\n' && !text.startsWith(closing, end)) {
            end++;
        }
        return end;
    }

    /** A login module's options end with a semicolon outside of quotes, at the latest with the line. */
    private static int endOfJaas(String text, int start) {
        int limit = Math.min(text.length(), start + MAX_VALUE);
        boolean quoted = false;
        for (int i = start; i < limit && text.charAt(i) != '\n'; i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ';' && !quoted) {
                return i + 1;
            }
        }
        return endOf(text, start, "\n");
    }

    private static int endOf(String text, int start, String stops) {
        int limit = Math.min(text.length(), start + MAX_VALUE);
        int end = start;
        while (end < limit && stops.indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    /** {@code user:password@} after {@code ://}; null when the address has no password. */
    private static Span passwordOfUrl(String text, int start) {
        int colon = endOf(text, start, " \t\n\r:/@?\"'");
        if (colon >= text.length() || text.charAt(colon) != ':' || colon - start > MAX_USER) {
            return null;
        }
        int end = endOf(text, colon + 1, " \t\n\r/@\"'");
        boolean isPassword = end < text.length() && text.charAt(end) == '@' && end > colon + 1;
        return isPassword && !text.startsWith(MASK, colon + 1) ? new Span(colon + 1, end) : null;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'' || c == '`';
    }

    private static final class Span {
        private final int start;
        private final int end;

        Span(int start, int end) {
            this.start = start;
            this.end = end;
        }
    }
}
