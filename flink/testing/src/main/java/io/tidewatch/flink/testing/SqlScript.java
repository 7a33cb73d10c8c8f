package io.tidewatch.flink.testing;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A SQL file, split: statements end with a semicolon at the end of a line, comments are lines of their own. */
final class SqlScript {
    private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*--.*$");
    private static final Pattern END = Pattern.compile(";[ \\t]*(?:\\r?\\n|$)");
    private static final Pattern SET = Pattern.compile("(?is)SET\\s+'([^']+)'\\s*=\\s*'([^']*)'");

    /** What is to be done with a statement. */
    enum Kind {
        SET,
        INSERT,
        OTHER
    }

    /** One statement without its semicolon; {@code key} and {@code value} are those of a {@code SET}, else null. */
    static final class Statement {
        private final Kind kind;
        private final String text;
        private final String key;
        private final String value;

        private Statement(Kind kind, String text, String key, String value) {
            this.kind = kind;
            this.text = text;
            this.key = key;
            this.value = value;
        }

        Kind kind() {
            return kind;
        }

        String text() {
            return text;
        }

        String key() {
            return key;
        }

        String value() {
            return value;
        }
    }

    private SqlScript() {}

    /** The statements of a file, in order. */
    static List<Statement> parse(String sql) {
        return Stream.of(END.split(COMMENT.matcher(sql).replaceAll("")))
                .map(String::trim)
                .filter(text -> !text.isEmpty())
                .map(SqlScript::statement)
                .collect(Collectors.toList());
    }

    private static Statement statement(String text) {
        Matcher set = SET.matcher(text);
        if (set.matches()) {
            return new Statement(Kind.SET, text, set.group(1), set.group(2));
        }
        boolean isInsert = text.regionMatches(true, 0, "INSERT", 0, "INSERT".length());
        return new Statement(isInsert ? Kind.INSERT : Kind.OTHER, text, null, null);
    }
}
