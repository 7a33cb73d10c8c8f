import type { ComponentChildren, JSX } from 'preact';
import type { JobDetail } from '../../api/estate.ts';
import { link } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { shortId } from '../../format/flink-id.ts';
import { compact, exact, percent, rate } from '../../format/number.ts';
import { clock, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { Lag } from '../../parts/lag.tsx';
import { LevelBadge, LevelShape, statusLevel } from '../../parts/level.tsx';
import { tip } from '../../parts/tip.ts';

function Dataset({ id }: { id: string }): JSX.Element {
  return (
    <a href={link('/lineage', { root: id })} {...tip(id)}>
      {id.slice(id.lastIndexOf('/') + 1)}
    </a>
  );
}

/** Name, status, owner, identities and the tables on both sides. */
export function JobHead({ job }: { job: JobDetail }): JSX.Element {
  const { job: w, jobs } = words();
  return (
    <div class="head job-head">
      <div class="grow">
        <p class="muted">
          <a href={link('/jobs')}>{jobs.title}</a> /
        </p>
        <h1 class="row wrap">
          <LevelShape level={job.level} size={18} />
          <span class="job-title">{job.name}</span>
          <LevelBadge level={statusLevel(job.status)} text={job.status} pill />
          {job.status_since !== null && (
            <span class="muted job-since" {...tip(fullTime(job.status_since))}>
              {w.since(clock(job.status_since))}
              {job.flaps > 0 && ` · ${w.flapped(job.flaps)}`}
            </span>
          )}
        </h1>
        <p class="soft row wrap job-ids">
          <span>{job.owner}</span>
          {job.app_id && (
            <a class="mono" href={link('/logs', { app: job.app_id })}>
              {job.app_id}
            </a>
          )}
          {job.job_id && (
            <span class="mono" {...tip(`${w.jobId}: ${job.job_id}`)}>
              {shortId(job.job_id)}
            </span>
          )}
          {job.containers.map(id => (
            <a key={id} class="mono" href={link('/logs', { container: id })} {...tip(`${w.container}: ${id}`)}>
              {shortId(id)}
            </a>
          ))}
        </p>
        <p class="soft row wrap job-ids">
          {job.reads.length > 0 && <span class="muted">{w.reads}</span>}
          {job.reads.map(id => (
            <Dataset key={id} id={id} />
          ))}
          {job.writes.length > 0 && <span class="muted">→ {w.writes}</span>}
          {job.writes.map(id => (
            <Dataset key={id} id={id} />
          ))}
        </p>
      </div>
      <div class="actions">
        <a class="button" href={link('/lineage', { root: job.name, direction: 'both' })}>
          {w.path}
        </a>
        <a class="button" href={link('/logs', { job: job.name })}>
          {w.allLogs}
        </a>
      </div>
    </div>
  );
}

function Figure({
  label,
  how,
  children,
}: {
  label: string;
  how?: string | null;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="figure" {...tip(how)}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The numbers that matter now. */
export function JobFigures({ job }: { job: JobDetail }): JSX.Element {
  const { jobs: w } = words();
  return (
    <dl class="figures-strip card">
      <Figure label={w.lag}>
        <Lag ms={job.lag_ms} records={job.lag_records} />
      </Figure>
      <Figure label={w.backlog} how={`${exact(job.lag_records)}\n${w.backlogHow}`}>
        {compact(job.lag_records)}
      </Figure>
      <Figure label={w.in} how={w.inHow}>
        {rate(job.records_in_per_second)}
      </Figure>
      <Figure label={w.out} how={w.outHow}>
        {rate(job.records_out_per_second)}
      </Figure>
      <Figure label={w.busy} how={w.busyHow}>
        {percent(job.busy_ratio)}
      </Figure>
      <Figure label={w.backPressure} how={w.backPressureHow}>
        {percent(job.back_pressured_ratio)}
      </Figure>
      <Figure label={w.checkpoint} how={w.checkpointHow}>
        {duration(job.checkpoint_age_ms)}
      </Figure>
      <Figure label={w.restarts} how={w.restartsHow}>
        {exact(job.restarts)}
      </Figure>
    </dl>
  );
}
