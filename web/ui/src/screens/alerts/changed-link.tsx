import type { JSX } from 'preact';
import { useLive } from '../../api/live.ts';
import { getVersions } from '../../api/versions.ts';
import { link } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { tip } from '../../parts/tip.ts';

const DAY = 24 * 3_600_000;

/** The way to a version of the job that began within the day before `at` (epoch ms); absent where there is none. */
export function ChangedLink({ job, at }: { job: string; at: number }): JSX.Element | null {
  const { alert: w } = moreWords();
  const live = useLive(`versions/${job}`, signal => getVersions(job, signal), { every: Infinity });
  // Newest first; a job nobody told the SQL of has none, which is no failure.
  const items = live.data?.items ?? [];
  const i = items.findIndex(({ from }) => from <= at);
  const version = items[i];
  if (version === undefined || version.from <= at - DAY) return null;
  const href = link(`/jobs/${encodeURIComponent(job)}/versions`, { old: items[i + 1]?.version, new: version.version });
  return (
    <a class="button" href={href} data-testid="changed" {...tip(fullTime(version.from))}>
      {w.changed(version.version, duration(at - version.from))}
    </a>
  );
}
