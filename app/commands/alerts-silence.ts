import { parseArgs } from 'node:util';
import { z } from 'zod';
import { printable } from '../../lineage/formats/text.ts';
import { spokenDuration, spokenTime } from '../../lineage/objectives/words.ts';
import { parseDuration } from '../../model/duration.ts';
import { UserError } from '../../model/errors.ts';
import type { Matcher } from '../../model/labels.ts';
import { alertName, alertOf, guardIds, liveAlerts, readMatchers } from './alert-answers.ts';
import { understood } from './daemon-answer.ts';
import { createDaemonClient, type DaemonClient, DEFAULT_URL } from './daemon-client.ts';
import { checkZone, OWN_ZONE } from './instant.ts';
import { osUser } from './os-user.ts';

const Preview = z.object({
  alerts: z.array(z.looseObject({ labels: z.record(z.string(), z.string()), state: z.string() })),
  notifications: z.number(),
  shortened: z.number(),
  partial: z.boolean(),
});
type Preview = z.infer<typeof Preview>;
const Silence = z.looseObject({ id: z.string() });

const USAGE =
  'alerts silence needs matchers such as job=etl or severity=~"info|warning", or the id of an alert, and --for 2h; --end ID ends one';

/**
 * `tidewatch alerts silence MATCHER…|ID --for 2h`: says what it keeps quiet now and would have of late, and makes it unless `--dry-run`. `--end
 * ID` ends a silence. Exit 0.
 */
export async function alertsSilence(args: readonly string[], now: number): Promise<number> {
  const { values, positionals } = parseArgs({
    args: guardIds(args),
    allowPositionals: true,
    options: {
      for: { type: 'string' },
      comment: { type: 'string', default: '' },
      by: { type: 'string' },
      end: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      zone: { type: 'string', default: OWN_ZONE },
      url: { type: 'string', default: DEFAULT_URL },
      json: { type: 'boolean', default: false },
    },
  });
  const zone = checkZone(values.zone);
  const daemon = createDaemonClient(values.url, { maxWaits: 0 });
  if (values.end !== undefined) {
    if (positionals.length > 0 || values.for !== undefined) throw new UserError('bad-request', USAGE);
    await daemon.remove(`silences/${encodeURIComponent(values.end)}`);
    process.stdout.write(values.json ? `${JSON.stringify({ ended: values.end })}\n` : `${values.end} has ended\n`);
    return 0;
  }
  const length = parseDuration(values.for ?? '') ?? 0;
  if (positionals.length === 0 || values.for === undefined) throw new UserError('bad-request', USAGE);
  if (length <= 0) throw new UserError('bad-request', `--for ${values.for}: expected a duration such as 30m, 2h or 1d`);

  const document = {
    matchers: await matchersOf(positionals, daemon),
    starts_at: now,
    ends_at: now + length,
    comment: values.comment,
    created_by: values.by ?? osUser(),
  };
  const preview = understood(Preview, await daemon.post('silences/preview', document));
  const silence = values['dry-run'] ? null : understood(Silence, await daemon.post('silences', document));
  if (values.json) process.stdout.write(`${JSON.stringify({ silence, ...preview })}\n`);
  else {
    const until = `${spokenTime(document.ends_at, now, zone)} (${spokenDuration(length, 'en')})`;
    const made =
      silence === null
        ? `nothing is silenced yet: --dry-run; it would hold until ${until}\n`
        : `silence ${silence.id} holds until ${until}; alerts silence --end ${silence.id} ends it\n`;
    process.stdout.write(previewText(preview) + made);
  }
  return 0;
}

type MatcherDocument = Record<string, string | Pick<Matcher, 'op' | 'value'>>;

/** An id stands for the labels of its alert but the severity, so that it stays quiet when it gets worse. */
async function matchersOf(texts: readonly string[], daemon: DaemonClient): Promise<MatcherDocument> {
  const [id, ...others] = texts.filter(text => !/[=~]/.test(text));
  if (id !== undefined) {
    if (others.length > 0 || texts.length > 1)
      throw new UserError('bad-request', 'alerts silence takes one id of an alert, or matchers');
    const { severity: _, ...labels } = alertOf(id, await liveAlerts(daemon)).labels;
    return labels;
  }
  const document: MatcherDocument = {};
  for (const { label, op, value } of readMatchers(texts)) {
    if (Object.hasOwn(document, label))
      throw new UserError('bad-request', `two matchers of ${label}: write them as one, ${label}=~"a|b"`);
    document[label] = op === '=' ? value : { op, value };
  }
  return document;
}

function previewText({ alerts, notifications, shortened, partial }: Preview): string {
  const now = alerts.map(alert => `  ${alert.state} ${printable(alertName(alert))}\n`);
  const head =
    alerts.length === 0
      ? 'no live alert is silenced by it\n'
      : `${alerts.length} live alert${alerts.length === 1 ? ' is' : 's are'} silenced by it:\n`;
  const past = `of the last 7 days ${partial ? 'at least ' : ''}${notifications} messages would not have been sent, ${shortened} would have been shorter\n`;
  return head + now.join('') + past;
}
