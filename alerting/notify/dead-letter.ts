/** What a message that cannot be delivered becomes: the same message on the fallback channel, and a word to the daemon's own receivers. */
import type { OutboxRow } from '../../store/state-store.ts';
import type { Entry } from './merge.ts';
import type { Message } from './message.ts';
import { newRow, outboxId } from './outbox-body.ts';

const HOUR_MS = 3_600_000;

/**
 * Rows that follow from a dead one. A fallback has no fallback of its own, and a meta message about a channel is sent once an hour
 * whatever dies there: ids repeat, and an id that exists is left as it is.
 */
export function deadLetterRows(
  dead: Entry,
  fallback: string | null,
  metaChannels: readonly string[],
  url: string,
  now: number,
): readonly OutboxRow[] {
  const { row, body } = dead;
  const rows: OutboxRow[] = [];
  if (fallback !== null && fallback !== row.channel && body.insteadOf === undefined) {
    rows.push(
      newRow({
        id: outboxId(fallback, body.message.groupKey, row.id, 'fallback', 0),
        channel: fallback,
        at: now,
        kind: body.kind,
        message: body.message,
        alerts: body.alerts,
        insteadOf: row.channel,
      }),
    );
  }
  // Trouble with the trouble report itself would go round in circles.
  if (body.kind === 'meta' && body.message.groupKey.startsWith('dead:')) return rows;
  for (const channel of metaChannels) {
    if (channel === row.channel) continue;
    const hour = Math.floor(now / HOUR_MS);
    rows.push(
      newRow({
        id: outboxId(channel, `dead:${row.channel}`, body.class ?? '', 'meta', hour),
        channel,
        at: now,
        kind: 'meta',
        message: metaMessage(dead, url, now),
        alerts: [
          {
            key: `dead:${row.channel}`,
            episode: `dead:${row.channel}:${hour}`,
            status: 'meta',
            labels: metaLabels(dead),
          },
        ],
      }),
    );
  }
  return rows;
}

function metaLabels({ row, body }: Entry): Record<string, string> {
  return { alertname: 'tidewatch_undelivered', severity: 'error', channel: row.channel, class: body.class ?? '' };
}

function metaMessage(dead: Entry, url: string, now: number): Message {
  const { row, body } = dead;
  const summary = `channel ${row.channel} did not take "${body.message.title}" (${body.class ?? 'dead'}: ${body.error ?? ''})`;
  return {
    status: 'info',
    severity: 'error',
    title: `tidewatch: ${row.channel} cannot deliver`,
    groupKey: `dead:${row.channel}`,
    groupLabels: { channel: row.channel },
    receiver: row.channel,
    at: now,
    zone: body.message.zone,
    alerts: [
      {
        status: 'meta',
        labels: metaLabels(dead),
        startsAt: now,
        endsAt: null,
        summary,
        formula: '',
        annotations: [{ name: 'attempts', value: String(row.attempts) }],
        values: [],
        url,
        owner: '',
        affects: [],
      },
    ],
    omitted: 0,
    url,
  };
}
