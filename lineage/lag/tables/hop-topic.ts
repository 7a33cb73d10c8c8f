import { ClockSkew } from './clock-skew.ts';
import { Curve } from './curve.ts';
import type { UploadDelays } from './upload-delays.ts';

/** Median gap assumed for a consumer with fewer than two samples, ms. */
const DEFAULT_INTERVAL_MS = 30_000;
/** Reports missing for more than this many of their own intervals make a consumer stale. */
export const STALE_INTERVALS = 2.5;
/** A gap longer than this many intervals lacks a report: the job may have been down for a moment. */
const MISSED_INTERVALS = 1.5;
/** Silences and gaps a consumer remembers, the newest. */
const MAX_SILENCES = 32;
/** Samples an interval and a status look at. */
export const RECENT_SAMPLES = 10;

/** An offset at an instant: a commit, or an end offset as sampled. */
export interface OffsetSample {
  readonly ts: number;
  readonly offset: number;
}

/** End offsets of one partition on the daemon's time. */
export class PartitionEnds {
  curve = new Curve();
  /** Last stable offsets; null until one lay before its end offset. */
  stable: Curve | null = null;
  /** A row has told of last stable offsets, by saying that there is none before the end too. */
  tellsStable = false;
  /** Oldest offset the broker still has; null when never told. */
  startOffset: number | null = null;
  /** End offset of the last poll; null before one. */
  polled: number | null = null;
}

/** One topic of one cluster (`''` = not told). */
export class TopicEnds {
  readonly cluster: string;
  readonly topic: string;
  readonly partitions = new Map<number, PartitionEnds>();
  /** Changed since it was last persisted. */
  dirty = true;

  constructor(cluster: string, topic: string) {
    this.cluster = cluster;
    this.topic = topic;
  }
}

/** Where one consumer is in one partition. */
export class PartitionPositions {
  /** Positions as reported. */
  raw = new Curve();
  /** Running maximum of `raw`: what has been delivered stays delivered. The same object until the first rewind. */
  visible: Curve = this.raw;
  /** Lags the consumer reported itself, records over time; null for consumers that report positions. */
  lag: Curve | null = null;
  /** Reported lags newer than the end offsets: they become positions when a later end offset arrives. */
  pendingLags: { readonly ts: number; readonly lag: number }[] = [];
  /** Last ten commits, oldest first; null until a row carried one: positions stand in for consumers that commit nothing. */
  commits: OffsetSample[] | null = null;
  /** True once a row carried `position`. */
  hasPositions = false;
  /** What stands in `raw` last came from commits, which trail what has been read. */
  commitsOnly = false;
  /** Records retention deleted before they were read, and when that was last seen; NaN never. */
  lost = 0;
  lostAt = Number.NaN;
  /** Latest end-offset time at which a lag was derived without a fresh position; 0 when none waits for correction. */
  silentUntil = 0;

  get rewound(): boolean {
    return this.visible !== this.raw;
  }

  /** Takes a position; true when it lies before an earlier one. */
  move(ts: number, position: number): boolean {
    const at = this.raw.indexAt(ts);
    const before = at >= 0 && this.raw.timeOf(at) === ts ? at - 1 : at;
    const falls =
      (before >= 0 && position < this.raw.valueOf(before)) ||
      (at + 1 < this.raw.length && position > this.raw.valueOf(at + 1));
    if (falls && !this.rewound) this.visible = this.raw.copy();
    this.raw.put(ts, position);
    if (this.rewound) this.visible.putRising(ts, position);
    return falls;
  }

  reset(): void {
    this.raw.clear();
    this.visible = this.raw;
    this.pendingLags = [];
    this.commits = null;
  }
}

/** One consumer of one topic: the unit a lag belongs to. */
export class HopTopic {
  readonly hop: string;
  readonly topic: string;
  /** Time of the newest lag told, and of that when the labels last grew. */
  #toldUpTo = Number.NEGATIVE_INFINITY;
  #namedSince = Number.NEGATIVE_INFINITY;
  #cluster: string;
  #group: string;
  readonly partitions = new Map<number, PartitionPositions>();
  /** Partitions an end-offset row named for this very consumer, read or not. */
  readonly assigned = new Set<number>();
  /** Positions of a consumer that reports only the lag of the topic as a whole. */
  whole: PartitionPositions | null = null;
  /** Event time of the newest row, and of the first; NaN before any. */
  lastSampleTs = Number.NaN;
  firstSampleTs = Number.NaN;
  /** Delays of the topic's records before they came into it; null until it tells of events. Begins anew with the daemon. */
  uploads: UploadDelays | null = null;
  /** Changed since it was last persisted. */
  dirty = true;
  #interval = DEFAULT_INTERVAL_MS;
  #intervalFor = Number.NaN;

  constructor(hop: string, cluster: string, topic: string, group: string) {
    this.hop = hop;
    this.#cluster = cluster;
    this.topic = topic;
    this.#group = group;
  }

  /** Cluster and consumer group; '' while unknown. */
  get cluster(): string {
    return this.#cluster;
  }

  get group(): string {
    return this.#group;
  }

  /** Fills in what was unknown. The lag's labels grow with it: points told under the old ones are not told again. */
  identify(cluster: string, group: string): void {
    const isNews = (this.#cluster === '' && cluster !== '') || (this.#group === '' && group !== '');
    if (isNews) this.#namedSince = this.#toldUpTo;
    this.#cluster ||= cluster;
    this.#group ||= group;
  }

  /** Whether a lag at `ts` belongs to the series of today's labels; the newest such time is remembered. */
  tells(ts: number): boolean {
    if (ts <= this.#namedSince) return false;
    this.#toldUpTo = Math.max(this.#toldUpTo, ts);
    return true;
  }

  /** Seen behind a last stable offset: it reads what is not committed too. Until then it is taken to read committed records only. */
  readsUncommitted = false;
  /** Clock of what reports its positions. */
  readonly skew = new ClockSkew();
  /** Times between two samples in which the consumer was stale, oldest first: thinned curves do not tell them from thinning. */
  silences: (readonly [from: number, to: number])[] = [];
  /** Times between two samples that lack a report, silences among them, oldest first. */
  gaps: (readonly [from: number, to: number])[] = [];

  sampled(ts: number): void {
    if (ts - this.lastSampleTs > MISSED_INTERVALS * this.#interval) this.#missReports(ts);
    if (!(ts <= this.lastSampleTs)) this.lastSampleTs = ts;
    if (!(ts >= this.firstSampleTs)) this.firstSampleTs = ts;
  }

  /** Time of the oldest sample kept; NaN without any. */
  get oldestT(): number {
    let oldest = Number.NaN;
    for (const { raw, lag } of this.whole ? [this.whole] : this.partitions.values()) {
      const { firstT } = lag ?? raw;
      if (!(firstT >= oldest)) oldest = firstT;
    }
    return oldest;
  }

  /** No report for 2.5 intervals before `at`. */
  isStale(at: number): boolean {
    if (!(at < this.lastSampleTs)) return !(at - this.lastSampleTs <= STALE_INTERVALS * this.intervalMs);
    return this.silences.some(([from, to]) => at > from && at < to);
  }

  #missReports(until: number): void {
    const last = this.lastSampleTs;
    if (until > last + MISSED_INTERVALS * this.intervalMs) remember(this.gaps, [last, until]);
    const stale = last + STALE_INTERVALS * this.intervalMs;
    if (until > stale) remember(this.silences, [stale, until]);
  }

  /** Median gap of the last ten samples of the partition heard last, ms. */
  get intervalMs(): number {
    if (this.#intervalFor === this.lastSampleTs) return this.#interval;
    let newest: Curve | null = null;
    for (const { raw, lag } of this.whole ? [this.whole] : this.partitions.values()) {
      const curve = lag ?? raw;
      if (curve.length > 0 && (newest === null || curve.lastT > newest.lastT)) newest = curve;
    }
    this.#interval = newest === null ? DEFAULT_INTERVAL_MS : medianGap(newest);
    this.#intervalFor = this.lastSampleTs;
    return this.#interval;
  }
}

function remember(spans: (readonly [from: number, to: number])[], span: readonly [from: number, to: number]): void {
  spans.push(span);
  if (spans.length > MAX_SILENCES) spans.shift();
}

/** Median gap of a curve's last ten samples, ms; the default when there are fewer than two. */
export function medianGap(curve: Curve): number {
  const gaps: number[] = [];
  for (let i = Math.max(1, curve.length - RECENT_SAMPLES + 1); i < curve.length; i++) {
    gaps.push(curve.timeOf(i) - curve.timeOf(i - 1));
  }
  if (gaps.length === 0) return DEFAULT_INTERVAL_MS;
  gaps.sort((a, b) => a - b);
  const middle = gaps.length >> 1;
  return gaps.length % 2 === 1 ? gaps[middle]! : (gaps[middle - 1]! + gaps[middle]!) / 2;
}

/** Puts a sample into a list of the newest ten, oldest first; one at the same time is replaced. */
export function keepRecent(samples: OffsetSample[], sample: OffsetSample): void {
  let at = samples.length;
  while (at > 0 && samples[at - 1]!.ts > sample.ts) at--;
  if (at > 0 && samples[at - 1]!.ts === sample.ts) samples[at - 1] = sample;
  else samples.splice(at, 0, sample);
  if (samples.length > RECENT_SAMPLES) samples.shift();
}
