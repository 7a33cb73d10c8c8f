/** Freshness of reports and datasets as the API gives it: the contract's answer, the objective's standing, and both in words. */
import type { FreshnessAnswer } from '../../lineage/lag/answer.ts';
import type { FreshnessRecorder } from '../../lineage/lag/recorder.ts';
import type { ReportFreshness } from '../../lineage/lag/report-answer.ts';
import { type Beats, beatsOf } from '../../lineage/objectives/beats.ts';
import { type FreshnessLevel, freshnessLevel } from '../../lineage/objectives/level.ts';
import type { ObjectiveKeeper } from '../../lineage/objectives/objective-keeper.ts';
import type { Standing } from '../../lineage/objectives/standing.ts';
import { freshnessSentence, type Language } from '../../lineage/objectives/words.ts';
import type { LineageService } from '../../lineage/service.ts';
import type { Clock } from '../../model/clock.ts';
import type { Point } from '../../model/sample.ts';
import type { MetricStore } from '../../store/metric-store.ts';

/** What answers about freshness need of the daemon. */
export interface FreshnessServices {
  readonly recorder: FreshnessRecorder;
  readonly objectives: ObjectiveKeeper;
  readonly metrics: MetricStore;
  readonly clock: Clock;
  readonly lineage: LineageService;
  readonly told: (report: { readonly name: string; readonly owner: string }) => Told;
}

/** Channels that hear of a report: of its alerts, and of its days. */
export interface Told {
  readonly alerts: readonly string[];
  readonly digest: readonly string[];
}

/** How an answer is told. */
export interface Telling {
  readonly language: Language;
  /** Zone of the times in words; absent: that of the objective's calendar, else UTC. */
  readonly zone?: string | undefined;
}

const RANK: Readonly<Record<FreshnessLevel, number>> = { critical: 0, warning: 1, unknown: 2, ok: 3 };
const TREND_MS = 3_600_000;
const TREND_STEP_MS = 60_000;
/** A heartbeat bar is a day in ninety beats. */
const BEATS = 90;
const BEAT_MS = 16 * 60_000;

/** `GET /freshness/{…}`: the contract's answer with what reports and screens add. `trend`: the last hour of its age. */
export interface FreshnessView extends FreshnessAnswer {
  readonly report: string | null;
  readonly owner: string;
  readonly dataset: string;
  readonly slo: ReportFreshness['slo'];
  readonly level: FreshnessLevel;
  readonly sentence: string;
  readonly objective: Standing | null;
  /** Since when the report has been what it is; null without an objective or before the first minute. */
  readonly since: number | null;
  readonly beats: Beats | null;
  readonly trend: readonly Point[];
  /** Which hops of its path are jobs, the others being NiFi, Druid or groups. */
  readonly jobs: readonly string[];
  /** Null in lists and for a dataset. */
  readonly told: Told | null;
}

export function freshnessView(
  services: Pick<FreshnessServices, 'objectives' | 'lineage'>,
  answer: FreshnessAnswer | ReportFreshness,
  telling: Telling,
  trend: readonly Point[] = [],
): FreshnessView {
  const report = 'report' in answer ? answer : null;
  const tracked = report === null ? null : services.objectives.tracked(report.report);
  const objective = report === null ? null : services.objectives.standing(report.report, answer.ts);
  const level = freshnessLevel(answer, report?.slo?.age_ms ?? null);
  const zone = telling.zone ?? tracked?.objective.calendar?.zone ?? 'UTC';
  return {
    ...answer,
    // People read it from the source down; the answer goes along the path from the sink upwards.
    residence_ms: Object.fromEntries(Object.entries(answer.residence_ms).reverse()),
    report: report?.report ?? null,
    owner: report?.owner ?? '',
    dataset: report ? (report.oldest ?? report.reads[0] ?? '') : answer.sink,
    slo: report?.slo ?? null,
    level,
    sentence: freshnessSentence(answer, { level, language: telling.language, zone }),
    objective,
    since: objective?.since ?? null,
    beats: tracked === null ? null : beatsOf(tracked, answer.ts, BEATS, BEAT_MS),
    trend,
    jobs: Object.keys(answer.residence_ms).filter(hop => services.lineage.job(hop) !== null),
    told: null,
  };
}

/** All reports, worst first: by level, then by what is left of the budget, then by age. */
export async function reportViews(
  services: FreshnessServices,
  telling: Telling = { language: 'en' },
): Promise<readonly FreshnessView[]> {
  const { recorder, metrics, clock } = services;
  const now = clock.now();
  const at = Array.from({ length: TREND_MS / TREND_STEP_MS }, (_, i) => now - TREND_MS + (i + 1) * TREND_STEP_MS);
  const history = await metrics.window({
    names: [{ name: 'age_ms' }],
    matchers: [],
    groupBy: ['report'],
    op: 'MAX',
    windowMs: TREND_STEP_MS,
    at,
  });
  const trends = new Map(history.map(group => [group.labels['report'] ?? '', group.points]));
  const budget = (view: FreshnessView): number => view.objective?.budget.left_ratio ?? 1;
  return recorder
    .freshness(now)
    .map(answer => freshnessView(services, answer, telling, trends.get(answer.report) ?? []))
    .sort((a, b) => RANK[a.level] - RANK[b.level] || budget(a) - budget(b) || (b.age_ms ?? 0) - (a.age_ms ?? 0));
}
