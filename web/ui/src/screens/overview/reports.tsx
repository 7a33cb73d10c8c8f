import type { JSX } from 'preact';
import type { Freshness, Level } from '../../api/estate.ts';
import { link } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { percent } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { FreshnessSentence } from '../../parts/freshness-text.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { tip } from '../../parts/tip.ts';
import { WaterfallBar } from '../../parts/waterfall.tsx';

const ORDER: Record<Level, number> = { critical: 0, warning: 1, unknown: 2, ok: 3 };

/** One row a report, worst first: how fresh, since where the time goes, and the trend against the objective. */
export function Reports({ reports }: { reports: readonly Freshness[] }): JSX.Element {
  const { freshness: w } = words();
  const sorted = [...reports].sort((a, b) => ORDER[a.level] - ORDER[b.level] || (b.age_ms ?? 0) - (a.age_ms ?? 0));
  return (
    <ul class="reports">
      {sorted.map(report => (
        <li key={report.report ?? report.dataset} class="report" data-testid="report">
          <div class="report-name">
            <a class="strong ellipsis" href={link(`/freshness/${encodeURIComponent(report.report ?? report.dataset)}`)}>
              {report.report ?? report.dataset}
            </a>
            <span class="muted ellipsis">{report.owner}</span>
          </div>
          <FreshnessSentence of={report} />
          <div class="report-where">
            <WaterfallBar freshness={report} />
          </div>
          <div class="report-trend">
            <Sparkline
              points={report.trend}
              level={report.level}
              limit={report.slo?.age_ms}
              label={w.trend}
              width={112}
              height={24}
            />
          </div>
          <span
            class="muted num report-slo"
            {...tip(report.slo ? w.sloText(duration(report.slo.age_ms), percent(report.slo.target, 1)) : null)}
          >
            {report.slo ? w.sloOf(duration(report.slo.age_ms)) : w.noSlo}
          </span>
        </li>
      ))}
    </ul>
  );
}
