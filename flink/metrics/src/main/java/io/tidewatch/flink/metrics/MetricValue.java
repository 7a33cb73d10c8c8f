package io.tidewatch.flink.metrics;

import io.tidewatch.flink.common.JsonWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.HistogramStatistics;
import org.apache.flink.metrics.Meter;

/** The values of metrics as the metrics stream has them. */
final class MetricValue {
    private static final Long NO_WATERMARK = Long.MIN_VALUE;

    private MetricValue() {}

    static void counter(JsonWriter json, Counter counter) {
        json.value(counter.getCount());
    }

    /** The rate alone where a counter beside the meter says the count, else both. */
    static void meter(JsonWriter json, Meter meter, boolean isCounted) {
        if (isCounted) {
            json.value(meter.getRate());
        } else {
            json.beginObject().name("rate").value(meter.getRate()).name("count").value(meter.getCount()).endObject();
        }
    }

    static void histogram(JsonWriter json, Histogram histogram) {
        HistogramStatistics statistics = histogram.getStatistics();
        json.beginObject().name("count").value(histogram.getCount());
        json.name("min").value(statistics.getMin()).name("max").value(statistics.getMax());
        json.name("mean").value(statistics.getMean());
        json.name("p50").value(statistics.getQuantile(0.5)).name("p75").value(statistics.getQuantile(0.75));
        json.name("p95").value(statistics.getQuantile(0.95)).name("p99").value(statistics.getQuantile(0.99));
        json.endObject();
    }

    /**
     * Numbers of any kind, and 0 or 1 for booleans; {@code null} for what Flink says while there is no watermark. Returns false,
     * nothing written, for texts, structures and no value.
     */
    static boolean gauge(JsonWriter json, Gauge<?> gauge) {
        Object value = gauge.getValue();
        if (value instanceof Boolean) {
            json.value((Boolean) value ? 1L : 0L);
        } else if (NO_WATERMARK.equals(value)) {
            json.nullValue();
        } else if (value instanceof Number) {
            number(json, (Number) value);
        } else {
            return false;
        }
        return true;
    }

    private static void number(JsonWriter json, Number value) {
        if (value instanceof Float) {
            json.value(value.floatValue());
        } else if (value instanceof Double || value instanceof BigDecimal || isBeyondLong(value)) {
            json.value(value.doubleValue());
        } else if (isWhole(value)) {
            json.value(value.longValue());
        } else {
            json.value(value.doubleValue());
        }
    }

    private static boolean isWhole(Number value) {
        return value instanceof Long
                || value instanceof Integer
                || value instanceof Short
                || value instanceof Byte
                || value instanceof AtomicLong
                || value instanceof AtomicInteger
                || value instanceof BigInteger;
    }

    private static boolean isBeyondLong(Number value) {
        return value instanceof BigInteger && ((BigInteger) value).bitLength() >= Long.SIZE;
    }
}
