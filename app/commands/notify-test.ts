import { z } from 'zod';
import type { SendResult } from '../../alerting/notify/notifier.ts';
import { resolveReceivers } from '../../alerting/notify/receivers.ts';
import { UserError } from '../../model/errors.ts';
import { understood } from './daemon-answer.ts';
import { createDaemonClient, type DaemonClient } from './daemon-client.ts';

interface Channel {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

/**
 * `tidewatch notify test CHANNEL|RECEIVER`: sends a test message to a channel, or to every channel a receiver or rota stands for
 * now. Exit 0 when all of them took it, 1 when one did not. Throws `UserError` for a name that leads to no channel.
 */
export async function notifyTest(options: { name: string; url: string; json: boolean }): Promise<number> {
  const daemon = createDaemonClient(options.url, { maxWaits: 0 });
  const channels = await list<Channel>(daemon, 'channels');
  const named = await channelsOf(options.name, channels, daemon);
  let failed = 0;
  for (const { id, name, type } of named) {
    const result = (await daemon.post(`channels/${encodeURIComponent(id)}/test`, {})) as SendResult;
    if (result.kind !== 'sent') failed++;
    process.stdout.write(
      options.json ? `${JSON.stringify({ channel: name, type, ...result })}\n` : told(name, type, result),
    );
  }
  return failed === 0 ? 0 : 1;
}

/** A receiver of the same name wins over a channel, as when an alert is routed; an id stands for its channel. */
async function channelsOf(
  name: string,
  channels: readonly Channel[],
  daemon: DaemonClient,
): Promise<readonly Channel[]> {
  const receivers = await list<{ name: string; channels: readonly string[] }>(daemon, 'receivers');
  const rotas = await list<{ id: string; name: string }>(daemon, 'rotas');
  const onCall = await Promise.all(
    rotas.map(async rota => {
      const answer = await daemon.get(`rotas/${encodeURIComponent(rota.id)}/on-call`);
      return [rota.name, (answer as { members?: readonly string[] } | null)?.members ?? []] as const;
    }),
  );
  const directory = {
    receivers: new Map([...onCall, ...receivers.map(receiver => [receiver.name, receiver.channels] as const)]),
    channels: new Set(channels.map(channel => channel.name)),
  };
  const names = new Set(resolveReceivers([name], directory).channels);
  const found = channels.filter(channel => names.has(channel.name) || channel.id === name);
  if (found.length > 0) return found;
  const known = [...directory.channels, ...directory.receivers.keys()];
  throw new UserError(
    'unknown-receiver',
    `"${name}" leads to no channel; there are ${known.length === 0 ? 'none' : known.slice(0, 20).join(', ')}`,
  );
}

async function list<T>(daemon: DaemonClient, path: string): Promise<readonly T[]> {
  const isNamed = (value: unknown): boolean => typeof value === 'object' && value !== null && 'name' in value;
  return understood(z.object({ items: z.array(z.custom<T>(isNamed)) }), await daemon.need(path)).items;
}

function told(name: string, type: string, result: SendResult): string {
  const who =
    result.kind === 'sent'
      ? ''
      : `${result.kind === 'retryable' ? 'not now' : 'refused'}, ${result.class}: ${result.error}\n`;
  const remedy = result.kind === 'sent' || result.remedy === undefined ? '' : `  ${result.remedy}\n`;
  const recipients = (result.recipients ?? [])
    .filter(recipient => recipient.status !== 'delivered')
    .map(recipient => `  ${recipient.address}: ${recipient.error ?? recipient.status}\n`);
  return `${name} (${type}): ${who || 'sent\n'}${recipients.join('')}${remedy}`;
}
