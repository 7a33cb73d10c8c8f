import type { JSX } from 'preact';
import { type AlertDetail, type Delivery, getAlertDeliveries, isOver } from '../../api/alerts.ts';
import { now, useLive } from '../../api/live.ts';
import { link } from '../../app/router.ts';
import { timeRange } from '../../app/time-range.ts';
import { duration } from '../../format/duration.ts';
import { compact, exact } from '../../format/number.ts';
import { clock, clockSeconds, fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { Chart } from '../../parts/chart.tsx';
import { LevelBadge, severityLevel } from '../../parts/level.tsx';
import { Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { describeMetric } from '../rules/rule-text.ts';
import { thresholdOf } from '../rules/threshold.ts';
import { AlertActions } from './alert-actions.tsx';
import { ChangedLink } from './changed-link.tsx';
import { DeliveryTable } from './delivery-table.tsx';
import { ExplainCard } from './explain-card.tsx';
import { firedTick } from './fired-tick.ts';
import { EndFormula, OverLine } from './over-lines.tsx';
import { PathCard } from './path-card.tsx';

/** One alert: the formula with its numbers, every query's value, what it hurts, why, and who was told. */
export function AlertPage({ alert }: { alert: AlertDetail }): JSX.Element {
  const { alerts: w } = words();
  const since = alert.starts_at ?? alert.active_at;
  const job = alert.labels['job'];
  const topic = alert.labels['topic'];
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
          <AlertActions alert={alert} />
          <p class="row wrap">
            {alert.rule_id && (
              <a class="button" href={link(`/rules/${encodeURIComponent(alert.rule_id)}`)}>
                {w.openRule}
              </a>
            )}
            {(job ?? topic) && (
              <a class="button" href={link('/lineage', { root: job ?? topic, direction: 'both' })}>
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
        <History alert={alert} />
      </Card>
      {alert.rule && <ExplainCard alert={alert} />}
      {alert.log_line && (
        <Card title={w.logLine}>
          <LogLine line={alert.log_line} />
        </Card>
      )}
      <Card title={w.affects} count={alert.affects.length || undefined}>
        {alert.affects.length === 0 ? (
          <p class="card-body muted">{w.noAffects}</p>
        ) : (
          <ul class="lines">
            {alert.affects.map(({ report, owner }) => (
              <li key={report}>
                <a class="row" href={link('/lineage', { root: report })}>
                  <span class="grow ellipsis">{report}</span>
                  <span class="muted">{owner}</span>
                </a>
              </li>
            ))}
          </ul>
        )}
      </Card>
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
      <table class="table">
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
              {fired && <td class="num">{exact(fired.values[i] ?? null, 3)}</td>}
              <td class="num strong">{exact(newest || over ? (newest?.values[i] ?? null) : value, 3)}</td>
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

function History({ alert }: { alert: AlertDetail }): JSX.Element {
  const { alerts: w } = words();
  const { history } = alert;
  if (history.length === 0) return <p class="card-body muted">{w.noHistory}</p>;
  const names = alert.values.map((_, i) => alert.rule?.metrics[i]?.name ?? `{${i}}`);
  const series = names.map((label, i) => ({
    label,
    points: history.map(tick => [tick.t, tick.values[i] ?? null] as const),
  }));
  const condition =
    alert.rule?.condition ?? alert.rule?.levels?.find(({ level }) => level === alert.severity)?.condition;
  const limits = names.map((_, i) => thresholdOf(condition, i, alert.rule?.metrics[i]?.name));
  const known = limits.filter(limit => limit !== undefined);
  // One line can only be the threshold of one of them.
  const limit = known.length === 1 ? known[0] : undefined;
  const first = history[0]?.t ?? timeRange.value.from;
  const last = history.at(-1)?.t ?? timeRange.value.to;
  return (
    <>
      <Chart
        series={series}
        from={first}
        to={Math.max(last, first + 1)}
        format={compact}
        label={w.chart}
        {...(limit === undefined ? {} : { limit })}
      />
      <div class="ticks" role="img" aria-label={w.history}>
        {history.map(tick => (
          <i
            key={tick.t}
            class={`tick tick-${tick.state}`}
            {...tip(
              `${clockSeconds(tick.t)}  ${w.states[tick.state as 'firing'] ?? tick.state}`,
              tick.values.map(v => exact(v, 3)).join(' · '),
            )}
          />
        ))}
      </div>
    </>
  );
}

function LogLine({ line }: { line: NonNullable<AlertDetail['log_line']> }): JSX.Element {
  return (
    <a class="row card-body quote-link" href={line.url}>
      <span class="muted" {...tip(fullTime(line.ts))}>
        {clockSeconds(line.ts)}
      </span>
      <span class="mono grow log-quote">{line.text}</span>
    </a>
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
