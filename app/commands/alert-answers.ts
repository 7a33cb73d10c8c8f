/** What the alert commands need of the daemon's answers (contracts.md section 6); other fields pass through to `--json`. */
import { z } from 'zod';
import { UserError } from '../../model/errors.ts';
import type { Matcher } from '../../model/labels.ts';
import { parseMatcherText } from '../../web/api/matchers.ts';
import { understood } from './daemon-answer.ts';
import type { DaemonClient } from './daemon-client.ts';

const Alert = z.looseObject({
  id: z.string(),
  kind: z.enum(['rule', 'meta']),
  labels: z.record(z.string(), z.string()),
  state: z.string(),
  /** Epoch ms; null while pending. */
  starts_at: z.number().nullable(),
  active_at: z.number(),
  severity: z.string(),
  owner: z.string(),
  summary: z.string(),
  formula: z.string(),
  affects: z.array(z.object({ report: z.string(), owner: z.string() })),
  acked: z.object({ by: z.string(), until: z.number() }).optional(),
  silenced_by: z.array(z.string()).optional(),
  inhibited_by: z.object({ source: z.string() }).optional(),
});
export type Alert = z.infer<typeof Alert>;
const Alerts = z.object({ items: z.array(Alert) });

/** All live alerts: firing before recovering before pending, worst first, then oldest. */
export async function liveAlerts(daemon: DaemonClient): Promise<readonly Alert[]> {
  return understood(Alerts, await daemon.need('alerts')).items;
}

/** The alert of an id, or of the beginning of one. Throws `UserError` not-found, and when the beginning is that of several. */
export function alertOf(id: string, alerts: readonly Alert[]): Alert {
  const exact = alerts.find(alert => alert.id === id);
  const found = exact ? [exact] : alerts.filter(alert => alert.id.startsWith(id));
  const [only, ...more] = found;
  if (only === undefined)
    throw new UserError('not-found', `no live alert has the id ${id}; alerts list shows those there are`);
  if (more.length > 0)
    throw new UserError('bad-request', `${found.length} live alerts have ids that begin with ${id}; write more of it`);
  return only;
}

/** Its rule and its group: `job_lag{job="etl", team="dw"}`, without the severity. */
export function alertName({ labels: { alertname = '', severity: _, ...labels } }: Pick<Alert, 'labels'>): string {
  const group = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return group.length === 0 ? alertname : `${alertname}{${group.join(', ')}}`;
}

/** Matchers of the command line: as in PromQL the value may stand in double quotes. */
export function readMatchers(texts: readonly string[]): readonly Matcher[] {
  return parseMatcherText(texts.map(text => text.replace(/^([^=!~]+(?:=~|!=|!~|=))"(.*)"$/s, '$1$2')));
}

/** Ids of alerts are of letters, digits, `_` and `-`, so that one may look like an option. */
const ID_LIKE_OPTION = /^-[\w-]{15}-[0-9a-z]{6,10}$/;

/** Arguments with such ids put where they are no options. */
export function guardIds(args: readonly string[]): string[] {
  const ids = args.filter(arg => ID_LIKE_OPTION.test(arg));
  if (ids.length === 0) return [...args];
  const rest = args.filter(arg => !ID_LIKE_OPTION.test(arg));
  return rest.includes('--') ? [...rest, ...ids] : [...rest, '--', ...ids];
}
