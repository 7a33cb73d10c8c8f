/**
 * What the metric reporter, the log appender and the lineage listener share: JSON, the identity of the process, and the way
 * to Kafka that never holds a Flink thread up. Shaded into each jar, never shipped alone.
 */
package io.tidewatch.flink.common;
