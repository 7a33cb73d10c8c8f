package io.tidewatch.bench;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.factories.ModelProviderFactory;
import org.apache.flink.table.functions.PredictFunction;
import org.apache.flink.table.ml.ModelProvider;
import org.apache.flink.table.ml.PredictRuntimeProvider;

/** A model of any signature that never predicts. */
public final class AnyModelFactory implements ModelProviderFactory {
    @Override
    public String factoryIdentifier() {
        return AnyTableFactory.NAME;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public ModelProvider createModelProvider(Context context) {
        return new Provider();
    }

    private static final class Provider implements PredictRuntimeProvider {
        @Override
        public PredictFunction createPredictFunction(Context context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ModelProvider copy() {
            return this;
        }
    }
}
