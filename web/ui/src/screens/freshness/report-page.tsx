import type { JSX } from 'preact';
import { hopConsumer } from '../../api/estate.ts';
import { getReport, type ReportView } from '../../api/freshness.ts';
import { useLive } from '../../api/live.ts';
import { link } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { lagStep } from '../../format/lag-scale.ts';
import { percent } from '../../format/number.ts';
import { clock } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { FreshnessSentence } from '../../parts/freshness-text.tsx';
import { JobCause } from '../../parts/job-cause.tsx';
import { Region } from '../../parts/states.tsx';
import { residences, WaterfallBar } from '../../parts/waterfall.tsx';
import { BadgeCard } from './badge-card.tsx';
import { Heartbeat } from './heartbeat.tsx';
import { HistoryCard } from './history-card.tsx';
import { ObjectiveCard } from './objective-card.tsx';

/** One report: how fresh, since when and why, where the time goes, and what its objective has left. */
export function ReportPage({ name }: { name: string }): JSX.Element {
  const live = useLive(`freshness/${name}`, signal => getReport(name, signal));
  return <Region live={live}>{report => <Content report={report} name={name} />}</Region>;
}

function Content({ report, name }: { report: ReportView; name: string }): JSX.Element {
  const { board: w } = words();
  const { objective, beats } = report;
  const late = report.level === 'warning' || report.level === 'critical';
  const culprit = hopConsumer(report.blame ?? '');
  return (
    <>
      <div class="board-head" data-testid="report-head">
        <a class="muted" href={link('/freshness')}>
          {w.toBoard}
        </a>
        <h1>
          {name} <span class="muted board-owner">{report.owner}</span>
        </h1>
        <FreshnessSentence of={report} />
        {objective?.state && objective.since !== null && (
          <span class="muted">{w.since(w.beat[objective.state], clock(objective.since, report.ts))}</span>
        )}
        {late && culprit !== '' && report.jobs.some(hop => hopConsumer(hop) === culprit) && (
          <div class="board-cause" data-testid="report-cause">
            <JobCause job={culprit} at={null} />
          </div>
        )}
      </div>
      <div class="stack" style={{ gap: '16px' }}>
        {beats && (
          <Card title={w.day}>
            <div class="card-body">
              <Heartbeat beats={beats} />
            </div>
          </Card>
        )}
        <div class="board-columns">
          <WaterfallCard report={report} name={name} />
          {objective ? (
            <ObjectiveCard standing={objective} name={name} />
          ) : (
            <Card title={w.objective}>
              <p class="card-body muted">{w.noObjectiveHow}</p>
            </Card>
          )}
        </div>
        <HistoryCard name={name} limit={objective?.age_limit_ms} />
        <BadgeCard name={name} told={report.told} />
      </div>
    </>
  );
}

/** Hops along the slowest path, source first, with the time the data spent at each. */
function WaterfallCard({ report, name }: { report: ReportView; name: string }): JSX.Element {
  const { board: w, freshness: f } = words();
  const jobs = new Set(report.jobs);
  return (
    <Card title={w.waterfall} more={<a href={link('/lineage', { root: name })}>{w.path}</a>}>
      <div class="card-body">
        <WaterfallBar freshness={report} height={20} />
      </div>
      <div class="table-scroll">
        <table class="table">
          <thead>
            <tr>
              <th>{w.hop}</th>
              <th class="num">{f.where}</th>
              <th class="num">%</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {residences(report).map(({ hop, consumer, ms, share }) => (
              <tr key={hop}>
                <td class={`ellipsis board-hop ${hopConsumer(report.blame ?? '') === consumer ? 'strong' : ''}`}>
                  <a
                    href={
                      jobs.has(hop)
                        ? link(`/jobs/${encodeURIComponent(consumer)}`)
                        : link('/lineage', { root: name, hop })
                    }
                  >
                    {consumer}
                  </a>
                </td>
                <td class="num">
                  <span class="lag">
                    <i class={`lag-bg-${lagStep(ms)}`} />
                    {duration(ms)}
                  </span>
                </td>
                <td class="num">{percent(share)}</td>
                <td class="num">
                  {jobs.has(hop) && <a href={link('/logs', { q: `job:${consumer} level:>=WARN` })}>{w.logs}</a>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
