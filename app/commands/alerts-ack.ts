import { parseArgs } from 'node:util';
import { z } from 'zod';
import { printable } from '../../lineage/formats/text.ts';
import { spokenTime } from '../../lineage/objectives/words.ts';
import { parseDuration } from '../../model/duration.ts';
import { UserError } from '../../model/errors.ts';
import { alertName, alertOf, guardIds, liveAlerts } from './alert-answers.ts';
import { understood } from './daemon-answer.ts';
import { createDaemonClient, DEFAULT_URL } from './daemon-client.ts';
import { checkZone, OWN_ZONE } from './instant.ts';

const Acked = z.looseObject({ id: z.string(), acked: z.object({ by: z.string(), at: z.number(), until: z.number() }) });

/** `tidewatch alerts ack ID…`: takes alerts on, so that repeats and escalation stop. Exit 0; 2 when one of them is not live, and none is taken on. */
export async function alertsAck(args: readonly string[], now: number): Promise<number> {
  const { values, positionals } = parseArgs({
    args: guardIds(args),
    allowPositionals: true,
    options: {
      by: { type: 'string' },
      ttl: { type: 'string' },
      zone: { type: 'string', default: OWN_ZONE },
      url: { type: 'string', default: DEFAULT_URL },
      json: { type: 'boolean', default: false },
    },
  });
  const zone = checkZone(values.zone);
  const { by, ttl } = values;
  if (positionals.length === 0)
    throw new UserError('bad-request', 'alerts ack needs the ID of an alert, or its beginning; alerts list shows them');
  if (ttl !== undefined && !parseDuration(ttl))
    throw new UserError('bad-request', `--ttl ${ttl}: expected a duration such as 1h or 4h`);
  const daemon = createDaemonClient(values.url, { maxWaits: 0 });
  const live = await liveAlerts(daemon);
  const alerts = positionals.map(id => alertOf(id, live));
  const pending = alerts.find(({ state }) => state === 'pending');
  if (pending)
    throw new UserError('bad-request', `${alertName(pending)} does not fire yet: there is nothing to take on`);
  for (const alert of alerts) {
    const path = `alerts/${encodeURIComponent(alert.id)}/ack`;
    const body = { ...(by === undefined ? {} : { by }), ...(ttl === undefined ? {} : { ttl }) };
    const answer = understood(Acked, await daemon.post(path, body));
    const { by: who, until } = answer.acked;
    process.stdout.write(
      values.json
        ? `${JSON.stringify(answer)}\n`
        : `${printable(alertName(alert))}: taken on by ${printable(who)} until ${spokenTime(until, now, zone)}\n`,
    );
  }
  return 0;
}
