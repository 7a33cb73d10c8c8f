/** A message in the format of Alertmanager's webhook, version 4: what receivers made for Prometheus read. */
import { createHash } from 'node:crypto';
import type { Message, MessageAlert } from '../alerting/notify/message.ts';
import { fitRows } from './truncate.ts';

/** What Alertmanager writes while an alert has no end: Go's zero time. */
const NO_END = '0001-01-01T00:00:00Z';

interface WebhookAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

/** The request body, at most `maxBytes`: alerts are dropped from the end and counted in `truncatedAlerts`. */
export function renderPayload(message: Message, maxBytes: number): string {
  const rows = message.alerts.map(alert => [toWebhookAlert(alert)]);
  return fitRows(
    rows,
    (shown, dropped) => {
      const alerts = shown.flat();
      return JSON.stringify({
        version: '4',
        groupKey: message.groupKey,
        truncatedAlerts: message.omitted + dropped,
        status: message.status === 'resolved' ? 'resolved' : 'firing',
        receiver: message.receiver,
        groupLabels: message.groupLabels,
        commonLabels: common(alerts.map(alert => alert.labels)),
        commonAnnotations: common(alerts.map(alert => alert.annotations)),
        externalURL: message.url,
        alerts,
      });
    },
    maxBytes,
  );
}

function toWebhookAlert(alert: MessageAlert): WebhookAlert {
  const ended = alert.status === 'resolved';
  return {
    status: ended ? 'resolved' : 'firing',
    labels: alert.labels,
    annotations: annotations(alert),
    startsAt: new Date(alert.startsAt).toISOString(),
    endsAt: ended && alert.endsAt !== null ? new Date(alert.endsAt).toISOString() : NO_END,
    generatorURL: alert.url,
    fingerprint: fingerprint(alert.labels),
  };
}

/** Ours first, so that a rule's own hint columns win over them; `kind` tells nodata, stale, flapping and meta from firing. */
function annotations(alert: MessageAlert): Readonly<Record<string, string>> {
  const ours: Record<string, string | undefined> = {
    summary: alert.summary,
    cause: alert.cause?.en,
    condition: alert.formula,
    kind: alert.status,
    reason: alert.reason,
    owner: alert.owner,
    affects: alert.affects.join(', '),
    also_affected: alert.alsoAffected?.join(', '),
    acked_by: alert.ackedBy,
    log: alert.logLine?.text,
    log_url: alert.logLine?.url,
  };
  const told = Object.entries(ours).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const columns = alert.annotations.map(({ name, value }) => [name, value]);
  // Last: nothing a rule says may stand where the link that acknowledges is looked for.
  const ack = alert.ackUrl === undefined ? [] : [['ack_url', alert.ackUrl]];
  return Object.fromEntries([...told, ...columns, ...ack]);
}

/** What all of them have in common. */
function common(records: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  const [first = {}, ...others] = records;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every(other => other[name] === value)),
  );
}

/** The same labels always have the same fingerprint, 16 hex digits as Alertmanager's. */
function fingerprint(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
