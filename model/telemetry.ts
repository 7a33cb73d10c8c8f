/** The daemon's own health as Prometheus metrics (prom-client): one list of every metric, so that names are found in one place. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Telemetry = ReturnType<typeof createTelemetry>;

/** A fresh registry with every metric of the daemon; tests make their own. `processMetrics` adds Node's and the process's. */
export function createTelemetry(options: { processMetrics?: boolean } = {}) {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics) collectDefaultMetrics({ register: registry, prefix: 'tidewatch_' });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `tidewatch_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name: `tidewatch_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, buckets: number[], labelNames: readonly L[] = []) =>
    new Histogram({ name: `tidewatch_${name}`, help, buckets, labelNames, registers });
  const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];
  return {
    registry,
    // intake
    recordsIn: counter('records_in_total', 'Records received', ['stream']),
    bytesIn: counter('bytes_in_total', 'Bytes received', ['stream']),
    recordsRejected: counter('records_rejected_total', 'Records not taken, by reason', ['stream', 'code']),
    pointsDropped: counter('points_dropped_total', 'Metric points dropped, by reason', ['code']),
    ratesRefused: counter(
      'rates_refused_total',
      'Reports compared with nothing because the memory of subtasks, task managers or runs is full',
    ),
    deadLetters: counter('dead_letters_total', 'Records written to the dead letter', ['stream', 'code']),
    deadLettersLost: counter('dead_letters_lost_total', 'Dead letters not kept because the dead-letter file is full'),
    sourceLag: gauge('source_lag_records', 'Records the daemon itself is behind', ['topic']),
    sourcePaused: gauge('source_paused', '1 while a source is paused by back-pressure', ['topic']),
    intakeBytes: gauge('intake_in_flight_bytes', 'Bytes received and not yet stored'),
    logFieldsCut: counter('log_fields_cut_total', 'Log fields shortened to their limit', ['field']),
    redactions: counter('redactions_total', 'Lines in which a secret was masked'),
    // stores
    storeSeconds: histogram('store_append_seconds', 'Time to make a batch durable', SECONDS, ['store']),
    storeErrors: counter('store_errors_total', 'Failed store calls, by reason', ['store', 'reason']),
    storeQueue: gauge('store_queue_batches', 'Batches waiting for a store', ['store']),
    series: gauge('series', 'Metric series held'),
    pointsLate: counter(
      'points_late_total',
      'Points that came after their hour had become one-minute rollups, and were added to them',
    ),
    seriesRefused: counter('series_refused_total', 'Points of new series refused by metrics.max_series'),
    // evaluation and notification
    ticks: counter('rule_ticks_total', 'Rule ticks evaluated, by outcome', ['outcome']),
    tickSeconds: histogram('rule_tick_seconds', 'Time to evaluate and commit one tick', SECONDS),
    rulesBehind: gauge('rules_behind', 'Rules whose next tick is overdue'),
    notifications: counter('notifications_total', 'Delivery attempts, by channel and outcome', ['channel', 'outcome']),
    outboxPending: gauge('outbox_pending', 'Outbox rows not yet delivered or dead'),
    // lineage and lag
    lineageNodes: gauge('lineage_nodes', 'Nodes of the lineage graph', ['kind']),
    lineageErrors: counter('lineage_parse_errors_total', 'SQL statements that could not be read'),
    lineageDropped: counter(
      'lineage_dropped_total',
      'Lineage evidence not taken, by kind: unreadable, or beyond a limit',
      ['kind'],
    ),
    lineageEvents: counter('lineage_events_total', 'OpenLineage events sent on, by target and outcome', [
      'target',
      'outcome',
    ]),
    lineageEventsWaiting: gauge('lineage_events_waiting', 'Jobs with OpenLineage events to send', ['target']),
    lineageForgotten: counter(
      'lineage_forgotten_jobs_total',
      'Jobs dropped from the lineage graph because they ended longer ago than they are kept',
    ),
    lagTables: gauge('lag_partitions', 'Partitions with an offset table'),
    lagRowsRefused: counter(
      'lag_rows_refused_total',
      'Offset rows of new partitions refused because the tables are full',
    ),
    sloBudgetLeft: gauge('slo_budget_left_ratio', 'Share of a report’s error budget that is left; below 0 overspent', [
      'report',
    ]),
    sloBurnRate: gauge('slo_burn_rate', 'Speed at which a report’s error budget goes; 1 spends it in its period', [
      'report',
      'window',
    ]),
    forwardFailures: counter(
      'forward_failures_total',
      'Batches whose positions or jobs did not reach the daemon that owns lag, by stream',
      ['stream'],
    ),
    pollSeconds: histogram('poll_seconds', 'Time to ask a cluster for all its offsets', SECONDS, ['cluster']),
    pollPartitions: gauge('poll_partitions', 'Partitions whose offsets are polled', ['cluster']),
    pollFailures: counter('poll_failures_total', 'Polling cycles in which no broker answered', ['cluster']),
    pollUnanswered: counter('poll_unanswered_total', 'Partitions and groups without an answer in a cycle', ['cluster']),
    pollRefused: counter('poll_refused_total', 'Partitions and groups not polled because of the limits', ['cluster']),
    // the daemon
    reloadOk: gauge('config_last_reload_successful', '1 when the running configuration is the one on disk'),
    reloadAt: gauge('config_last_reload_success_timestamp_seconds', 'When the configuration was last loaded'),
    httpRequests: counter('http_requests_total', 'HTTP requests, by route and status', ['route', 'status']),
    leaseHeld: gauge('evaluate_lease_held', '1 while this daemon evaluates rules'),
  };
}
