import type { Clock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import { repeat } from '../../model/repeat.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import type { StateStore } from '../../store/state-store.ts';
import { answerFreshness, type FreshnessAnswer, findSink } from './answer.ts';
import { CatchUp } from './catch-up.ts';
import { Completeness } from './completeness.ts';
import { type GraphIndex, indexGraph } from './freshness.ts';
import { freshnessSeries, type Report } from './freshness-series.ts';
import { freshnessAt, type PastFreshness } from './history.ts';
import type { HopGraph, PastHopGraph } from './hop-graph.ts';
import type { OffsetTables } from './offsets.ts';
import { answerReport, type ReportFreshness } from './report-answer.ts';
import { createTableKeeper } from './tables/table-keeper.ts';

export interface FreshnessRecorderOptions {
  readonly graph: () => HopGraph;
  /** The graph as of a time, upstream of some datasets or hops; absent: that of today is taken for it. */
  readonly graphAt?: (at: number, targets: readonly string[]) => PastHopGraph;
  readonly reports: () => readonly Report[];
  /** The very tables the lag deriver fills. */
  readonly tables: OffsetTables;
  readonly metricStore: Pick<MetricStore, 'append' | 'window'>;
  /** Keeps the tables over restarts. */
  readonly state: Pick<StateStore, 'list' | 'putMany' | 'delete'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Event time up to which the streams have been taken in; Infinity when level, as where nothing tells. */
  readonly watermark?: () => number;
  /** Told of every failed round; a store that is away is one. */
  readonly onError?: (error: unknown) => void;
  /** Between two series points, ms. */
  readonly intervalMs?: number;
  /** Between two writes of the tables, ms. */
  readonly persistMs?: number;
}

export interface FreshnessRecorder {
  /** Restores the tables, then records and persists at its intervals. Rejects when the tables cannot be read. */
  start(): Promise<void>;
  /** Ends the timers, waits for a write under way, writes the tables a last time. Idempotent. */
  stop(): Promise<void>;
  /** Writes the series of one instant now; rejects with `StoreAwayError`. */
  flush(at: number): Promise<void>;
  /** Event time up to which every series has been written; Infinity unless instants missed in a downtime are left. */
  readonly recordedTo: number;
  /** Says which instants to look at now, those missed in a downtime among them: a schedule of its own for each that looks. */
  catchUp(from: number): CatchUp;
  /** Every report's freshness at this moment, by name. */
  freshness(at?: number): readonly ReportFreshness[];
  /** Of a report, a dataset id or a hop without output; null when the graph knows none of that name. */
  freshnessOf(name: string, at?: number): FreshnessAnswer | ReportFreshness | null;
  /** The same for an instant of the past, before the tables from the series; rejects with `StoreAwayError`. */
  freshnessAt(name: string, at: number, signal?: AbortSignal): Promise<PastFreshness | null>;
}

/**
 * Computes lag and freshness along the current graph and writes both back as series. Questions are answered from the tables when
 * asked, so they are as new as the last row taken in.
 */
export function createFreshnessRecorder(options: FreshnessRecorderOptions): FreshnessRecorder {
  const { tables, metricStore, clock, telemetry } = options;
  const keeper = createTableKeeper(tables, options.state);
  const completeness = new Completeness();
  const index = indexOnce(options.graph, () => completeness.clear());

  async function flush(at: number): Promise<void> {
    telemetry.lagTables.set(tables.partitions);
    const groups = freshnessSeries(index(), tables, options.reports(), at);
    if (groups.length > 0) await metricStore.append(groups, { visible: false });
  }

  async function persist(all: boolean): Promise<void> {
    const refused = tables.takeRefused();
    if (refused > 0) telemetry.lagRowsRefused.inc(refused);
    await keeper.persist(clock.now(), { all });
  }

  /** Pushed rows have no watermark: there the newest one tells. */
  function level(): number {
    const read = options.watermark?.() ?? Number.POSITIVE_INFINITY;
    return Number.isNaN(tables.newestTs) ? read : Math.min(read, tables.newestTs);
  }

  const catchUp = (from: number): CatchUp => new CatchUp({ level, heard: tables.heard, from });
  let schedule = catchUp(Number.NaN);

  async function record(): Promise<void> {
    for (const at of schedule.due(clock.now())) {
      await flush(at);
      schedule.done(at);
    }
  }

  const recording = repeat(clock, options.intervalMs ?? 5_000, () => quietly('freshness', record()));
  const persisting = repeat(clock, options.persistMs ?? 30_000, () => quietly('lag_table', persist(false)));

  /** A store that is away costs points of this instant, or delays the snapshot; the next round tries again. */
  async function quietly(store: string, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      options.onError?.(error);
      telemetry.storeErrors.inc({ store, reason: error instanceof StoreAwayError ? 'away' : 'internal' });
    }
  }

  return {
    flush,
    catchUp,
    get recordedTo() {
      return schedule.reached;
    },
    async start() {
      const unreadable = await keeper.restore();
      schedule = catchUp(tables.newestSample());
      if (unreadable > 0) telemetry.storeErrors.inc({ store: 'lag_table', reason: 'unreadable' }, unreadable);
      recording.start();
      persisting.start();
    },
    async stop() {
      await Promise.all([recording.stop(), persisting.stop()]);
      await quietly('lag_table', persist(true));
    },
    freshness(at = clock.now()) {
      const reports = [...options.reports()].sort((a, b) => (a.name < b.name ? -1 : 1));
      return reports.map(report => completeness.hold(answerReport(index(), tables, report, at)));
    },
    freshnessOf(name, at = clock.now()) {
      const report = options.reports().find(known => known.name === name);
      if (report !== undefined) return completeness.hold(answerReport(index(), tables, report, at));
      const sink = findSink(index(), name);
      return sink === null ? null : completeness.hold(answerFreshness(index(), tables, sink, name, at));
    },
    freshnessAt(name, at, signal) {
      const reports = options.reports();
      const targets = reports.find(known => known.name === name)?.reads ?? [name];
      const then = options.graphAt?.(at, targets);
      const today = index();
      const graph = then === undefined ? today : indexGraph(then);
      const known = then === undefined ? {} : { firstKnown: then.firstKnown };
      return freshnessAt({ graph, today, ...known, tables, reports, metrics: metricStore }, name, at, signal);
    },
  };
}

/** Indexes a graph again only when another one is handed out. */
function indexOnce(graph: () => HopGraph, onChange: () => void): () => GraphIndex {
  let of: HopGraph | null = null;
  let indexed: GraphIndex = indexGraph({ hops: [] });
  return () => {
    const current = graph();
    if (current !== of) {
      of = current;
      indexed = indexGraph(current);
      onChange();
    }
    return indexed;
  };
}
