/** Shapes of /freshness and /freshness/{name}/history: reports against their objectives. */
import { get, type Page } from './client.ts';
import type { Freshness } from './estate.ts';

/** What a judged minute was; nobody watched `unwatched` ones. */
export type Verdict = 'good' | 'bad' | 'unknown' | 'unwatched';

export interface Culprit {
  readonly hop: string;
  readonly bad_minutes: number;
  readonly unknown_minutes: number;
  readonly budget_ratio: number;
}

/** How a report stands against what it promises. */
export interface Standing {
  readonly age_limit_ms: number;
  readonly target: number;
  readonly period: string;
  readonly calendar: {
    readonly zone: string;
    readonly days: readonly number[];
    readonly from: string;
    readonly to: string;
  } | null;
  readonly judged_since: number | null;
  readonly minutes: {
    readonly good: number;
    readonly bad: number;
    readonly unknown: number;
    readonly unwatched: number;
  };
  readonly attainment: number | null;
  readonly budget: {
    readonly total_ms: number;
    readonly used_ms: number;
    readonly left_ms: number;
    readonly left_ratio: number;
  };
  readonly burn_rate: Readonly<Record<'5m' | '1h' | '2h' | '1d' | '3d', number | null>>;
  readonly exhausted_in_ms: number | null;
  readonly culprits: readonly Culprit[];
  readonly state: Verdict | null;
  readonly since: number | null;
}

/** One letter a stretch: g b u x as the verdicts, - where nothing was judged. */
export interface Beats {
  readonly from: number;
  readonly step_ms: number;
  readonly states: string;
}

export interface ReportView extends Freshness {
  readonly objective: Standing | null;
  readonly since: number | null;
  readonly beats: Beats | null;
  /** Which of its hops are jobs. */
  readonly jobs: readonly string[];
  /** Null in lists. */
  readonly told: { readonly alerts: readonly string[]; readonly digest: readonly string[] } | null;
}

export interface History {
  readonly from: number;
  readonly to: number;
  readonly step_ms: number;
  readonly points: readonly {
    readonly t: number;
    readonly age_ms: number | null;
    readonly age_low_ms: number | null;
    readonly age_high_ms: number | null;
  }[];
  readonly bands: readonly {
    readonly from: number;
    readonly to: number;
    readonly state: Verdict;
    readonly hop: string | null;
  }[];
}

export function getBoard(signal: AbortSignal): Promise<Page<ReportView>> {
  return get('/freshness', {}, signal);
}

/** As of now, or of an instant of the past. */
export function getReport(name: string, signal: AbortSignal, at?: number): Promise<ReportView> {
  return get(`/freshness/${encodeURIComponent(name)}`, { at }, signal);
}

export function getHistory(
  name: string,
  range: { readonly from: number; readonly to: number; readonly step: string },
  signal: AbortSignal,
): Promise<History> {
  return get(`/freshness/${encodeURIComponent(name)}/history`, range, signal);
}
