import type { ComponentChildren } from 'preact';
import type { Job } from '../../api/estate.ts';
import { now } from '../../api/live.ts';
import { duration } from '../../format/duration.ts';
import { compact, exact, rate } from '../../format/number.ts';
import { fullTime } from '../../format/time.ts';
import { type Messages, words } from '../../i18n/language.ts';
import { Lag } from '../../parts/lag.tsx';
import { statusLevel } from '../../parts/level.tsx';
import { Meter } from '../../parts/meter.tsx';
import { tip } from '../../parts/tip.ts';

type Text = keyof { [K in keyof Messages['jobs'] as Messages['jobs'][K] extends string ? K : never]: true };

/** One column of the jobs table after the name. */
export interface Column {
  readonly id:
    | 'owner'
    | 'status'
    | 'lag'
    | 'backlog'
    | 'in'
    | 'out'
    | 'busy'
    | 'backPressure'
    | 'restarts'
    | 'checkpoint'
    | 'alerts'
    | 'seen';
  readonly numeric: boolean;
  /** How the figure comes about, a key of the catalogue. */
  readonly how?: Text;
  /** Sort key, largest first by default; text sorts from A. */
  readonly sort: (job: Job) => number | string | null;
  readonly cell: (job: Job) => ComponentChildren;
}

const STATUS_ORDER = { critical: 3, warning: 2, unknown: 1, ok: 0 } as const;

export const COLUMNS: readonly Column[] = [
  { id: 'owner', numeric: false, sort: j => j.owner, cell: j => <span class="soft ellipsis">{j.owner || '–'}</span> },
  {
    id: 'status',
    numeric: false,
    sort: j => STATUS_ORDER[statusLevel(j.status)],
    cell: j => <span class={`level-${statusLevel(j.status)} status`}>{j.status}</span>,
  },
  { id: 'lag', numeric: true, sort: j => j.lag_ms, cell: j => <Lag ms={j.lag_ms} records={j.lag_records} /> },
  {
    id: 'backlog',
    numeric: true,
    how: 'backlogHow',
    sort: j => j.lag_records,
    cell: j => <span {...tip(exact(j.lag_records), words().jobs.backlogHow)}>{compact(j.lag_records)}</span>,
  },
  {
    id: 'in',
    numeric: true,
    how: 'inHow',
    sort: j => j.records_in_per_second,
    cell: j => (
      <span {...tip(`${exact(j.records_in_per_second, 1)}/s`, words().jobs.inHow)}>
        {rate(j.records_in_per_second)}
      </span>
    ),
  },
  {
    id: 'out',
    numeric: true,
    how: 'outHow',
    sort: j => j.records_out_per_second,
    cell: j => (
      <span {...tip(`${exact(j.records_out_per_second, 1)}/s`, words().jobs.outHow)}>
        {rate(j.records_out_per_second)}
      </span>
    ),
  },
  {
    id: 'busy',
    numeric: true,
    how: 'busyHow',
    sort: j => j.busy_ratio,
    cell: j => <Meter ratio={j.busy_ratio} how={words().jobs.busyHow} />,
  },
  {
    id: 'backPressure',
    numeric: true,
    how: 'backPressureHow',
    sort: j => j.back_pressured_ratio,
    cell: j => <Meter ratio={j.back_pressured_ratio} hot={0.1} full={0.5} how={words().jobs.backPressureHow} />,
  },
  {
    id: 'restarts',
    numeric: true,
    how: 'restartsHow',
    sort: j => j.restarts,
    cell: j => <span class={j.restarts ? 'level-warning' : 'muted'}>{exact(j.restarts)}</span>,
  },
  {
    id: 'checkpoint',
    numeric: true,
    how: 'checkpointHow',
    sort: j => j.checkpoint_age_ms,
    cell: j => (
      <span
        {...tip(j.checkpoint_age_ms === null ? null : `${exact(j.checkpoint_age_ms)} ms`, words().jobs.checkpointHow)}
      >
        {duration(j.checkpoint_age_ms)}
      </span>
    ),
  },
  {
    id: 'alerts',
    numeric: true,
    sort: j => j.alerts,
    cell: j => <span class={j.alerts > 0 ? 'level-critical strong' : 'muted'}>{j.alerts}</span>,
  },
  {
    id: 'seen',
    numeric: true,
    sort: j => (j.last_seen === null ? null : -j.last_seen),
    cell: j =>
      j.last_seen === null ? (
        '–'
      ) : (
        <span class="soft" {...tip(fullTime(j.last_seen))}>
          {duration(Math.max(0, now.value - j.last_seen))}
        </span>
      ),
  },
];
