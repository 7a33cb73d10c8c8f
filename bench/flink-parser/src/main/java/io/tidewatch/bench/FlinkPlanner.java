package io.tidewatch.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rel.RelNode;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.operations.CreateTableASOperation;
import org.apache.flink.table.operations.ExplainOperation;
import org.apache.flink.table.operations.ModifyOperation;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.ReplaceTableAsOperation;
import org.apache.flink.table.operations.StatementSetOperation;
import org.apache.flink.table.operations.UseOperation;
import org.apache.flink.table.operations.ddl.AlterOperation;
import org.apache.flink.table.operations.ddl.CreateOperation;
import org.apache.flink.table.operations.ddl.CreateTableOperation;
import org.apache.flink.table.operations.ddl.DropOperation;
import org.apache.flink.table.planner.operations.PlannerQueryOperation;

/**
 * Value sources of columns as Flink's own planner resolves them, behind a pipe: NDJSON {@code {"statements": [...]}} in, {@code {"columns": [["table.column"]]}}
 * of the last query out, sorted, with the tables all of them scan, or {@code {"error": …}}. Tables get {@link AnyTableFactory} for a connector, whatever they declare.
 */
public final class FlinkPlanner {
    private static final ObjectMapper JSON = new ObjectMapper();

    private FlinkPlanner() {}

    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(JSON.readTree(line).get("statements")));
            out.flush();
        }
    }

    private static ObjectNode answer(JsonNode statements) {
        ObjectNode answer = JSON.createObjectNode();
        try {
            TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
            TestFunctions.register(tables);
            Scans scans = new Scans();
            RelNode last = null;
            for (JsonNode statement : statements) {
                for (RelNode query : run((TableEnvironmentInternal) tables, statement.asText())) {
                    scans.of(query);
                    last = query;
                }
            }
            if (last == null) {
                return answer.put("error", "no query");
            }
            ArrayNode columns = answer.putArray("columns");
            for (int i = 0; i < last.getRowType().getFieldCount(); i++) {
                ArrayNode list = columns.addArray();
                new ValueOrigins().of(last, i).forEach(list::add);
            }
            scans.tables.forEach(answer.putArray("tables")::add);
            scans.temporal.forEach(answer.putArray("temporal")::add);
            return answer;
        } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            return JSON.createObjectNode().put("error", String.valueOf(root.getMessage()));
        }
    }

    /** Executes a definition, or answers the plans of queries and inserts. */
    private static List<RelNode> run(TableEnvironmentInternal tables, String statement) {
        Operation operation = tables.getParser().parse(statement).get(0);
        if (operation instanceof ExplainOperation) {
            operation = ((ExplainOperation) operation).getChild();
        }
        if (operation instanceof StatementSetOperation) {
            List<RelNode> plans = new ArrayList<>();
            ((StatementSetOperation) operation).getOperations().forEach(insert -> plans.addAll(plan(insert)));
            return plans;
        }
        if (operation instanceof CreateTableASOperation) {
            tables.executeInternal(withAnyConnector(((CreateTableASOperation) operation).getCreateTableOperation()));
        } else if (operation instanceof ReplaceTableAsOperation) {
            tables.executeInternal(withAnyConnector(((ReplaceTableAsOperation) operation).getCreateTableOperation()));
        } else if (operation instanceof CreateOperation
                || operation instanceof AlterOperation
                || operation instanceof DropOperation
                || operation instanceof UseOperation) {
            tables.executeInternal(withAnyConnector(operation));
        }
        return plan(operation);
    }

    private static List<RelNode> plan(Operation operation) {
        Operation query =
                operation instanceof ModifyOperation
                        ? (Operation) ((ModifyOperation) operation).getChild()
                        : operation;
        return query instanceof PlannerQueryOperation
                ? List.of(((PlannerQueryOperation) query).getCalciteTree())
                : List.of();
    }

    private static Operation withAnyConnector(Operation operation) {
        if (!(operation instanceof CreateTableOperation)) {
            return operation;
        }
        CreateTableOperation create = (CreateTableOperation) operation;
        ResolvedCatalogTable table = create.getCatalogTable();
        Map<String, String> options = Map.of("connector", AnyTableFactory.NAME);
        return new CreateTableOperation(
                create.getTableIdentifier(),
                table.copy(options),
                create.isIgnoreIfExists(),
                create.isTemporary());
    }
}
