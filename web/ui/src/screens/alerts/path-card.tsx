import type { JSX } from 'preact';
import { getNeighbours, type Neighbour } from '../../api/alerts.ts';
import { useLive } from '../../api/live.ts';
import { link } from '../../app/router.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Lag } from '../../parts/lag.tsx';

/** A job between what it reads, with the lag of each, and what it writes; absent where the graph does not know it. */
export function PathCard({ job }: { job: string }): JSX.Element | null {
  const { alert: w } = moreWords();
  const { alerts } = words();
  const live = useLive(`neighbours/${job}`, signal => getNeighbours(job, signal));
  if (!live.data || live.data.reads.length + live.data.writes.length === 0) return null;
  return (
    <Card title={w.path} more={<a href={link('/lineage', { root: job, direction: 'both' })}>{alerts.path}</a>}>
      <div class="card-body path-snippet" data-testid="path-snippet">
        <Side title={w.reads} nodes={live.data.reads} />
        <a class="path-job strong" href={link(`/jobs/${encodeURIComponent(job)}`)}>
          {job}
        </a>
        <Side title={w.writes} nodes={live.data.writes} />
      </div>
    </Card>
  );
}

function Side({ title, nodes }: { title: string; nodes: readonly Neighbour[] }): JSX.Element {
  return (
    <div class="path-side">
      <h3>{title}</h3>
      <ul>
        {nodes.map(({ id, label, lagMs, lagRecords }) => (
          <li key={id} class="row">
            <a class="ellipsis" href={link('/lineage', { root: id })}>
              {label}
            </a>
            {lagMs !== undefined && <Lag ms={lagMs} {...(lagRecords === undefined ? {} : { records: lagRecords })} />}
          </li>
        ))}
      </ul>
    </div>
  );
}
