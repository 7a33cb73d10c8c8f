/**
 * What happens to rows that wait for one channel: an end overtakes its unsent beginning, and too many become one message. Pure.
 */
import type { OutboxRow } from '../../store/state-store.ts';
import { MAX_MESSAGE_ALERTS, severityRank } from './compose.ts';
import type { MessageAlert } from './message.ts';
import { type AlertRef, encodeBody, type OutboxBody } from './outbox-body.ts';

/** A row with its body read. */
export interface Entry {
  readonly row: OutboxRow;
  readonly body: OutboxBody;
}

/** The row with another body, and what else changes of it. */
export function withBody(entry: Entry, body: OutboxBody, change: Partial<OutboxRow> = {}): Entry {
  return { row: { ...entry.row, ...change, body: encodeBody(body) }, body };
}

/**
 * Rows that change because a later row tells the end of an episode they were still to tell: the alert leaves the earlier row, and
 * a row left empty is suppressed. Entries oldest first; rows already tried are changed too, since a failed attempt told nobody.
 */
export function supersede(entries: readonly Entry[]): readonly Entry[] {
  const changed: Entry[] = [];
  const ended = new Set<string>();
  for (const entry of entries.toReversed()) {
    const gone = (ref: AlertRef): boolean => ref.status !== 'resolved' && ended.has(ref.episode);
    if (entry.body.alerts.some(gone)) changed.push(without(entry, gone, 'superseded'));
    for (const ref of entry.body.alerts) if (ref.status === 'resolved') ended.add(ref.episode);
  }
  return changed.reverse();
}

/**
 * One message for many untried rows, oldest first: `lead` (the oldest) carries the last word on every episode, criticals first, and
 * the others are marked as taken into it. Written lead first: a crash in between leaves members that the lead already names.
 */
export function mergeEntries(entries: readonly Entry[]): { readonly lead: Entry; readonly members: readonly Entry[] } {
  const [first, ...rest] = entries;
  if (!first) throw new RangeError('nothing to merge');
  const latest = new Map<string, { ref: AlertRef; alert: MessageAlert | undefined; severity: string }>();
  for (const { body } of entries) {
    body.alerts.forEach((ref, i) => {
      const first = ref.first || latest.get(ref.episode)?.ref.first;
      const merged = first ? { ...ref, first } : ref;
      latest.set(ref.episode, { ref: merged, alert: body.message.alerts[i], severity: body.message.severity });
    });
  }
  // An alert told in full goes before one that is only counted; within that, the worst first. The sort keeps age.
  const sorted = [...latest.values()].sort(
    (a, b) =>
      Number(b.alert !== undefined) - Number(a.alert !== undefined) ||
      severityRank(b.ref.labels['severity'] ?? b.severity) - severityRank(a.ref.labels['severity'] ?? a.severity),
  );
  const shown = sorted.flatMap(pair => (pair.alert ? [pair.alert] : [])).slice(0, MAX_MESSAGE_ALERTS);
  const worst = entries.reduce((a, b) =>
    severityRank(b.body.message.severity) > severityRank(a.body.message.severity) ? b : a,
  );
  const problems = entries.filter(({ body }) => body.message.status !== 'resolved');
  const message: OutboxBody['message'] = {
    ...worst.body.message,
    status: problems.length === 0 ? 'resolved' : 'firing',
    title: `${worst.body.message.title} +${entries.length - 1}`,
    groupKey: `digest:${first.row.channel}`,
    groupLabels: {},
    at: Math.max(...entries.map(({ body }) => body.message.at)),
    toldAt: Math.max(...entries.map(({ body: { message: m } }) => m.toldAt ?? m.at)),
    alerts: shown,
    omitted: sorted.length - shown.length,
    stillFiring: undefined,
    digest: undefined,
    url: worst.body.message.url,
  };
  const merged = [...(first.body.merged ?? []), ...rest.flatMap(({ row, body }) => [row.id, ...(body.merged ?? [])])];
  const kind = problems[0]?.body.kind ?? first.body.kind;
  const lead = withBody(first, { ...first.body, kind, message, alerts: sorted.map(pair => pair.ref), merged });
  return { lead, members: rest.map(member => intoLead(member, first.row.id)) };
}

/** The row as it stands once its alerts are part of another. */
export function intoLead(member: Entry, leadId: string): Entry {
  const body = { ...member.body, class: 'merged', error: `told in message ${leadId}` };
  return withBody(member, body, { status: 'suppressed' });
}

const WHY_EMPTY = {
  superseded: 'ended before it could be told',
  silenced: 'it began and ended while it was silenced',
  split: 'told in another message',
} as const;

/** The row without some of its alerts; one left empty is suppressed, of class `why`. */
export function without(entry: Entry, gone: (ref: AlertRef) => boolean, why: keyof typeof WHY_EMPTY): Entry {
  const { message, alerts } = entry.body;
  const kept = alerts.filter(ref => !gone(ref));
  if (kept.length === 0) {
    return withBody(entry, { ...entry.body, class: why, error: WHY_EMPTY[why] }, { status: 'suppressed' });
  }
  const shown = message.alerts.filter((_, i) => {
    const ref = alerts[i];
    return ref !== undefined && !gone(ref);
  });
  return withBody(entry, {
    ...entry.body,
    alerts: kept,
    message: { ...message, alerts: shown, omitted: kept.length - shown.length },
  });
}
