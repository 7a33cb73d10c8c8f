import type { JSX } from 'preact';
import { getBoard, type ReportView } from '../../api/freshness.ts';
import { useLive } from '../../api/live.ts';
import { link, param, setParams } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { FreshnessSentence } from '../../parts/freshness-text.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { WaterfallBar } from '../../parts/waterfall.tsx';
import { Attained, BudgetLeft } from './budget.tsx';
import { Heartbeat } from './heartbeat.tsx';

/** All reports, worst first; `owner` of the address keeps one owner's. */
export function Board(): JSX.Element {
  const { board: w } = words();
  const live = useLive('freshness', getBoard);
  return (
    <>
      <h1 class="board-title">{w.title}</h1>
      <Region live={live}>{({ items }) => <Reports all={items} />}</Region>
    </>
  );
}

function Reports({ all }: { all: readonly ReportView[] }): JSX.Element {
  const { board: w, overview } = words();
  const owner = param('owner');
  const owners = [...new Set(all.map(report => report.owner).filter(name => name !== ''))].sort();
  const shown = owner === '' ? all : all.filter(report => report.owner === owner);
  if (all.length === 0) {
    return (
      <Card title={w.reports}>
        <Empty title={w.none}>
          <p>{overview.noReportsHow}</p>
        </Empty>
      </Card>
    );
  }
  return (
    <Card
      title={w.reports}
      count={shown.length}
      more={
        owners.length > 1 && (
          <select
            class="select"
            aria-label={w.owners}
            value={owner}
            onChange={event => setParams({ owner: event.currentTarget.value })}
          >
            <option value="">{w.everyone}</option>
            {owners.map(name => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )
      }
    >
      <ul>
        {shown.map(report => (
          <Row key={report.sink} report={report} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ report }: { report: ReportView }): JSX.Element {
  const { board: w } = words();
  return (
    <li class="board-row" data-testid="board-report">
      <div class="board-name">
        <a class="strong ellipsis" href={reportHref(report)}>
          {report.report}
        </a>
        <span class="muted ellipsis">{report.owner}</span>
      </div>
      <div class="board-sentence">
        <FreshnessSentence of={report} />
        <WaterfallBar freshness={report} height={6} />
      </div>
      <div class="board-beats">{report.beats && <Heartbeat beats={report.beats} />}</div>
      {report.objective === null ? (
        <span class="muted board-objective" {...tip(w.noObjectiveHow)}>
          {w.noObjective}
        </span>
      ) : (
        <dl class="board-objective">
          <div>
            <dt class="muted">{w.attained}</dt>
            <dd>
              <Attained standing={report.objective} />
            </dd>
          </div>
          <div>
            <dt class="muted">{w.budget}</dt>
            <dd>
              <BudgetLeft standing={report.objective} />
            </dd>
          </div>
        </dl>
      )}
    </li>
  );
}

function reportHref({ report, sink }: ReportView): string {
  return link(`/freshness/${encodeURIComponent(report ?? sink)}`);
}
