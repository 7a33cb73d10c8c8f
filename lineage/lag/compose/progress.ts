import type { OffsetTables } from '../offsets.ts';
import type { Curve } from '../tables/curve.ts';
import { type HopTopic, type PartitionEnds, type PartitionPositions, STALE_INTERVALS } from '../tables/hop-topic.ts';
import { openRecords } from '../tables/stable-ends.ts';
import { beforeFall, highCommitted, highProgress, lowProgress } from './bounds.ts';
import { extrapolate, isFrozen, stoodStill } from './extrapolate.ts';
import type { FreshnessRule } from './freshness-rules.ts';
import { COMMIT_MS } from './landed.ts';
import { isFlat, pastMarkers, pastQuietGap } from './markers.ts';
import { boundedPositions, wholeProgress } from './reported-lag.ts';
import { barrierPositions, type Silences, settledPositions } from './settled.ts';
import type { TopicSteps } from './steps.ts';

/** `point`: the estimate; `low` and `high`: the truth is never before `low` nor after `high`, using samples as they are. */
export type Estimate = 'point' | 'low' | 'high';

/** What the tables keep, ms. */
const TABLE_MS = 86_400_000;
/** A position before the table is placed by the table's own rate, at most this far back, ms. */
const MAX_EXTRAPOLATION_MS = 7 * 86_400_000;

export interface ProgressQuestion {
  readonly tables: OffsetTables;
  /** Everything the hop reads this topic with. */
  readonly consumers: readonly HopTopic[];
  readonly at: number;
  /** Where what was read at `at` is shown until later: the instant asked about, at or after `at`. */
  readonly until: number;
  readonly estimate: Estimate;
  /** For how much of the time since its last report the hop kept its lag, ms; `stood`: it did not move at that report. */
  readonly aliveMs: (since: number, intervalMs: number, stood: boolean) => number;
  /** The hop's checkpoints: completion time -> barrier time; null when none is known. */
  readonly checkpoints: Curve | null;
  /** A restart undoes what the hop wrote after its last checkpoint. */
  readonly rollsBack: boolean;
  /** How the topic grows and is read between samples, and the commits of its transactional writers. */
  readonly steps: TopicSteps;
  readonly note: (rule: FreshnessRule) => void;
}

/**
 * F(at): the latest append time up to which everything in the topic has been consumed at `at`, minimum over partitions (lag.md
 * section 2). Null when it cannot be known.
 */
export function consumedUpTo(question: ProgressQuestion): number | null {
  let min: number | null = null;
  for (const consumer of preferPositions(question.consumers)) {
    const f = consumerProgress(question, consumer);
    if (f === null) return null;
    min = min === null ? f : Math.min(min, f);
  }
  return min;
}

/**
 * The consumers that count. One that was only named beside end offsets says nothing while another of the same hop reports (a
 * supervisor's lags come without the cluster its end offsets carry); and committed offsets trail positions by up to a checkpoint,
 * so where one consumer tells positions, those of commits only are left out.
 */
function preferPositions(consumers: readonly HopTopic[]): readonly HopTopic[] {
  if (consumers.length < 2) return consumers;
  const reporting = consumers.filter(consumer => consumer.whole !== null || consumer.partitions.size > 0);
  const withPositions = reporting.filter(consumer => [...consumer.partitions.values()].some(own => own.hasPositions));
  if (withPositions.length > 0) return withPositions;
  return reporting.length > 0 ? reporting : consumers;
}

function consumerProgress(question: ProgressQuestion, consumer: HopTopic): number | null {
  const { tables, estimate, note } = question;
  const ends = tables.endsFor(consumer);
  if (ends === null) return null;
  if (consumer.whole !== null) {
    note('lag-only');
    const last = consumer.lastSampleTs;
    const dead = estimate === 'point' && question.at > last && consumer.isStale(question.at);
    if (dead) note('dead-reporter');
    const at = dead ? last + question.aliveMs(last, consumer.intervalMs, false) : question.at;
    const f = wholeProgress(consumer.whole, ends, at, estimate);
    return f === null || estimate !== 'high' ? f : Math.max(f, beforeFall(consumer.whole, consumer.gaps, at));
  }
  const results: PartitionResult[] = [];
  const stood = estimate === 'point' && stoodStill(consumer);
  let unknown = consumer.partitions.size === 0;
  for (const [partition, own] of consumer.partitions) {
    const end = ends.partitions.get(partition);
    if (own.raw.length === 0) {
      unknown ||= own.lag !== null;
    } else if (end === undefined || end.curve.length === 0) {
      note('end-offset-unknown');
      unknown ||= estimate === 'low';
    } else {
      results.push(partitionProgress(question, consumer, own, end, stood));
    }
  }
  if (results.length === 0) return null;
  for (const [partition, end] of ends.partitions) {
    if (!consumer.partitions.has(partition) && countsAsUnread(question, consumer, partition)) {
      results.push(unreadProgress(question, consumer, end));
    }
  }
  if (results.some(result => result.quiet) && results.some(result => !result.quiet)) note('silent-partition');
  let min = Number.POSITIVE_INFINITY;
  for (const { f } of results) {
    if (f === null) return null;
    min = Math.min(min, f);
  }
  return unknown ? null : min;
}

interface PartitionResult {
  readonly f: number | null;
  /** Level, and without new records for longer than the hop's interval. */
  readonly quiet: boolean;
}

function partitionProgress(
  question: ProgressQuestion,
  consumer: HopTopic,
  own: PartitionPositions,
  end: PartitionEnds,
  stood: boolean,
): PartitionResult {
  const { at, estimate, note } = question;
  const ends = end.curve;
  const { visible } = own;
  const { skew, silences } = consumer;
  if (skew.behindMs > 0 || skew.aheadMs > 0) note('clock-skew');
  if (own.lag !== null) note('lag-only');
  if (isLossy(own, end, at)) note('data-lost');
  if (openRecords(consumer, end, at) > 0) note('open-transaction');
  const settled = (positions: PartitionPositions): Curve =>
    question.rollsBack && (positions.rewound || silences.length > 0)
      ? settledPositions(positions, silences, question.checkpoints, estimate === 'low')
      : positions.visible;
  if (estimate === 'low') {
    const positions = settled(own.lag === null ? own : boundedPositions(own, ends, estimate));
    return { f: lowProgress(positions, ends, at - skew.behindMs, question.steps.commits), quiet: false };
  }
  if (estimate === 'high')
    return { f: Math.min(question.until, highOf(question, own, consumer.gaps, ends, at + skew.aheadMs)), quiet: false };
  if (own.rewound && (own.raw.at(at) ?? own.raw.lastX) < (visible.at(at) ?? visible.lastX)) note('rewind');
  const { checkpoints } = question;
  const placed = own.commitsOnly && checkpoints !== null ? barrierPositions(own, checkpoints) : settled(own);
  if (own.commitsOnly) note('commits-only');
  const f = pointProgress(question, consumer, placed, end, stood);
  return { f, quiet: f >= at && isFlat(ends, at, STALE_INTERVALS * consumer.intervalMs) };
}

/** Records are gone that were never read: now, or as far back as the tables reach. */
function isLossy(own: PartitionPositions, end: PartitionEnds, at: number): boolean {
  return (end.startOffset !== null && end.startOffset > own.visible.lastX) || at - own.lostAt <= TABLE_MS;
}

function highOf(
  { checkpoints, steps: { commits } }: ProgressQuestion,
  own: PartitionPositions,
  gaps: Silences,
  ends: Curve,
  at: number,
): number {
  if (own.commitsOnly) return highCommitted(own, ends, at, checkpoints);
  const positions = own.lag === null ? own : boundedPositions(own, ends, 'high');
  return Math.max(highProgress(positions.visible, ends, at, commits), beforeFall(positions, gaps, at));
}

function pointProgress(
  question: ProgressQuestion,
  consumer: HopTopic,
  visible: Curve,
  { curve: ends, startOffset }: PartitionEnds,
  stood: boolean,
): number {
  const { at, until, note, steps } = question;
  const { commits } = steps;
  const reach = (x: number, t: number, stays = t): number => {
    if (commits === null) return reached(steps, ends, x, t, stays, note);
    const span = STALE_INTERVALS * consumer.intervalMs;
    const past = commits.length > 0 ? pastMarkers(commits, x, ends, stays) : pastQuietGap(x, visible, ends, t, span);
    if (past > x && past >= ends.valueOf(ends.indexAt(t))) note('control-records');
    return reached(steps, ends, past, t, stays, note);
  };
  if (at < visible.firstT) {
    // Nothing is known of that time: the lag of the first sample is assumed, and no more than the topic had.
    note('before-table');
    const assumed = at - (visible.firstT - reach(visible.valueOf(0), visible.firstT));
    return Math.max(assumed, reached(steps, ends, startOffset ?? 0, at, at, note));
  }
  const exact = steps.positionAt(visible, ends, at);
  if (exact !== null) return reach(exact, at, until);
  const last = visible.lastT;
  const stale = consumer.isStale(at);
  const f = reach(visible.lastX, at);
  if (f >= at && !(stale && isSilent(ends, at, consumer))) return at;
  note(stale ? 'dead-reporter' : 'extrapolated');
  // Level with end offsets that ended with the reports: nothing newer than those is known to be consumed.
  const known = Math.min(f, Math.max(last, ends.lastT));
  const frozen = isFrozen(visible, ends);
  if (stale) return Math.min(at, known + question.aliveMs(last, consumer.intervalMs, frozen));
  // What stood still as a whole and writes again reads again, though the report that shows it is still to come.
  if (frozen && stood && commits === null) return Math.min(at, f + question.aliveMs(last, consumer.intervalMs, true));
  return Math.min(at, extrapolate({ visible, ends, steps, at, intervalMs: consumer.intervalMs, f, reach }));
}

/**
 * When the end offset was `x` for the last time at or before `until`, and at least `at` when it had not passed `x` by then. What grew at its
 * last sample is taken to grow on: after it nothing more is known to have been passed than at `at`.
 */
export function reached(
  steps: TopicSteps,
  ends: Curve,
  x: number,
  at: number,
  until: number,
  note: (rule: FreshnessRule) => void,
): number {
  const endNow = at >= ends.lastT ? ends.lastX : (steps.endAt(ends, at) ?? ends.valueOf(0));
  if (x >= endNow && at === until) return at;
  const edge = steps.edgeOf(ends, x);
  const above = ends.firstAbove(edge);
  if (above === ends.length) {
    if (until <= ends.lastT) return until;
    const stands = isStanding(ends) ? steps.wakesAfter(ends.lastT) : ends.lastT;
    return Math.max(at, Math.min(until, stands));
  }
  if (x >= endNow) return Math.max(at, Math.min(until, steps.leaves(ends, above, edge)));
  if (above === 0) {
    note('before-table');
    const rise = ends.lastX - ends.valueOf(0);
    if (rise <= 0) return Math.min(at, ends.firstT);
    const back = ((ends.valueOf(0) - x) / rise) * (ends.lastT - ends.firstT);
    return Math.min(at, ends.firstT - Math.min(back, MAX_EXTRAPOLATION_MS));
  }
  return Math.min(until, steps.leaves(ends, above, edge));
}

/** The end offset did not grow between its last two samples. */
function isStanding(ends: Curve): boolean {
  return ends.length > 1 && ends.valueOf(ends.length - 2) === ends.lastX;
}

/** A consumer just begun may not have told of every partition yet; the safe bound does not wait. */
function countsAsUnread(question: ProgressQuestion, consumer: HopTopic, partition: number): boolean {
  if (question.estimate === 'low' || consumer.assigned.has(partition)) return true;
  return consumer.lastSampleTs - consumer.firstSampleTs >= consumer.intervalMs;
}

function unreadProgress(question: ProgressQuestion, consumer: HopTopic, end: PartitionEnds): PartitionResult {
  const { at, estimate, note } = question;
  const ends = end.curve;
  const base = end.startOffset ?? 0;
  if (ends.length === 0 || ends.lastX <= base) return { f: at, quiet: true };
  note('never-read');
  if (estimate === 'point') return { f: reached(question.steps, ends, base, at, at, note), quiet: false };
  const above = ends.firstAbove(base);
  if (estimate === 'high') {
    const isUnread = at <= unreadUntil(consumer, question.checkpoints);
    return { f: isUnread ? Math.min(at, ends.timeOf(above)) : at, quiet: false };
  }
  return { f: above === 0 ? null : Math.min(at, ends.timeOf(above - 1)), quiet: false };
}

/**
 * Up to when reports would have told of a partition had it been read: those of the subtask that reads it may be the last to come, and a
 * commit tells of what was read by its checkpoint's barrier.
 */
function unreadUntil(consumer: HopTopic, checkpoints: Curve | null): number {
  const told = consumer.lastSampleTs - STALE_INTERVALS * consumer.intervalMs;
  if (consumer.partitions.values().some(own => !own.commitsOnly)) return told;
  const last = checkpoints?.indexAt(told - COMMIT_MS) ?? -1;
  return checkpoints === null || last < 0 ? Number.NEGATIVE_INFINITY : checkpoints.valueOf(last);
}

/** The end offsets, too, have not been sampled for longer than reports may be missing. */
function isSilent(ends: Curve, at: number, consumer: HopTopic): boolean {
  return at - ends.lastT > STALE_INTERVALS * consumer.intervalMs;
}
