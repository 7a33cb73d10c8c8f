package io.tidewatch.bench;

import java.util.Map;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.ArgumentTrait;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.table.annotation.InputGroup;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.functions.TableFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.types.Row;

/** Functions of a user's own, so that statements which call some can be planned; they take what they are given and are never run. */
public final class TestFunctions {
    private static final Map<String, Class<? extends UserDefinedFunction>> ALL =
            Map.of(
                    "my_udf", AnyToString.class,
                    "mask", AnyToString.class,
                    "my_agg", AnyAggregate.class,
                    "split_words", SplitWords.class,
                    "one_by_one", OneByOne.class,
                    "each_row", EachRow.class,
                    "per_key", PerKey.class,
                    "keep_all", KeepAll.class);

    private TestFunctions() {}

    static void register(TableEnvironment tables) {
        ALL.forEach(tables::createTemporarySystemFunction);
    }

    /** Any values to a text. */
    public static class AnyToString extends ScalarFunction {
        public String eval(@DataTypeHint(inputGroup = InputGroup.ANY) Object... values) {
            return String.valueOf(values.length);
        }
    }

    /** Any values to a number. */
    public static class AnyAggregate extends AggregateFunction<Double, Long[]> {
        @Override
        public Long[] createAccumulator() {
            return new Long[0];
        }

        @Override
        public Double getValue(Long[] accumulator) {
            return null;
        }

        public void accumulate(
                Long[] accumulator, @DataTypeHint(inputGroup = InputGroup.ANY) Object... values) {}
    }

    /** A text to rows of two columns. */
    @FunctionHint(output = @DataTypeHint("ROW<word STRING, len INT>"))
    public static class SplitWords extends TableFunction<Row> {
        public void eval(String text) {}
    }

    /** A text to rows of one column without a name. */
    public static class OneByOne extends TableFunction<String> {
        public void eval(String text) {}
    }

    /** A table row by row. */
    @DataTypeHint("ROW<made STRING>")
    public static class EachRow extends ProcessTableFunction<Row> {
        public void eval(@ArgumentHint(ArgumentTrait.ROW_SEMANTIC_TABLE) Row input, String mode) {}
    }

    /** A table key by key. */
    @DataTypeHint("ROW<made STRING>")
    public static class PerKey extends ProcessTableFunction<Row> {
        public void eval(@ArgumentHint(ArgumentTrait.SET_SEMANTIC_TABLE) Row input) {}
    }

    /** A table row by row, whose columns stand before its own. */
    @DataTypeHint("ROW<made STRING>")
    public static class KeepAll extends ProcessTableFunction<Row> {
        public void eval(
                @ArgumentHint({ArgumentTrait.ROW_SEMANTIC_TABLE, ArgumentTrait.PASS_COLUMNS_THROUGH})
                        Row input) {}
    }
}
