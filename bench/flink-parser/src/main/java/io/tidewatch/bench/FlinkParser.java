package io.tidewatch.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.config.Lex;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.flink.sql.parser.impl.FlinkSqlParserImpl;
import org.apache.flink.sql.parser.validate.FlinkSqlConformance;

/**
 * Flink's own parser behind a pipe: NDJSON {@code {"sql": …}} in, {@code {"ok": …, "line": …, "column": …, "message": …}} out, in
 * order. {@code {"words": true}} is answered with the parser's reserved and other key words.
 */
public final class FlinkParser {
    /** The settings of Flink's planner, {@code PlannerContext#getSqlParserConfig}. */
    private static final SqlParser.Config CONFIG =
            SqlParser.config()
                    .withParserFactory(FlinkSqlParserImpl.FACTORY)
                    .withConformance(FlinkSqlConformance.DEFAULT)
                    .withLex(Lex.JAVA)
                    .withUnquotedCasing(Casing.UNCHANGED)
                    .withIdentifierMaxLength(256);

    private static final ObjectMapper JSON = new ObjectMapper();

    private FlinkParser() {}

    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode request = JSON.readTree(line);
            out.println(request.has("words") ? words() : answer(request.get("sql").asText()));
            // The other side waits for whole chunks: flushing is needed only when nothing more is there to be read.
            if (!in.ready()) {
                out.flush();
            }
        }
        out.flush();
    }

    private static ObjectNode answer(String sql) {
        ObjectNode answer = JSON.createObjectNode();
        try {
            SqlParser.create(sql, CONFIG).parseStmtList();
            return answer.put("ok", true);
        } catch (SqlParseException e) {
            SqlParserPos pos = e.getPos();
            answer.put("ok", false).put("message", e.getMessage());
            return pos == null
                    ? answer
                    : answer.put("line", pos.getLineNum()).put("column", pos.getColumnNum());
        } catch (RuntimeException | StackOverflowError e) {
            // Flink's parser leaves through assertions and casts too.
            return answer.put("ok", false).put("message", e.toString()).put("crash", true);
        }
    }

    private static ObjectNode words() {
        SqlAbstractParserImpl.Metadata metadata =
                FlinkSqlParserImpl.FACTORY.getParser(new java.io.StringReader("")).getMetadata();
        ObjectNode answer = JSON.createObjectNode();
        for (String word : metadata.getTokens()) {
            String kind = metadata.isReservedWord(word) ? "reserved" : metadata.isKeyword(word) ? "free" : null;
            if (kind != null) {
                answer.withArray(kind).add(word);
            }
        }
        return answer;
    }
}
