/** Composing: transitions of one notification group become one `Message`. Pure; what needs I/O comes in as `ContextOf`. */
import type { Labels } from '../../model/labels.ts';
import { type Intent, SEVERITIES, type Severity } from '../intent.ts';
import type { AckLinks, AckTicket } from './ack-link.ts';
import { alertLine } from './judge.ts';
import type { Message, MessageAlert } from './message.ts';

/** Alerts a message carries in full; the rest are counted in `omitted`. */
export const MAX_MESSAGE_ALERTS = 50;
const MAX_LOG_CHARACTERS = 600;

/** What the ports of `context.ts` said about an alert. */
export type AlertContext = Pick<
  MessageAlert,
  'owner' | 'affects' | 'cause' | 'logLine' | 'ackUrl' | 'ackedBy' | 'alsoAffected' | 'chart'
>;
export type ContextOf = (intent: Intent) => AlertContext;

/** Addresses of the UI's pages. */
export interface Links {
  alert(intent: Pick<Intent, 'episode'>): string;
  group(groupKey: string): string;
  /** Acknowledges with one click; absent where nobody signs links. */
  readonly ack?: (ticket: AckTicket) => string;
}

/** Links below `http.public_url`; an alert's page is addressed by its episode. */
export function createLinks(publicUrl: string, ackLinks?: Pick<AckLinks, 'url'>): Links {
  const base = publicUrl.replace(/\/+$/, '');
  return {
    ...(ackLinks ? { ack: ticket => ackLinks.url(ticket) } : {}),
    alert: intent => `${base}/alerts/${encodeURIComponent(intent.episode)}`,
    group: groupKey => `${base}/alerts?group=${encodeURIComponent(groupKey)}`,
  };
}

/** Where a message belongs. */
export interface ComposeGroup {
  readonly groupKey: string;
  readonly groupLabels: Labels;
  readonly receiver: string;
  readonly stillFiring: number;
  /** When it is told, epoch ms. */
  readonly now: number;
}

/** One message for one or more intents (at least one): most severe first, then oldest first. */
export function compose(intents: readonly Intent[], group: ComposeGroup, links: Links, contextOf: ContextOf): Message {
  const sorted = sortIntents(intents);
  const first = sorted[0];
  if (!first) throw new RangeError('compose needs at least one intent');
  const shown = sorted.slice(0, MAX_MESSAGE_ALERTS);
  return {
    status: messageStatus(sorted),
    severity: first.severity,
    title: titleOf(sorted, first),
    groupKey: group.groupKey,
    groupLabels: group.groupLabels,
    receiver: group.receiver,
    at: sorted.reduce((latest, intent) => Math.max(latest, intent.t), first.t),
    toldAt: group.now,
    zone: first.zone,
    alerts: shown.map(intent => toAlert(intent, links, contextOf(intent))),
    omitted: sorted.length - shown.length,
    ...(group.stillFiring > 0 ? { stillFiring: group.stillFiring } : {}),
    url: sorted.length === 1 ? links.alert(first) : links.group(group.groupKey),
  };
}

/** Most severe first, then oldest first; the order in which a message lists alerts. */
export function sortIntents(intents: readonly Intent[]): readonly Intent[] {
  return intents.toSorted(
    (a, b) => severityRank(b.severity) - severityRank(a.severity) || a.startsAt - b.startsAt || (a.id < b.id ? -1 : 1),
  );
}

/** Position of a severity in rising order; unknown text ranks lowest. */
export function severityRank(severity: string): number {
  return SEVERITIES.indexOf(severity as Severity);
}

/** True when the intent ends its episode. A `meta` intent has one kind for both ends: `endsAt` tells them apart. */
export function isEnd(intent: Pick<Intent, 'kind' | 'endsAt'>): boolean {
  const { kind, endsAt } = intent;
  return kind === 'resolved' || kind === 'nodata_resolved' || (kind === 'meta' && endsAt !== null);
}

/** How people see a transition. */
export function alertStatus(intent: Pick<Intent, 'kind' | 'endsAt'>): MessageAlert['status'] {
  if (isEnd(intent)) return 'resolved';
  const { kind } = intent;
  if (kind === 'nodata' || kind === 'stale' || kind === 'flapping' || kind === 'meta') return kind;
  return 'firing';
}

function messageStatus(intents: readonly Intent[]): Message['status'] {
  if (intents.every(isEnd)) return 'resolved';
  return intents.every(intent => intent.kind === 'meta' || isEnd(intent)) ? 'info' : 'firing';
}

function titleOf(intents: readonly Intent[], first: Intent): string {
  // The numbers of an end are those of the recovery: as a title they would contradict the rule's words.
  if (intents.length === 1 && first.kind === 'resolved') return alertLine(first.labels) || first.ruleName;
  if (intents.length === 1)
    return first.summary === '' ? first.ruleName : `${first.ruleName}: ${oneLine(first.summary)}`;
  const rules = new Set(intents.map(intent => intent.ruleName));
  const name = rules.size === 1 ? first.ruleName : `${first.ruleName} +${rules.size - 1}`;
  return `${name} (${intents.length})`;
}

function toAlert(intent: Intent, links: Links, context: AlertContext): MessageAlert {
  // A replayed tick must not read as news of this minute.
  const late = intent.late && !intent.annotations.some(annotation => annotation.name === 'late');
  return {
    status: alertStatus(intent),
    labels: intent.labels,
    startsAt: intent.startsAt,
    endsAt: intent.endsAt,
    summary: oneLine(intent.summary),
    formula: intent.formula,
    annotations: late ? [...intent.annotations, { name: 'late', value: 'true' }] : intent.annotations,
    values: intent.values,
    ...(intent.reason === undefined ? {} : { reason: intent.reason }),
    url: links.alert(intent),
    owner: context.owner,
    affects: context.affects,
    ...(context.cause === undefined ? {} : { cause: context.cause }),
    ...(context.logLine
      ? { logLine: { ...context.logLine, text: cut(context.logLine.text, MAX_LOG_CHARACTERS) } }
      : {}),
    ...(context.ackUrl === undefined ? {} : { ackUrl: context.ackUrl }),
    ...(context.ackedBy === undefined ? {} : { ackedBy: context.ackedBy }),
    ...(context.alsoAffected === undefined ? {} : { alsoAffected: context.alsoAffected }),
    ...(context.chart === undefined ? {} : { chart: context.chart }),
  };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function cut(text: string, characters: number): string {
  const points = [...text.slice(0, characters * 2)];
  return points.length > characters || text.length > characters * 2 ? `${points.slice(0, characters).join('')}…` : text;
}
