import type { JSX } from 'preact';
import type { VersionInfo } from '../../../../api/lineage-answers.ts';
import { useLive } from '../../api/live.ts';
import { getVersions } from '../../api/versions.ts';
import { link } from '../../app/router.ts';
import { clock, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Failure, Loading } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

/** Versions on the job's page; the rest is on the page of versions. */
const RECENT = 5;
/** Beats between two loads: a submission is rare. */
const SELDOM = { every: 6 } as const;

/** The page of a job's versions, on two of them if given. */
function versionsHref(job: string, old?: number, next?: number): string {
  return link(`/jobs/${encodeURIComponent(job)}/versions`, { old, new: next });
}

/** What changed about a job and when, newest first; each leads to its difference from the one before. */
export function VersionsCard({ job }: { job: string }): JSX.Element {
  const { jobVersions: w } = words();
  const live = useLive(`versions/${job}`, signal => getVersions(job, signal), SELDOM);
  const items = live.data?.items ?? [];
  return (
    <div data-testid="versions">
      <Card
        title={w.title}
        count={items.length || undefined}
        more={items.length > 0 && <a href={versionsHref(job)}>{w.all}</a>}
      >
        <Body job={job} items={items} live={live} />
      </Card>
    </div>
  );
}

function Body({
  job,
  items,
  live,
}: {
  job: string;
  items: readonly VersionInfo[];
  live: ReturnType<typeof useLive<unknown>>;
}): JSX.Element {
  const { jobVersions: w } = words();
  // A job nobody told the SQL of has no versions: that is no failure.
  if (live.error?.status === 404) return <Empty title={w.none} />;
  if (live.data === undefined) return live.error ? <Failure error={live.error} /> : <Loading rows={2} />;
  return (
    <ol class="lines">
      {items.slice(0, RECENT).map((item, i) => (
        <li key={item.version}>
          <a class="row wrap version" href={versionsHref(job, items[i + 1]?.version, item.version)}>
            <VersionText item={item} />
          </a>
        </li>
      ))}
    </ol>
  );
}

/** Number, time, author and what changed. */
export function VersionText({ item }: { item: VersionInfo }): JSX.Element {
  const { jobVersions: w } = words();
  return (
    <>
      <strong>{w.version(item.version)}</strong>
      <span class="muted" {...tip(fullTime(item.from), item.job_id)}>
        {item.to === null ? w.since(clock(item.from)) : w.fromTo(clock(item.from), clock(item.to))}
      </span>
      <span class="soft">{item.changed.map(change => w.changes[change]).join(', ')}</span>
      {(item.by ?? item.owner) && <span class="pill">{item.by ?? item.owner}</span>}
      {!item.sql_kept && <span class="pill">{w.sqlNotKept}</span>}
    </>
  );
}
