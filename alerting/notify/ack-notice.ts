/**
 * Acknowledgements, told to the channels that keep incidents of their own (PagerDuty). All others hear nothing: an acknowledgement
 * is there to make things quiet.
 */
import type { Clock } from '../../model/clock.ts';
import type { OutboxRow, StateStore } from '../../store/state-store.ts';
import type { Ack } from './ack.ts';
import type { ActiveChannel } from './channel.ts';
import type { Links } from './compose.ts';
import { decodeGroup, type Told } from './group.ts';
import type { FiringAlert } from './inhibit.ts';
import type { Message } from './message.ts';
import { newRow, outboxId } from './outbox-body.ts';
import { singleMessage } from './single-message.ts';

export interface AckNoticeParts {
  readonly state: Pick<StateStore, 'loadGroups' | 'commitFlush'>;
  readonly channel: (name: string) => ActiveChannel | null;
  /** Alerts that fire now. */
  readonly firing: () => readonly FiringAlert[];
  readonly links: Links;
  readonly clock: Clock;
}

/** Writes a row for each such channel that was told of the alert; resolves with how many. Rejects with `StoreAwayError`. */
export async function tellAck(ack: Ack, parts: AckNoticeParts): Promise<number> {
  const { state, channel, firing, clock } = parts;
  const alert = firing().find(({ id }) => id === ack.episode);
  if (alert === undefined) return 0;
  const rows: OutboxRow[] = [];
  for (const { id: groupKey, body } of await state.loadGroups()) {
    const told = decodeGroup(body)?.told[ack.episode];
    for (const name of told?.channels ?? []) {
      if (!told || channel(name)?.acknowledges !== true) continue;
      rows.push(
        newRow({
          id: outboxId(name, groupKey, ack.episode, 'ack', ack.at),
          channel: name,
          at: clock.now(),
          kind: 'repeat',
          message: ackMessage(ack, alert, groupKey, name, parts),
          alerts: [
            {
              key: keyOf(told, ack),
              episode: ack.episode,
              status: 'firing',
              labels: alert.labels,
              startsAt: alert.startsAt,
            },
          ],
        }),
      );
    }
  }
  if (rows.length > 0)
    await state.commitFlush(`ack:${ack.episode}`, null, { state: null, consumedIntents: [], outbox: rows });
  return rows.length;
}

/** Rule and group as other rows of the alert name them, so that it is told after its beginning. */
function keyOf({ intent, ruleId }: Told, ack: Ack): string {
  return intent ? `${intent.ruleId}\u0001${intent.groupKey}` : `${ruleId ?? ''}\u0001${ack.episode}`;
}

function ackMessage(ack: Ack, alert: FiringAlert, groupKey: string, channel: string, parts: AckNoticeParts): Message {
  return singleMessage({
    status: 'firing',
    severity: ack.severity,
    title: ack.alert,
    groupKey,
    receiver: channel,
    at: ack.at,
    url: parts.links.alert({ episode: ack.episode }),
    alert: { status: 'firing', labels: alert.labels, startsAt: alert.startsAt, ackedBy: ack.by },
  });
}
