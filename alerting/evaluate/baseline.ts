/**
 * What an hour of the week is usually like: the values a row had in the same local hour of earlier weeks, their median and the median
 * of their absolute deviations (MAD; times 1.4826 it estimates a standard deviation of normal data: Rousseeuw and Croux 1993).
 */
import { zoneOffset } from '../../model/zone.ts';
import type { Column, Frame } from './frame.ts';

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
/** An hour is looked at in steps of the window, but not finer than this, ms. */
const FINEST_STEP = 60_000;
/** Fewer values than this say nothing. */
const LEAST_VALUES = 3;

/** Makes a MAD comparable with a standard deviation. */
export const MAD_SCALE = 1.4826;

/**
 * Instants at which windows of the same local hour of the `weeks` weeks before `at` end, ascending. They depend on the hour alone: all
 * ticks of an hour share them.
 */
export function baselineInstants(at: number, weeks: number, windowMs: number, zone: string): readonly number[] {
  const local = at + zoneOffset(zone, at);
  // An instant belongs to the hour its window lies in: at :00 that is the hour just over.
  const hour = Math.ceil(local / HOUR) * HOUR - HOUR;
  const step = Math.min(HOUR, Math.max(windowMs, FINEST_STEP));
  const instants: number[] = [];
  for (let week = weeks; week >= 1; week--) {
    for (let end = step; end <= HOUR; end += step) {
      const reading = hour - week * WEEK + end;
      // Clocks may have changed since: the same reading, not the same distance. One hour of a change is off, as clocks are.
      const instant = reading - zoneOffset(zone, reading - zoneOffset(zone, reading));
      if (instant < at && instant > (instants.at(-1) ?? Number.NEGATIVE_INFINITY)) instants.push(instant);
    }
  }
  return instants;
}

/** The columns of medians and MADs; groups with too few values are absent. */
export function baselineColumns(frame: Frame, instants: readonly number[]): { median: Column; mad: Column } {
  return { median: frame.derived(instants, ofEnough(medianOf)), mad: frame.derived(instants, ofEnough(madOf)) };
}

function ofEnough(of: (values: readonly number[]) => number): (values: readonly number[]) => number | null {
  return values => (values.length < LEAST_VALUES ? null : of(values));
}

function madOf(values: readonly number[]): number {
  const center = medianOf(values);
  return medianOf(values.map(value => Math.abs(value - center)));
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
