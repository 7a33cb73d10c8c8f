/** Answers of /freshness and its history over the fixture's estate: reports with objectives, a day of beats, late stretches. */
import { drawBadge } from '../../../web/api/badge.ts';
import type { Beats, History, ReportView, Standing } from '../../../web/ui/src/api/freshness.ts';
import { MINUTE, type ReportSpec, SLOW_JOB } from './estate.ts';
import { freshness } from './views.ts';

const BEATS = 90;
const BEAT_MS = 16 * MINUTE;
const MONTH = 43_200;

/** A report as the board shows it; the first one has overspent its budget, the last one has no objective. */
export function reportView(spec: ReportSpec, all: readonly ReportSpec[], now: number): ReportView {
  const view = freshness(spec, now);
  const place = all.indexOf(spec);
  const standing = place === all.length - 1 ? null : standingOf(spec, place === 0 ? 600 : 20 * place, now);
  return {
    ...view,
    objective: standing,
    since: standing?.since ?? null,
    beats: standing === null ? null : beatsOf(view.level !== 'ok', now),
    told: { alerts: ['oncall-robot', `${spec.owner}-mail`], digest: place === 0 ? [`${spec.owner}-mail`] : [] },
    jobs: Object.keys(view.residence_ms).filter(hop => !/^(nifi|druid)/.test(hop)),
  };
}

function standingOf(spec: ReportSpec, bad: number, now: number): Standing {
  const unknown = 12;
  const total = 0.005 * MONTH;
  const used = bad + unknown;
  return {
    age_limit_ms: spec.sloMs,
    target: 0.995,
    period: '30d',
    calendar: { zone: 'Asia/Shanghai', days: [1, 2, 3, 4, 5], from: '08:00', to: '22:00' },
    judged_since: now - 30 * 1440 * MINUTE,
    minutes: { good: MONTH - used, bad, unknown, unwatched: 4 },
    attainment: 1 - used / MONTH,
    budget: {
      total_ms: total * MINUTE,
      used_ms: used * MINUTE,
      left_ms: (total - used) * MINUTE,
      left_ratio: 1 - used / total,
    },
    burn_rate: { '5m': 20, '1h': 6.7, '2h': 3.3, '1d': 1.2, '3d': null },
    exhausted_in_ms: used > total ? 0 : 5 * 3_600_000,
    culprits: [
      { hop: SLOW_JOB, bad_minutes: bad, unknown_minutes: 0, budget_ratio: bad / total },
      { hop: 'nifi:ingest', bad_minutes: 0, unknown_minutes: unknown - 4, budget_ratio: (unknown - 4) / total },
    ],
    state: bad > 100 ? 'bad' : 'good',
    since: now - 24 * MINUTE,
  };
}

function beatsOf(late: boolean, now: number): Beats {
  const end = (Math.floor(now / BEAT_MS) + 1) * BEAT_MS;
  const states = `----${'g'.repeat(30)}xx${'g'.repeat(20)}u${'g'.repeat(29)}${late ? 'bbbb' : 'gggg'}`;
  return { from: end - BEATS * BEAT_MS, step_ms: BEAT_MS, states };
}

/** The age over a range, with a stretch in its last quarter held up by the slow job. */
export function historyOf(spec: ReportSpec, params: URLSearchParams, now: number): History {
  const to = Number(params.get('to')) || now;
  const from = Number(params.get('from')) || to - 3_600_000;
  const step = Math.max(MINUTE, Math.ceil((to - from) / 120 / MINUTE) * MINUTE);
  const points = [];
  for (let t = from + step; t <= to; t += step) {
    const { age_ms, age_low_ms, age_high_ms } = freshness(spec, t);
    points.push({ t, age_ms, age_low_ms, age_high_ms });
  }
  const late = from + 0.75 * (to - from);
  return { from, to, step_ms: step, points, bands: [{ from: late, to, state: 'bad', hop: SLOW_JOB }] };
}

/** The badge of a name, as the daemon draws it. */
export function badgeSvg(label: string): string {
  return drawBadge({ label, state: 'warning', word: 'close to limit', text: 'data as of 10:42 · 3 min behind' });
}
