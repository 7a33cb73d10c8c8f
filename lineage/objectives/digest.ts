import type { ReportFreshness } from '../lag/report-answer.ts';
import { type FreshnessLevel, freshnessLevel } from './level.ts';
import { MINUTE_MS, type MinuteRun, spanOf } from './minute-ledger.ts';
import type { Tracked } from './objective-keeper.ts';
import type { Span } from './spans.ts';
import { type Standing, standingOf } from './standing.ts';
import { tally } from './tally.ts';

/** A stretch in which a report was late; `hops` in the order in which they held it back. */
export interface Incident extends Span {
  readonly hops: readonly string[];
}

/** A day of one report. */
export interface ReportDay {
  readonly report: string;
  readonly owner: string;
  /** How it is now. */
  readonly freshness: ReportFreshness;
  readonly level: FreshnessLevel;
  /** Null without an objective; then nothing of the day is judged. */
  readonly standing: Standing | null;
  /** Minutes of the day that counted. */
  readonly late: number;
  readonly unknown: number;
  readonly culprits: readonly { readonly hop: string; readonly minutes: number }[];
  /** Longest first, at most `MAX_INCIDENTS`; `incidentCount` of them all. */
  readonly incidents: readonly Incident[];
  readonly incidentCount: number;
}

const MAX_INCIDENTS = 5;
const RANK: Readonly<Record<FreshnessLevel, number>> = { critical: 0, warning: 1, unknown: 2, ok: 3 };

/** What the daily digest tells of reports over `day`, worst first: by state, then by the minutes lost, then by what is left of the budget. */
export function reportDays(
  answers: readonly ReportFreshness[],
  trackedOf: (report: string) => Tracked | null,
  day: Span,
): readonly ReportDay[] {
  return answers
    .map(answer => reportDay(answer, trackedOf(answer.report), day))
    .sort(
      (a, b) =>
        RANK[a.level] - RANK[b.level] ||
        b.late + b.unknown - (a.late + a.unknown) ||
        (a.standing?.budget.left_ratio ?? 1) - (b.standing?.budget.left_ratio ?? 1) ||
        (a.report < b.report ? -1 : 1),
    );
}

function reportDay(freshness: ReportFreshness, tracked: Tracked | null, day: Span): ReportDay {
  const { report, owner } = freshness;
  const level = freshnessLevel(freshness, tracked?.objective.ageMs ?? null);
  const none = { late: 0, unknown: 0, culprits: [], incidents: [], incidentCount: 0 };
  if (tracked === null) return { report, owner, freshness, level, standing: null, ...none };
  const spans = tracked.counted.within(day);
  const { minutes, byHop } = tally(tracked.ledger, spans);
  const incidents = incidentsOf(
    [...tracked.ledger.between(Math.floor(day.from / MINUTE_MS), Math.ceil(day.to / MINUTE_MS))].filter(run =>
      spans.some(span => span.from < spanOf(run).to && spanOf(run).from < span.to),
    ),
  );
  return {
    report,
    owner,
    freshness,
    level,
    standing: standingOf(tracked.objective, tracked.counted, tracked.ledger, freshness.ts),
    late: minutes.bad,
    unknown: minutes.unknown + minutes.unwatched,
    culprits: [...byHop]
      .map(([hop, { bad, unknown }]) => ({ hop, minutes: bad + unknown }))
      .sort((a, b) => b.minutes - a.minutes || (a.hop < b.hop ? -1 : 1)),
    incidents: [...incidents].sort((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MAX_INCIDENTS),
    incidentCount: incidents.length,
  };
}

/** Bad runs that follow each other are one incident, whichever hop it was. */
function incidentsOf(runs: readonly MinuteRun[]): readonly Incident[] {
  const incidents: Incident[] = [];
  for (const run of runs) {
    if (run.verdict !== 'bad') continue;
    const { from, to } = spanOf(run);
    const hops = run.hop === null ? [] : [run.hop];
    const last = incidents.at(-1);
    if (last !== undefined && last.to === from)
      incidents[incidents.length - 1] = { from: last.from, to, hops: [...new Set([...last.hops, ...hops])] };
    else incidents.push({ from, to, hops });
  }
  return incidents;
}
