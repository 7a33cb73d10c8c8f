/** Outbox rows of a flush: what is said, and what is not said and why. Pure. */
import type { OutboxRow } from '../../store/state-store.ts';
import type { Intent } from '../intent.ts';
import { ACK_LINK_MS } from './ack-link.ts';
import { type AlertContext, type ComposeGroup, compose, isEnd, type Links, sortIntents } from './compose.ts';
import type { ImpactSource } from './context.ts';
import type { Explained } from './explain.ts';
import type { Notice, Quiet } from './flush.ts';
import { alertLine, type Judge, type Withheld } from './judge.ts';
import { newRow, outboxId, refOf } from './outbox-body.ts';

/** Alerts a row of the log of what was not told names; the rest are counted. */
const MAX_QUIET_ALERTS = 200;
/** Consequences an alert lists. */
const MAX_AFFECTED = 20;

/** What the rows of one flush share. */
export interface RowContext {
  readonly group: Omit<ComposeGroup, 'stillFiring' | 'now'>;
  readonly episode: string;
  readonly n: number;
  readonly links: Links;
  readonly impact: ImpactSource;
  readonly judge: Judge;
  readonly now: number;
}

/** A message that waits to be sent. */
export function noticeRow(
  notice: Notice,
  stillFiring: number,
  explained: Pick<Explained, 'lines' | 'charts' | 'causes'>,
  { group, episode, n, links, impact, judge, now }: RowContext,
): OutboxRow {
  const contextOf = (intent: Intent): AlertContext => {
    const logLine = explained.lines.get(intent.id);
    const chart = explained.charts.get(intent.id);
    const cause = explained.causes.get(intent.id);
    const ack = judge.acked(intent.episode, intent.severity);
    const affected = isEnd(intent) ? [] : affectedLines(judge, intent);
    const ticket = { alert: intent.episode, channel: notice.channel, expires: now + ACK_LINK_MS };
    return {
      owner: impact.ownerOf(intent.labels),
      affects: impact.affects(intent.labels),
      ...(cause ? { cause } : {}),
      ...(logLine ? { logLine } : {}),
      ...(ack ? { ackedBy: ack.by } : {}),
      ...(!ack && !isEnd(intent) && links.ack ? { ackUrl: links.ack(ticket) } : {}),
      ...(affected.length > 0 ? { alsoAffected: affected } : {}),
      ...(chart ? { chart } : {}),
    };
  };
  const about = { ...group, now, stillFiring: notice.kind === 'repeat' ? 0 : stillFiring };
  return newRow({
    id: outboxId(notice.channel, group.groupKey, episode, notice.kind, n),
    channel: notice.channel,
    at: now,
    kind: notice.kind,
    message: compose(notice.intents, about, links, contextOf),
    alerts: notice.intents.map(intent => refOf(intent, notice.first.has(intent.episode))),
  });
}

/** A message that is not sent, for the delivery log. */
export function quietRow(quiet: Quiet, { group, episode, n, links, impact, now }: RowContext): OutboxRow {
  const { channel, kind, intents, why } = quiet;
  const contextOf = (intent: Intent): AlertContext => ({ owner: impact.ownerOf(intent.labels), affects: [] });
  const what = `${kind}:${why.reason}:${why.by}:${why.source ?? ''}`;
  const row = newRow({
    id: outboxId(channel, group.groupKey, episode, what, n),
    channel,
    at: now,
    kind,
    message: compose(intents, { ...group, now, stillFiring: 0 }, links, contextOf),
    alerts: intents.slice(0, MAX_QUIET_ALERTS).map(intent => refOf(intent, false)),
    withheld: why,
  });
  return { ...row, status: 'suppressed' };
}

/** What no receiver leads anywhere for. */
export function nowhereRow(intents: readonly [Intent, ...Intent[]], links: Links, now: number): OutboxRow {
  const [first] = intents;
  const why: Withheld = {
    reason: 'no-receiver',
    by: '',
    detail: 'no route matches, and neither the rule nor an owner names a receiver that leads to a channel',
  };
  const group = { groupKey: 'nowhere', groupLabels: {}, receiver: '', stillFiring: 0, now };
  const contextOf = (): AlertContext => ({ owner: '', affects: [] });
  const row = newRow({
    id: outboxId('', 'nowhere', first.id, 'no-receiver', now),
    channel: '',
    at: now,
    kind: first.kind,
    message: compose(intents, group, links, contextOf),
    alerts: sortIntents(intents)
      .slice(0, MAX_QUIET_ALERTS)
      .map(intent => refOf(intent, false)),
    withheld: why,
  });
  return { ...row, status: 'suppressed' };
}

/** Without the labels that all of them share with the alert itself. */
function affectedLines(judge: Judge, { episode, labels }: Intent): readonly string[] {
  const alerts = judge.consequencesOf(episode);
  const isOwn = (name: string, value: string): boolean =>
    name === 'alertname' || alerts.some(other => other.labels[name] !== value) || labels[name] !== value;
  const lines = alerts
    .slice(0, MAX_AFFECTED)
    .map(other =>
      alertLine(Object.fromEntries(Object.entries(other.labels).filter(([name, value]) => isOwn(name, value)))),
    );
  return alerts.length > MAX_AFFECTED ? [...lines, `… +${alerts.length - MAX_AFFECTED}`] : lines;
}
