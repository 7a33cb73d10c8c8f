import { parseArgs } from 'node:util';
import { z } from 'zod';
import { spokenDuration } from '../../lineage/objectives/words.ts';
import { UserError } from '../../model/errors.ts';
import type { FreshnessView } from '../../web/api/freshness-view.ts';
import { understood } from './daemon-answer.ts';
import { createDaemonClient, DEFAULT_URL } from './daemon-client.ts';
import { instant, OWN_ZONE } from './instant.ts';
import { textTable } from './text-table.ts';

/** Cells of the longest bar. */
const BAR = 40;

/** `tidewatch lag REPORT`: where the data spent its age, hop by hop, and the sum; also of a dataset. `--at` asks about the past. */
export async function lag(args: readonly string[], now: number): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      at: { type: 'string' },
      url: { type: 'string', default: DEFAULT_URL },
      json: { type: 'boolean', default: false },
    },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new UserError('bad-request', 'lag needs one report or dataset');
  const daemon = createDaemonClient(values.url, { maxWaits: 0 });
  const at = values.at === undefined ? '' : `?at=${instant(values.at, '--at', { now, zone: OWN_ZONE })}`;
  const body = await daemon.get(`freshness/${encodeURIComponent(name)}${at}`);
  if (body === null)
    throw new UserError('not-found', `${daemon.url} knows neither a report nor a dataset called ${name}`);
  const view = understood(View, body);
  process.stdout.write(values.json ? `${JSON.stringify(view)}\n` : inWords(view));
  return 0;
}

/** Enough to know the answer by; its type is the daemon's own. */
const View = z.custom<FreshnessView>(
  value => typeof value === 'object' && value !== null && 'residence_ms' in value && 'sentence' in value,
  'not the freshness of anything',
);

function inWords(view: FreshnessView): string {
  const hops = Object.entries(view.residence_ms);
  const longest = Math.max(1, ...hops.map(([, ms]) => ms));
  const sums = [
    ['= age', duration(view.age_ms)],
    ['sum of today’s hop lags', duration(view.lag_sum_ms)],
  ];
  return (
    `${view.report ?? view.sink}: ${view.sentence}\n\n` +
    textTable([
      ...hops.map(([hop, ms]) => [
        hop,
        duration(ms),
        view.status[hop] ?? '',
        '█'.repeat(Math.round((ms / longest) * BAR)),
      ]),
      ...sums,
    ]) +
    (view.stale.length > 0 ? `\nno longer reporting: ${view.stale.join(', ')}\n` : '') +
    (view.rules.length > 0 ? `rules applied: ${view.rules.join(', ')}\n` : '')
  );
}

function duration(ms: number | null): string {
  return ms === null ? 'unknown' : spokenDuration(ms, 'en');
}
