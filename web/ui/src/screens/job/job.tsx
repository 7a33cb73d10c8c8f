import './job.css';
import type { JSX } from 'preact';
import { getJob, type JobDetail } from '../../api/estate.ts';
import { useLive } from '../../api/live.ts';
import { link } from '../../app/router.ts';
import type { ScreenProps } from '../../app/screens.ts';
import { DURATION_STEPS_MS, duration } from '../../format/duration.ts';
import { compact, percent, rate } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { MetricChart } from '../../parts/metric-chart.tsx';
import { Sql } from '../../parts/sql.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { Diagnosis } from './diagnosis.tsx';
import { JobEvents } from './events.tsx';
import { JobFigures, JobHead } from './head.tsx';
import { JobAffects, JobAlerts, JobLogs } from './related.tsx';
import { Subtasks } from './subtasks.tsx';
import { TaskManagers } from './task-managers.tsx';
import { VersionsCard } from './versions.tsx';
import { VersionsPage } from './versions-page.tsx';

/**
 * `/jobs/{name}`: how it does now and over time, which subtask to look at, its SQL, and what people and logs say of it;
 * `/jobs/{name}/versions`: what it was before.
 */
export default function JobScreen({ rest }: ScreenProps): JSX.Element {
  const [name = '', part] = rest;
  return part === 'versions' ? <VersionsPage key={name} job={name} /> : <JobPage key={name} name={name} />;
}

function JobPage({ name }: { name: string }): JSX.Element {
  const live = useLive(`job/${name}`, signal => getJob(name, signal));
  return <Region live={live}>{job => <Content job={job} />}</Region>;
}

function Content({ job }: { job: JobDetail }): JSX.Element {
  const { job: w } = words();
  const matchers = { job: job.name };
  return (
    <>
      <JobHead job={job} />
      <JobFigures job={job} />
      <div class="job-grid">
        <div class="job-wide">
          <Diagnosis job={job.name} />
        </div>
        <MetricChart
          title={w.lag}
          metric="lag_ms"
          matchers={matchers}
          groupBy="topic"
          op="MAX"
          format={duration}
          steps={DURATION_STEPS_MS}
        />
        <MetricChart
          title={w.throughput}
          metric="records_in_per_second"
          matchers={matchers}
          groupBy="task"
          op="AVG"
          format={rate}
        />
        <MetricChart title={w.backlog} metric="lag" matchers={matchers} groupBy="topic" op="MAX" format={compact} />
        <MetricChart title={w.busy} metric="busy_ratio" matchers={matchers} groupBy="task" op="MAX" format={percent} />
        <Card title={w.subtasks}>
          <Subtasks subtasks={job.subtasks} job={job.name} />
        </Card>
        <div class="stack" style={{ gap: '16px' }}>
          <JobAlerts job={job.name} />
          <Card title={w.affects} count={job.affects.length || undefined}>
            <JobAffects affects={job.affects} />
          </Card>
          <VersionsCard job={job.name} />
          <Card title={w.events}>
            <JobEvents events={job.events} runs={job.runs} />
          </Card>
        </div>
        <div class="job-wide">
          <Card title={w.taskManagers} count={job.task_managers.length || undefined}>
            <TaskManagers taskManagers={job.task_managers} />
          </Card>
        </div>
        <div class="job-wide">
          <JobLogs job={job.name} />
        </div>
        <div class="job-wide">
          <Card
            title={w.sql}
            more={job.sql ? <CopyButton text={() => job.sql ?? ''} label={words().action.copy} /> : undefined}
            count={job.session ? `${w.session} ${job.session}` : undefined}
          >
            {job.sql ? (
              <Sql text={job.sql} />
            ) : (
              <Empty title={w.noSql}>
                <p class="muted">{w.noSqlHow}</p>
              </Empty>
            )}
          </Card>
        </div>
      </div>
      <p class="visually-hidden">
        <a href={link('/jobs')}>{words().jobs.title}</a>
      </p>
    </>
  );
}
