/** End offsets of the topic between the captured jobs, from the writer's own counters: what the brokers would have said. */
import type { Capture } from './capture.ts';

const TOPIC = 'dw_sdk_log_cdo';
const READER = 'cdo_window_agg';
const WRITER = `${TOPIC}[3]: Writer`;
const PARTITIONS = 4;
const WRITERS = 2;
/** A reader fewer records behind than this shows where each partition ends. */
const LEVEL = 100;

interface Instant {
  readonly ts: number;
  /** Next offset to read, by partition. */
  readonly positions: readonly number[];
  /** Records the writer says it has sent since it started. */
  readonly sent: number;
}

/** An instant at which both jobs reported everything. */
export interface TrueLag {
  readonly ts: number;
  readonly endOffset: number;
  readonly lag: number;
}

export interface EndOffsets {
  /** Rows of the offsets stream, in time order. */
  readonly rows: readonly {
    readonly ts: number;
    readonly topic: string;
    readonly partition: number;
    readonly end_offset: number;
  }[];
  /** Records written and not read, over all partitions. */
  readonly lags: readonly TrueLag[];
}

/**
 * Every run of the writer counts from 0, so `end = baseline + sent` with a baseline per run: the most frequent difference
 * between what was read and what was sent, since a reader that is level has read exactly what was written (the two counters are
 * sampled a moment apart, which scatters the other instants). The first run's baseline comes out as 0: the topic was new.
 * Counters do not say to which partition: each grows in proportion to what was read from it between two level instants.
 */
export function endOffsetsOf(capture: Capture): EndOffsets {
  const instants = instantsOf(capture);
  const lags: TrueLag[] = [];
  const anchors: { ts: number; ends: readonly number[]; total: number }[] = [];
  for (const run of runsOf(instants)) {
    const baseline = mostFrequent(run.map(({ positions, sent }) => sum(positions) - sent));
    for (const { ts, positions, sent } of run) {
      // A reader sampled after the writer may seem to be ahead of it.
      const endOffset = Math.max(baseline + sent, sum(positions));
      const lag = endOffset - sum(positions);
      lags.push({ ts, endOffset, lag });
      const [first = 0, ...rest] = positions;
      if (lag < LEVEL) anchors.push({ ts, ends: [first + lag, ...rest], total: endOffset });
    }
  }
  const rows = lags.flatMap(({ ts, endOffset }) => {
    const before = anchors.findLast(a => a.ts <= ts);
    const after = anchors.find(a => a.ts >= ts);
    if (!before || !after) return [];
    return split(before, after, endOffset).map((end_offset, partition) => ({
      ts,
      topic: TOPIC,
      partition,
      end_offset,
    }));
  });
  return { rows, lags };
}

function instantsOf({ metrics }: Capture): Instant[] {
  const found = new Map<number, { positions: Map<string, number>; sent: Map<string, number> }>();
  for (const { ts, name, vars, value } of metrics) {
    if (typeof value !== 'number') continue;
    const isPosition = name === 'currentOffset' && vars['topic'] === TOPIC && vars['job_name'] === READER;
    const isSent = name === 'numRecordsSend' && vars['operator_name'] === WRITER;
    if (!isPosition && !isSent) continue;
    const instant = found.get(ts) ?? { positions: new Map<string, number>(), sent: new Map<string, number>() };
    found.set(ts, instant);
    // The offset of the last record read; -1 before the first.
    if (isPosition && value >= 0) instant.positions.set(vars['partition'] ?? '', value + 1);
    if (isSent) instant.sent.set(vars['subtask_index'] ?? '', value);
  }
  return [...found]
    .filter(([, { positions, sent }]) => positions.size === PARTITIONS && sent.size === WRITERS)
    .map(([ts, { positions, sent }]) => ({
      ts,
      positions: [...positions].sort(([a], [b]) => Number(a) - Number(b)).map(([, position]) => position),
      sent: sum([...sent.values()]),
    }))
    .sort((a, b) => a.ts - b.ts);
}

/** A restarted writer counts from 0 again, so its sum falls. */
function runsOf(instants: readonly Instant[]): Instant[][] {
  const runs: Instant[][] = [];
  for (const instant of instants) {
    const run = runs.at(-1);
    if (!run || instant.sent < (run.at(-1)?.sent ?? 0)) runs.push([instant]);
    else run.push(instant);
  }
  return runs;
}

function split(
  before: { readonly ends: readonly number[]; readonly total: number },
  after: { readonly ends: readonly number[]; readonly total: number },
  total: number,
): number[] {
  const share = after.total === before.total ? 0 : (total - before.total) / (after.total - before.total);
  const ends = before.ends.map((end, p) => end + Math.floor(((after.ends[p] ?? end) - end) * share));
  ends[0] = (ends[0] ?? 0) + total - sum(ends);
  return ends;
}

/** The greatest of the most frequent values. */
function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || b - a)[0]?.[0] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
