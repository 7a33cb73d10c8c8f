package io.tidewatch.flink.metrics;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Meter;
import org.apache.flink.metrics.Metric;

/** What a metric is, in the order of a record's sections. Flink itself says so from 1.15 on only ({@code MetricType}). */
enum MetricKind {
    GAUGE,
    COUNTER,
    METER,
    HISTOGRAM;

    /** Null for what is none of them. */
    static MetricKind of(Metric metric) {
        if (metric instanceof Gauge) {
            return GAUGE;
        }
        if (metric instanceof Counter) {
            return COUNTER;
        }
        if (metric instanceof Meter) {
            return METER;
        }
        return metric instanceof Histogram ? HISTOGRAM : null;
    }
}
