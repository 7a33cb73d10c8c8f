import './overview.css';
import type { JSX } from 'preact';
import { type Overview as Data, getOverview } from '../../api/estate.ts';
import { useLive } from '../../api/live.ts';
import { estate } from '../../app/estate-status.ts';
import { link } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { AlertList } from './alert-list.tsx';
import { DaemonFacts } from './daemon-facts.tsx';
import { Headline } from './headline.tsx';
import { Pipeline } from './pipeline.tsx';
import { Reports } from './reports.tsx';
import { WorstJobs } from './worst-jobs.tsx';

/** Is everything current, what is not, and why: reports first, then jobs, alerts and the daemon itself. */
export default function Overview(): JSX.Element {
  const live = useLive('overview', getOverview);
  return <Region live={live}>{data => <Content data={data} />}</Region>;
}

function Content({ data }: { data: Data }): JSX.Element {
  const { overview: w } = words();
  const streams = 'streams' in data.pipeline ? data.pipeline.streams : data.pipeline;
  const worst = data.jobs.worst;
  return (
    <>
      <Headline data={data} streams={streams} />
      <div class="stack" style={{ gap: '16px' }}>
        <Card
          title={w.reports}
          count={data.reports.length || undefined}
          more={<a href={link('/freshness')}>{w.allReports}</a>}
        >
          {data.reports.length === 0 ? (
            <Empty title={w.noReports}>
              <p>{w.noReportsHow}</p>
            </Empty>
          ) : (
            <Reports reports={data.reports} />
          )}
        </Card>
        <div class="overview-columns">
          <Card title={w.jobs} more={<a href={link('/jobs')}>{w.allJobs(data.jobs.total)}</a>}>
            {worst.length === 0 ? <Empty title={w.jobsCalm} /> : <WorstJobs jobs={worst} />}
          </Card>
          <Card
            title={w.alerts}
            count={data.alerts.firing || undefined}
            more={<a href={link('/alerts')}>{w.allAlerts}</a>}
          >
            <AlertList alerts={data.alerts.latest} />
          </Card>
        </div>
        <Card title={w.pipeline} more={<span class="muted pipeline-how">{w.pipelineHow}</span>}>
          <Pipeline streams={streams} />
          {estate.value.status && <DaemonFacts status={estate.value.status} />}
        </Card>
      </div>
    </>
  );
}
