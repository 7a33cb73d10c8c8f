import type { JSX } from 'preact';
import { type AlertDetail, type Delivery, getAlertDeliveries, isOver } from '../../api/alerts.ts';
import { now, useLive } from '../../api/live.ts';
import type { RuleMetric } from '../../api/rules.ts';
import { link } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { exact } from '../../format/number.ts';
import { clock, fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { LevelBadge, severityLevel } from '../../parts/level.tsx';
import { Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { describeMetric } from '../rules/rule-text.ts';
import { formatOf } from '../rules/value-format.ts';
import { AlertActions } from './alert-actions.tsx';
import { AlertHistory } from './alert-history.tsx';
import { ChangedLink } from './changed-link.tsx';
import { DeliveryTable } from './delivery-table.tsx';
import { ExplainCard } from './explain-card.tsx';
import { firedTick } from './fired-tick.ts';
import { Gist } from './gist-card.tsx';
import { EndFormula, OverLine } from './over-lines.tsx';
import { PathCard } from './path-card.tsx';

/** One alert: the formula with its numbers, why and what it hurts, every query's value, and who was told. */
export function AlertPage({ alert }: { alert: AlertDetail }): JSX.Element {
  const { alerts: w } = words();
  const since = alert.starts_at ?? alert.active_at;
  const job = alert.labels['job'];
  const report = alert.labels['report'];
  const onPath = job ?? alert.labels['topic'] ?? report;
  const at = since ?? now.value;
  return (
    <div class="stack" style={{ gap: '16px' }} data-testid="alert-page">
      <section class="card">
        <div class="card-body alert-head">
          <p class="row wrap">
            <LevelBadge
              level={severityLevel(alert.severity)}
              text={words().severity[alert.severity as 'info'] ?? alert.severity}
              pill
            />
            {isOver(alert) ? <OverLine alert={alert} /> : <LiveLine alert={alert} since={since} />}
            {alert.owner && <span class="soft">{alert.owner}</span>}
          </p>
          <h1>{alert.summary || alert.rule_name}</h1>
          <p class="formula mono" {...tip(alert.rule?.condition)}>
            {alert.formula || alert.rule?.condition}
          </p>
          <EndFormula alert={alert} />
          <Gist alert={alert} />
          <AlertActions alert={alert} />
          <p class="row wrap">
            {alert.rule_id && (
              <a class="button" href={link(`/rules/${encodeURIComponent(alert.rule_id)}`)}>
                {w.openRule}
              </a>
            )}
            {onPath && (
              <a
                class="button"
                href={link('/lineage', { root: onPath, direction: onPath === report ? undefined : 'both' })}
              >
                {w.path}
              </a>
            )}
            <a
              class="button"
              href={link('/logs', {
                job,
                q: 'level:>=WARN',
                from: Math.round(at - 900_000),
                to: Math.round(at + 900_000),
                range: undefined,
              })}
            >
              {w.logs}
            </a>
            {job && <ChangedLink job={job} at={at} />}
          </p>
        </div>
      </section>
      <Card title={w.values}>
        <Values alert={alert} />
      </Card>
      <Card title={w.chart}>
        <AlertHistory alert={alert} />
      </Card>
      {alert.rule && <ExplainCard alert={alert} />}
      {job && <PathCard job={job} />}
      <Card title={w.labels}>
        <div class="card-body row wrap">
          {Object.entries(alert.labels).map(([name, value]) => (
            <span key={name} class="pill mono">
              {name}={value}
            </span>
          ))}
        </div>
      </Card>
      <Card title={w.notices}>
        {alert.deliveries ? <NoticeList deliveries={alert.deliveries} /> : <Notices alert={alert} />}
      </Card>
    </div>
  );
}

function LiveLine({ alert, since }: { alert: AlertDetail; since: number | null }): JSX.Element {
  const { alerts: w } = words();
  return (
    <>
      <span class="pill">{w.states[alert.state as 'firing'] ?? alert.state}</span>
      {since !== null && (
        <span class="soft" {...tip(fullTime(since))}>
          {w.since(clock(since), duration(now.value - since))}
        </span>
      )}
    </>
  );
}

/** Every metric's value at the tick it began to fire and at the newest one, or at that which ended it. */
function Values({ alert }: { alert: AlertDetail }): JSX.Element {
  const { alerts: w } = words();
  const { alert: more } = moreWords();
  const metrics = alert.rule?.metrics ?? [];
  const fired = firedTick(alert);
  const over = isOver(alert);
  const newest = over ? (alert.at_end ?? undefined) : alert.history.at(-1);
  return (
    <div class="table-scroll">
      <table class="table alert-values">
        <thead>
          <tr>
            <th />
            <th />
            <th class="wide" />
            {fired && (
              <th class="num" {...tip(fullTime(fired.t))}>
                {more.atFiring} {clock(fired.t)}
              </th>
            )}
            <th class="num" {...tip(newest && fullTime(newest.t))}>
              {over ? more.atEnd : more.atNow} {newest ? clock(newest.t) : ''}
            </th>
          </tr>
        </thead>
        <tbody>
          {alert.values.map((value, i) => (
            <tr key={i}>
              <td class="mono muted">{`{${i}}`}</td>
              <td>{metrics[i]?.name ?? ''}</td>
              <td class="mono soft wide">{metrics[i] ? describeMetric(metrics[i]) : ''}</td>
              {fired && <Value metric={metrics[i]} value={fired.values[i] ?? null} />}
              <Value metric={metrics[i]} value={newest || over ? (newest?.values[i] ?? null) : value} strong />
            </tr>
          ))}
          {alert.annotations.map(({ name, value }) => (
            <tr key={name}>
              <td class="muted nowrap">{w.hints}</td>
              <td>{name}</td>
              <td class="wide" />
              {fired && <td class="num">{over ? value : ''}</td>}
              <td class="num">{over && fired ? '' : value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A value in full, as the formula has it, and how people say it where its unit is known. */
function Value({
  metric,
  value,
  strong,
}: {
  metric: RuleMetric | undefined;
  value: number | null;
  strong?: true;
}): JSX.Element {
  const format = metric && formatOf(metric);
  const said = format && value !== null ? format(value) : '';
  return (
    <td class={`num ${strong ? 'strong' : ''}`}>
      {said && said !== exact(value, 3) && <span class="muted value-said">{said}</span>} {exact(value, 3)}
    </td>
  );
}

function Notices({ alert }: { alert: AlertDetail }): JSX.Element {
  const live = useLive(`deliveries/of/${alert.id}`, signal => getAlertDeliveries(alert.id, signal));
  return (
    <Region live={live} rows={2}>
      {({ items }) => <NoticeList deliveries={items} />}
    </Region>
  );
}

function NoticeList({ deliveries }: { deliveries: readonly Delivery[] }): JSX.Element {
  if (deliveries.length === 0) return <p class="card-body muted">{words().alerts.noNotices}</p>;
  return <DeliveryTable deliveries={deliveries} />;
}
