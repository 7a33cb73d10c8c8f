package io.tidewatch.flink.metrics;

import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.HistogramStatistics;

/** A histogram with given figures; its quantile q is 100 q. */
final class FixedHistogram extends HistogramStatistics implements Histogram {
    private final long count;
    private final long min;
    private final long max;
    private final double mean;

    FixedHistogram(long count, long min, long max, double mean) {
        this.count = count;
        this.min = min;
        this.max = max;
        this.mean = mean;
    }

    @Override
    public void update(long value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long getCount() {
        return count;
    }

    @Override
    public HistogramStatistics getStatistics() {
        return this;
    }

    @Override
    public double getQuantile(double quantile) {
        return 100 * quantile;
    }

    @Override
    public long[] getValues() {
        return new long[0];
    }

    @Override
    public int size() {
        return 0;
    }

    @Override
    public double getMean() {
        return mean;
    }

    @Override
    public double getStdDev() {
        return Double.NaN;
    }

    @Override
    public long getMax() {
        return max;
    }

    @Override
    public long getMin() {
        return min;
    }
}
