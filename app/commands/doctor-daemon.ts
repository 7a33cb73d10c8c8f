import { z } from 'zod';
import { spokenDuration } from '../../lineage/objectives/words.ts';
import { UserError } from '../../model/errors.ts';
import type { AppConfig } from '../config.ts';
import { understood } from './daemon-answer.ts';
import { createDaemonClient } from './daemon-client.ts';
import type { Finding } from './doctor.ts';

/** A stream further behind than this tells of trouble, not of the last batch. */
const BEHIND_MS = 60_000;
const NAMED = 5;

const Status = z.object({
  now: z.number(),
  streams: z.array(
    z.object({
      stream: z.string(),
      /** Everything up to this instant is in; epoch ms, null while nothing is known. */
      watermark: z.number().nullable(),
      /** Records; null while the end is not known. */
      lag: z.number().nullable(),
      rate_per_second: z.number(),
      paused: z.boolean(),
    }),
  ),
  rules: z.object({ total: z.number(), behind: z.number(), error: z.number() }),
  channels: z.array(z.object({ name: z.string(), dead: z.number() })),
});
type Stream = z.infer<typeof Status>['streams'][number];

/** How far a running daemon is behind: its intake, its rules, its messages. */
export async function checkDaemon(http: AppConfig['http']): Promise<readonly Finding[]> {
  try {
    const body = await createDaemonClient(daemonAddress(http), { maxWaits: 0 }).need('status');
    const { now, streams, rules, channels } = understood(Status, body);
    const late = streams.flatMap(stream => lateText(stream, now) ?? []);
    const dead = channels.filter(channel => channel.dead > 0).map(({ name, dead: n }) => `${name} (${n})`);
    return [
      late.length === 0
        ? { name: 'intake', ok: true, detail: `all ${streams.length} streams are level` }
        : {
            name: 'intake',
            ok: false,
            detail: `${late.join('; ')}; the daemon's log says why, more daemons share the topics`,
          },
      rules.behind + rules.error === 0
        ? { name: 'rules', ok: true, detail: `${rules.total}, all in time` }
        : {
            name: 'rules',
            ok: false,
            detail: `of ${rules.total} ${rules.behind} are behind, ${rules.error} cannot be evaluated; GET /api/v1/rules says which and why`,
          },
      dead.length === 0
        ? { name: 'channels', ok: true, detail: `${channels.length}, no message was given up` }
        : {
            name: 'channels',
            ok: false,
            detail: `messages were given up: ${dead.slice(0, NAMED).join(', ')}; notify test NAME says why`,
          },
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ name: 'intake', ok: false, detail: error.message }];
  }
}

/** The daemon of a configuration, with its login. */
export function daemonAddress({ host, port, auth }: AppConfig['http']): string {
  const login = auth ? `${encodeURIComponent(auth.username)}:${encodeURIComponent(auth.password.reveal())}@` : '';
  return `http://${login}${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Null for a stream that is level, or of which nothing is known yet. */
function lateText({ stream, watermark, lag, rate_per_second: rate, paused }: Stream, now: number): string | null {
  const behindMs = watermark === null ? 0 : now - watermark;
  if (behindMs <= BEHIND_MS) return null;
  const records = lag === null ? '' : ` and ${lag.toLocaleString('en')} records`;
  const pace = paused ? 'waiting for the store' : `taking ${Math.round(rate).toLocaleString('en')}/s`;
  return `${stream} is ${spokenDuration(behindMs, 'en')}${records} behind, ${pace}`;
}
