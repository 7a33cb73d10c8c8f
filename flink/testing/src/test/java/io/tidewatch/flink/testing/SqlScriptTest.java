package io.tidewatch.flink.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SqlScriptTest {
    @Test
    void statementsEndWithASemicolonAtTheEndOfALine() {
        List<SqlScript.Statement> script = SqlScript.parse(
                "-- a comment; with a semicolon\n"
                        + "SET 'pipeline.name' = 'x';\n"
                        + "CREATE TABLE t (a STRING) WITH (\n  'fields-terminated-by' = ';',\n  'b' = 'c'\n);  \r\n"
                        + "insert INTO t\nSELECT 'a;b';\n\n"
                        + "INSERT INTO t SELECT 'last'");

        assertEquals(
                List.of("SET", "OTHER", "INSERT", "INSERT"),
                script.stream().map(statement -> statement.kind().name()).collect(Collectors.toList()));
        assertEquals("pipeline.name", script.get(0).key());
        assertEquals("x", script.get(0).value());
        assertEquals("insert INTO t\nSELECT 'a;b'", script.get(2).text());
        assertEquals("INSERT INTO t SELECT 'last'", script.get(3).text());
    }
}
