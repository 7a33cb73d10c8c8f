import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { formatDuration } from '../../model/duration.ts';
import { UserError } from '../../model/errors.ts';
import { readRuleFiles } from '../rule-files.ts';
import { understood } from './daemon-answer.ts';
import { createDaemonClient, type DaemonClient } from './daemon-client.ts';
import { instant, OWN_ZONE } from './instant.ts';
import { textTable } from './text-table.ts';

export interface RulesReplayOptions {
  /** Id or name of a saved rule, or a file of rules (`FILE.yaml`, `FILE.yaml#name`). */
  readonly rule: string;
  /** ISO 8601, epoch ms, `now`, or a duration: that long ago (`24h`). */
  readonly from: string;
  readonly to: string;
  readonly asOf: string;
  readonly url: string;
  readonly json: boolean;
  /** The present, epoch ms. */
  readonly now: number;
}

const Rules = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });
const Answer = z.object({
  ticks: z.array(z.object({ t: z.number(), error: z.object({ code: z.string() }).optional() })),
  notifications: z.array(
    z.object({
      t: z.number(),
      kind: z.string(),
      labels: z.record(z.string(), z.string()),
      reason: z.string().optional(),
      annotations: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    }),
  ),
});

/** `tidewatch rules replay --rule … --from … [--to …]`: what a rule would have told, by a running daemon. Exit 0. */
export async function rulesReplay(options: RulesReplayOptions): Promise<number> {
  const daemon = createDaemonClient(options.url, { maxWaits: 0 });
  const place = { now: options.now, zone: OWN_ZONE };
  const [from, to] = [instant(options.from, '--from', place), instant(options.to, '--to', place)];
  if (from > to) throw new UserError('bad-request', '--from lies after --to');
  if (options.asOf !== 'ideal' && options.asOf !== 'arrival')
    throw new UserError('bad-request', '--as-of is ideal or arrival');
  const rule = await ruleOf(options.rule, daemon);
  const body = await daemon.post('rules/replay', { ...rule, from, to, as_of: options.asOf });
  if (options.json) {
    process.stdout.write(`${JSON.stringify(body)}\n`);
    return 0;
  }
  const { ticks, notifications } = understood(Answer, body);
  const failed = ticks.filter(({ error }) => error !== undefined).length;
  const rows = notifications.map(({ t, kind, labels, reason = '', annotations = [] }) => [
    new Date(t).toISOString(),
    kind,
    Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    [reason, ...annotations.map(({ name, value }) => `${name}=${value}`)].filter(Boolean).join(' '),
  ]);
  process.stdout.write(textTable(rows));
  process.stdout.write(
    `${ticks.length} ticks over ${formatDuration(to - from)}${failed > 0 ? `, ${failed} failed` : ''}: ${notifications.length} notifications\n`,
  );
  return 0;
}

async function ruleOf(text: string, daemon: DaemonClient): Promise<object> {
  const [, file, name] = /^(.+\.ya?ml)(?:#(.+))?$/.exec(text) ?? [];
  if (file !== undefined) {
    const rules = readRuleFiles([resolve(file)], dirname(resolve(file))).map(
      ({ document }) => document as { name?: unknown },
    );
    const found = rules.filter(rule => name === undefined || rule.name === name);
    if (found.length === 1) return { rule: found[0] };
    const names = rules.map(rule => String(rule.name)).join(', ');
    throw new UserError('bad-request', `${file} holds ${rules.length} rules (${names}); name one as ${file}#NAME`);
  }
  const { items } = understood(Rules, await daemon.need('rules'));
  const found = items.find(({ id }) => id === text) ?? items.find(rule => rule.name === text);
  if (found === undefined) throw new UserError('not-found', `the daemon has no rule "${text}"`, { status: 404 });
  return { rule_id: found.id };
}
