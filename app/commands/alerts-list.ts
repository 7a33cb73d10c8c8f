import { parseArgs } from 'node:util';
import { SEVERITIES } from '../../alerting/intent.ts';
import { type Paint, printable } from '../../lineage/formats/text.ts';
import { spokenDuration, spokenTime } from '../../lineage/objectives/words.ts';
import { UserError } from '../../model/errors.ts';
import { compileMatchers, type Matcher } from '../../model/labels.ts';
import { type Alert, alertName, liveAlerts, readMatchers } from './alert-answers.ts';
import { alertCauses } from './alert-causes.ts';
import { createDaemonClient, DEFAULT_URL } from './daemon-client.ts';
import { checkZone, OWN_ZONE } from './instant.ts';
import { paintFor } from './paint.ts';

const RISING: readonly string[] = SEVERITIES;
const STATES = ['firing', 'recovering', 'pending'];

/**
 * `tidewatch alerts list [MATCHER]…`: live alerts, worst first: what, since when, whose, why, who has taken it on. Exit 1 when a firing one is
 * among those shown. `--json` is the API's items with `cause`, a text or null.
 */
export async function alertsList(args: readonly string[], now: number): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      state: { type: 'string' },
      severity: { type: 'string' },
      owner: { type: 'string' },
      open: { type: 'boolean', default: false },
      zone: { type: 'string', default: OWN_ZONE },
      url: { type: 'string', default: DEFAULT_URL },
      json: { type: 'boolean', default: false },
    },
  });
  const zone = checkZone(values.zone);
  const isWanted = filterOf(values, readMatchers(positionals));
  const daemon = createDaemonClient(values.url, { maxWaits: 0 });
  const all = await liveAlerts(daemon);
  const shown = all.filter(isWanted);
  const causes = await alertCauses(daemon, shown, all);
  if (values.json) {
    const items = shown.map(alert => ({ ...alert, cause: causes.get(alert.id) ?? null }));
    process.stdout.write(`${JSON.stringify(items)}\n`);
  } else {
    const paint = paintFor(process.stdout);
    const blocks = shown.map(alert => alertText(alert, { cause: causes.get(alert.id), now, zone, paint }));
    process.stdout.write(`${blocks.join('\n')}${summary(shown, all.length)}\n`);
  }
  return shown.some(({ state }) => state === 'firing') ? 1 : 0;
}

interface Filter {
  readonly state?: string | undefined;
  /** This bad or worse. */
  readonly severity?: string | undefined;
  readonly owner?: string | undefined;
  /** Only those nobody has taken on and nothing keeps quiet. */
  readonly open: boolean;
}

function filterOf({ state, severity, owner, open }: Filter, matchers: readonly Matcher[]): (alert: Alert) => boolean {
  if (state !== undefined && !STATES.includes(state))
    throw new UserError('bad-request', `--state ${state}: expected ${STATES.join(', ')}`);
  const least = severity === undefined ? 0 : RISING.indexOf(severity);
  if (least < 0) throw new UserError('bad-request', `--severity ${severity}: expected ${SEVERITIES.join(', ')}`);
  const matches = compileMatchers(matchers);
  return alert =>
    (state === undefined || alert.state === state) &&
    RISING.indexOf(alert.severity) >= least &&
    (owner === undefined || alert.owner === owner) &&
    (!open || isOpen(alert)) &&
    matches(label => alert.labels[label] ?? (label === 'owner' ? alert.owner : undefined));
}

function isOpen({ acked, silenced_by, inhibited_by }: Alert): boolean {
  return acked === undefined && silenced_by === undefined && inhibited_by === undefined;
}

interface Telling {
  readonly cause: string | undefined;
  readonly now: number;
  readonly zone: string;
  readonly paint: Paint;
}

function alertText(alert: Alert, { cause, now, zone, paint }: Telling): string {
  const { severity, state, summary: said, formula, owner, affects, acked, id } = alert;
  const since = alert.starts_at ?? alert.active_at;
  const colour = severity === 'critical' || severity === 'error' ? 'red' : severity === 'warning' ? 'yellow' : 'cyan';
  const time = `${spokenDuration(now - since, 'en')}, since ${spokenTime(since, now, zone)}`;
  const quiet = [
    ...(acked ? [`taken on by ${acked.by} until ${spokenTime(acked.until, now, zone)}`] : []),
    ...(alert.silenced_by ? [`silenced by ${alert.silenced_by.join(', ')}`] : []),
  ];
  const facts: readonly (readonly [string, string])[] = [
    ['says', said === '' ? formula : said],
    ['owner', owner],
    ['cause', cause ?? ''],
    [
      'breaks',
      affects.map(report => (report.owner === '' ? report.report : `${report.report} (${report.owner})`)).join(', '),
    ],
    ['quiet', quiet.join('; ')],
    ['id', id],
  ];
  const head = `${paint(colour, severity)} ${state} ${time}  ${paint('bold', printable(alertName(alert)))}`;
  const lines = facts.filter(([, text]) => text !== '').map(([name, text]) => factLine(name, text, paint));
  return `${[head, ...lines].join('\n')}\n`;
}

function factLine(name: string, text: string, paint: Paint): string {
  return `  ${paint('dim', name.padEnd(6))} ${printable(text.replace(/\s+/g, ' ').trim())}`;
}

/** `3 of 7 alerts: 1 critical, 2 warning; 2 nobody has taken on` */
function summary(shown: readonly Alert[], all: number): string {
  if (shown.length === 0) return all === 0 ? 'no alerts' : `none of the ${all} alerts match`;
  const counts = SEVERITIES.toReversed().flatMap(severity => {
    const count = shown.filter(alert => alert.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  const open = shown.filter(alert => alert.state === 'firing' && isOpen(alert)).length;
  const total = `${shown.length}${shown.length === all ? '' : ` of ${all}`} alert${all === 1 ? '' : 's'}`;
  return `\n${total}: ${counts.join(', ')}${open === 0 ? '' : `; ${open} firing that nobody has taken on`}`;
}
