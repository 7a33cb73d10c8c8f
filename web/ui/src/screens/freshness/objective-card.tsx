import type { JSX } from 'preact';
import type { Standing } from '../../api/freshness.ts';
import { link } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { exact, percent } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { tip } from '../../parts/tip.ts';
import { Attained, BudgetLeft, periodText, targetText } from './budget.tsx';

/** What was promised, what is left of it, how fast it goes, and on whom it went. */
export function ObjectiveCard({ standing, name }: { standing: Standing; name: string }): JSX.Element {
  const { board: w } = words();
  const { minutes, burn_rate: burn } = standing;
  return (
    <Card title={w.objective}>
      <div class="card-body stack" style={{ gap: '10px' }}>
        <p>
          {w.promise(duration(standing.age_limit_ms), targetText(standing.target), periodText(standing.period))}
          {standing.calendar && <span class="muted board-calendar">{calendarText(standing.calendar)}</span>}
        </p>
        <dl class="board-figures" data-testid="objective">
          <Figure name={w.attained}>
            <Attained standing={standing} />
          </Figure>
          <Figure name={w.budget}>
            <BudgetLeft standing={standing} />
          </Figure>
          <Figure name={w.exhausted}>{lasting(standing)}</Figure>
          <Figure name={w.good}>{exact(minutes.good)}</Figure>
          <Figure name={w.bad}>{exact(minutes.bad)}</Figure>
          <Figure name={w.unknownMinutes}>
            <span {...tip(minutes.unwatched > 0 ? w.unwatched(exact(minutes.unwatched)) : null)}>
              {exact(minutes.unknown)}
            </span>
          </Figure>
        </dl>
        <div class="row wrap board-burn" {...tip(w.burnHow)}>
          <span class="muted">{w.burn}</span>
          {Object.entries(burn).map(([window, rate]) => (
            <span key={window} class="pill">
              {window} <b class={rate !== null && rate > 1 ? 'level-critical' : ''}>{exact(rate, 1)}</b>
            </span>
          ))}
        </div>
      </div>
      <Culprits standing={standing} name={name} />
    </Card>
  );
}

function Figure({ name, children }: { name: string; children: JSX.Element | string }): JSX.Element {
  return (
    <div>
      <dt class="muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function lasting({ exhausted_in_ms: left }: Standing): string {
  const { board: w } = words();
  if (left === null) return w.exhaustedNever;
  return left === 0 ? w.exhaustedNow : duration(left);
}

function calendarText({ days, from, to, zone }: NonNullable<Standing['calendar']>): string {
  const { board: w } = words();
  const named = days.length === 7 ? w.everyDay : days.map(day => w.weekdays[day] ?? '').join(' ');
  return w.calendar(named, from, to, zone);
}

function Culprits({ standing, name }: { standing: Standing; name: string }): JSX.Element {
  const { board: w, unit } = words();
  if (standing.culprits.length === 0) return <p class="card-body muted">{w.noCulprits}</p>;
  return (
    <div class="table-scroll">
      <table class="table">
        <caption class="muted board-caption">{w.culprits}</caption>
        <thead>
          <tr>
            <th>{w.hop}</th>
            <th class="num">{w.late}</th>
            <th class="num">{w.share}</th>
          </tr>
        </thead>
        <tbody>
          {standing.culprits.slice(0, 8).map(culprit => (
            <tr key={culprit.hop} data-testid="culprit">
              <td class="ellipsis board-hop">
                <a href={link('/lineage', { root: name, hop: culprit.hop })}>{culprit.hop}</a>
              </td>
              <td class="num">
                {exact(culprit.bad_minutes + culprit.unknown_minutes)} {unit.min}
              </td>
              <td class="num">{percent(culprit.budget_ratio, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
