import { parseArgs } from 'node:util';
import { z } from 'zod';
import { levelWord, spokenDuration, spokenTime } from '../../lineage/objectives/words.ts';
import type { FreshnessView } from '../../web/api/freshness-view.ts';
import { understood } from './daemon-answer.ts';
import { createDaemonClient, DEFAULT_URL } from './daemon-client.ts';
import { checkZone, OWN_ZONE } from './instant.ts';
import { textTable } from './text-table.ts';

/** `tidewatch freshness`: all reports against their objectives, worst first. Exit 1 when one is late or has spent its error budget. */
export async function freshnessBoard(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      owner: { type: 'string' },
      zone: { type: 'string', default: OWN_ZONE },
      url: { type: 'string', default: DEFAULT_URL },
      json: { type: 'boolean', default: false },
    },
  });
  checkZone(values.zone);
  const query = new URLSearchParams({ zone: values.zone, ...(values.owner !== undefined && { owner: values.owner }) });
  const daemon = createDaemonClient(values.url, { maxWaits: 0 });
  const { items } = understood(Board, await daemon.need(`freshness?${query}`));
  if (values.json) process.stdout.write(`${JSON.stringify(items)}\n`);
  else if (items.length === 0) process.stdout.write('no reports are declared; see "reports" in the configuration\n');
  else process.stdout.write(textTable([HEAD, ...items.map(item => rowOf(item, values.zone))]));
  return items.some(isBroken) ? 1 : 0;
}

/** Enough to know the answer by; its type is the daemon's own. */
const Board = z.object({ items: z.array(z.custom<FreshnessView>(isView)) });

const HEAD = [
  'STATE',
  'REPORT',
  'OWNER',
  'DATA AS OF',
  'BEHIND',
  'LIMIT',
  'ATTAINED',
  'TARGET',
  'BUDGET LEFT',
  'CAUSE',
];

function rowOf(view: FreshnessView, zone: string): readonly string[] {
  const { objective } = view;
  const spoken = (ms: number | null | undefined): string => (ms == null ? '-' : spokenDuration(ms, 'en'));
  const percent = (ratio: number | null | undefined, digits: number): string =>
    ratio == null ? '-' : `${(ratio * 100).toFixed(digits)} %`;
  return [
    levelWord(view.level, 'en'),
    view.report ?? view.sink,
    view.owner === '' ? '-' : view.owner,
    view.complete_up_to === null ? '-' : spokenTime(view.complete_up_to, view.ts, zone),
    spoken(view.age_ms),
    spoken(objective?.age_limit_ms),
    percent(objective?.attainment, 3),
    percent(objective?.target, 3),
    percent(objective?.budget.left_ratio, 1),
    view.level === 'ok' ? '' : (view.stale[0] ?? view.blame ?? ''),
  ];
}

function isView(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'sink' in value && 'level' in value;
}

/** Late now, or its error budget is gone. */
function isBroken({ level, objective }: FreshnessView): boolean {
  return level === 'critical' || (objective !== null && objective.budget.used_ms > 0 && objective.budget.left_ms <= 0);
}
