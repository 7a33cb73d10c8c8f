import type { JSX } from 'preact';
import type { VersionInfo } from '../../../../api/lineage-answers.ts';
import { useLive } from '../../api/live.ts';
import { getDiff, getVersions } from '../../api/versions.ts';
import { link, param, setParams } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { VersionDiffView } from './version-diff.tsx';
import { VersionText } from './versions.tsx';

/** All versions of a job as a timeline, and how one differs from another. `old` and `new` of the address name them. */
export function VersionsPage({ job }: { job: string }): JSX.Element {
  const { jobVersions: w } = words();
  const live = useLive(`versions/${job}`, signal => getVersions(job, signal), { every: 6 });
  return (
    <>
      <div class="head">
        <h1 class="job-title">{w.of(job)}</h1>
        <div class="actions">
          <a class="button" href={link(`/jobs/${encodeURIComponent(job)}`)}>
            {w.toJob}
          </a>
          <a class="button" href={link('/lineage/check', { job })}>
            {w.tryChange}
          </a>
        </div>
      </div>
      <Region live={live}>{({ items }) => <Content job={job} items={items} />}</Region>
    </>
  );
}

function Content({ job, items }: { job: string; items: readonly VersionInfo[] }): JSX.Element {
  const { jobVersions: w } = words();
  const next = items.find(({ version }) => version === Number(param('new'))) ?? items[0];
  const before = items.find(({ version }) => version === Number(param('old'))) ?? items[items.indexOf(next!) + 1];
  return (
    <div class="versions-grid">
      <Card title={w.title} count={items.length}>
        <ol class="version-list">
          {items.map((item, i) => (
            <li key={item.version} data-testid="version" class={item === next ? 'chosen' : ''}>
              <div class="row wrap">
                <VersionText item={item} />
              </div>
              <div class="row wrap">
                <button
                  type="button"
                  class="button"
                  aria-pressed={item === before}
                  disabled={item === next}
                  onClick={() => setParams({ old: item.version, new: next?.version })}
                >
                  {w.old}
                </button>
                <button
                  type="button"
                  class="button"
                  aria-pressed={item === next}
                  onClick={() => setParams({ new: item.version, old: items[i + 1]?.version })}
                >
                  {w.new}
                </button>
              </div>
            </li>
          ))}
        </ol>
      </Card>
      <div class="stack" style={{ gap: '16px' }}>
        {before && next ? (
          <Difference key={`${before.version}>${next.version}`} job={job} from={before.version} to={next.version} />
        ) : (
          <Empty title={w.only}>
            <p>{w.onlyHow}</p>
          </Empty>
        )}
      </div>
    </div>
  );
}

function Difference({ job, from, to }: { job: string; from: number; to: number }): JSX.Element {
  const live = useLive(`diff/${job}/${from}/${to}`, signal => getDiff(job, from, to, signal), { every: 12 });
  return <Region live={live}>{diff => <VersionDiffView diff={diff} />}</Region>;
}
