// biome-ignore-all lint/a11y/useSemanticElements: rows of a virtual list are placed freely, which <table> does not allow; ARIA roles say what they are
// biome-ignore-all lint/a11y/useFocusableInteractive: rows and headers are read, the controls inside them take the focus
import './jobs.css';
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { getJobs, type Job } from '../../api/estate.ts';
import { useLive } from '../../api/live.ts';
import { link, param, setParams } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { LevelShape } from '../../parts/level.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { VirtualRows } from '../../parts/virtual-rows.tsx';
import { COLUMNS, type Column } from './columns.tsx';

/** Every job in one dense table, worst first as the daemon ranks them, with lag and rates in the row. */
export default function Jobs(): JSX.Element {
  const live = useLive('jobs', getJobs);
  const { jobs: w } = words();
  const filter = param('q');
  const status = param('status');
  return (
    <>
      <div class="head jobs-head">
        <h1>{w.title}</h1>
        <input
          class="input jobs-filter"
          type="search"
          data-search
          value={filter}
          placeholder={w.filter}
          aria-label={w.filter}
          onInput={event => setParams({ q: event.currentTarget.value })}
        />
        {live.data && <StatusChips jobs={live.data.items} chosen={status} />}
      </div>
      <section class="card jobs-card">
        <Region live={live} rows={12}>
          {({ items }) => <Table jobs={items} filter={filter} status={status} />}
        </Region>
      </section>
    </>
  );
}

function StatusChips({ jobs, chosen }: { jobs: readonly Job[]; chosen: string }): JSX.Element {
  const counts = new Map<string, number>();
  for (const job of jobs) counts.set(job.status, (counts.get(job.status) ?? 0) + 1);
  return (
    <div class="row wrap">
      {[...counts].map(([status, count]) => (
        <button
          key={status}
          type="button"
          class="button"
          aria-pressed={chosen === status}
          onClick={() => setParams({ status: chosen === status ? undefined : status })}
        >
          {status} <span class="muted">{count}</span>
        </button>
      ))}
    </div>
  );
}

function matches(job: Job, wanted: string): boolean {
  if (wanted === '') return true;
  const texts = [
    job.name,
    job.owner,
    job.job_id,
    job.app_id,
    job.cluster,
    ...job.containers,
    ...job.reads,
    ...job.writes,
  ];
  return wanted.split(/\s+/).every(word => texts.some(text => text.toLowerCase().includes(word)));
}

/** Unknown values come last in either direction. */
function sorted(jobs: readonly Job[], column: Column | undefined, byName: boolean, rising: boolean): readonly Job[] {
  if (!column && !byName) return jobs;
  const key = column ? column.sort : (job: Job) => job.name;
  const sign = rising ? 1 : -1;
  return [...jobs].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    if (typeof x === 'string' || typeof y === 'string') return sign * String(x).localeCompare(String(y));
    return sign * (x - y);
  });
}

function Table({ jobs, filter, status }: { jobs: readonly Job[]; filter: string; status: string }): JSX.Element {
  const { jobs: w } = words();
  const scroller = useRef<HTMLDivElement>(null);
  const [sortId = '', direction = ''] = param('sort').split('.');
  const column = COLUMNS.find(c => c.id === sortId);
  const rising = direction === 'asc';
  const shown = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    const found = jobs.filter(job => matches(job, wanted) && (status === '' || job.status === status));
    return sorted(found, column, sortId === 'name', rising);
  }, [jobs, filter, status, sortId, rising]);

  if (jobs.length === 0) {
    return (
      <Empty title={w.none}>
        <p>{w.noneHow}</p>
      </Empty>
    );
  }
  return (
    <div
      class="jobs-scroll"
      ref={scroller}
      role="table"
      aria-rowcount={shown.length}
      aria-label={w.title}
      tabIndex={-1}
    >
      <div class="jobs-row jobs-header" role="row">
        <SortHeader
          id="name"
          label={`${w.name} · ${w.shown(shown.length, jobs.length)}`}
          sortId={sortId}
          rising={rising}
          numeric={false}
        />
        {COLUMNS.map(c => (
          <SortHeader
            key={c.id}
            id={c.id}
            label={w[c.id]}
            how={c.how ? w[c.how] : undefined}
            sortId={sortId}
            rising={rising}
            numeric={c.numeric}
          />
        ))}
      </div>
      {shown.length === 0 ? (
        <Empty title={w.noMatch}>
          <p>{w.noMatchHow}</p>
        </Empty>
      ) : (
        <VirtualRows
          items={shown}
          keyOf={job => job.name}
          estimate={28}
          scroller={scroller}
          row={job => <Row job={job} />}
        />
      )}
    </div>
  );
}

interface SortProps {
  readonly id: string;
  readonly label: string;
  readonly how?: string | undefined;
  readonly sortId: string;
  readonly rising: boolean;
  readonly numeric: boolean;
}

/** First click sorts worst first, the second turns round, the third goes back to the daemon's own order. */
function SortHeader({ id, label, how, sortId, rising, numeric }: SortProps): JSX.Element {
  const { jobs: w } = words();
  const active = sortId === id;
  const first = numeric || id === 'status' ? 'desc' : 'asc';
  const current = rising ? 'asc' : 'desc';
  const next = !active ? first : current === first ? (first === 'asc' ? 'desc' : 'asc') : '';
  return (
    <div
      role="columnheader"
      class={`col-${id}${numeric ? ' num' : ''}`}
      aria-sort={active ? (rising ? 'ascending' : 'descending') : 'none'}
    >
      <button
        type="button"
        class="sort ellipsis"
        onClick={() => setParams({ sort: next === '' ? undefined : `${id}.${next}` })}
        {...tip(w.sortBy(label.split(' · ')[0] ?? label), how)}
      >
        {label}
        {active && <span aria-hidden="true"> {rising ? '↑' : '↓'}</span>}
      </button>
    </div>
  );
}

function Row({ job }: { job: Job }): JSX.Element {
  return (
    <div class="jobs-row" role="row" data-testid="job-row">
      <div role="cell" class="col-name">
        <a class="row" href={link(`/jobs/${encodeURIComponent(job.name)}`, { q: undefined })}>
          <LevelShape level={job.level} />
          <span class="visually-hidden">{words().level[job.level]}</span>
          <span class="ellipsis">{job.name}</span>
        </a>
      </div>
      {COLUMNS.map(c => (
        <div key={c.id} role="cell" class={`col-${c.id}${c.numeric ? ' num' : ' ellipsis'}`}>
          {c.cell(job)}
        </div>
      ))}
    </div>
  );
}
