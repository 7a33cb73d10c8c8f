import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Block, BlockReason, Readiness } from '../../lineage/readiness/readiness.ts';
import { systemClock } from '../../model/clock.ts';
import { parseDuration, readableDuration } from '../../model/duration.ts';
import { UserError } from '../../model/errors.ts';
import { waitUntilReady } from '../readiness-wait.ts';
import { understood } from './daemon-answer.ts';
import { createDaemonClient, DEFAULT_URL } from './daemon-client.ts';

/** Enough to know the answer by; its type is the daemon's own. */
const Answer = z.custom<Readiness>(
  value => typeof value === 'object' && value !== null && 'ready' in value && 'blocking' in value,
  'no readiness',
);

const REASONS: Readonly<Record<BlockReason, (hop: string) => string>> = {
  'period-open': () => 'the period has not ended',
  stale: hop => `${hop} has stopped reporting`,
  unknown: hop => `how far the data goes is not known${hop === '' ? '' : ` at ${hop}`}`,
  behind: hop => `${hop === '' ? 'the data' : hop} is behind`,
  checkpoint: hop => `${hop} has not committed it with a checkpoint`,
  'rows-short': () => 'rows are missing',
  'rows-duplicate': () => 'rows are there more than once',
  'rows-unknown': () => 'nobody counted the rows of the period',
};

/**
 * `tidewatch ready`: may an offline job start? Exit 0 ready, 1 not ready in time (also when the daemon does not answer), 2 usage. Waits through
 * restarts of the daemon, and says what blocks as it changes.
 */
export async function ready(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      dataset: { type: 'string' },
      report: { type: 'string' },
      'complete-to': { type: 'string' },
      'expected-rows': { type: 'string' },
      period: { type: 'string', default: '1h' },
      wait: { type: 'string', default: '0' },
      url: { type: 'string', default: DEFAULT_URL },
      json: { type: 'boolean', default: false },
    },
  });
  const { dataset, report, json } = values;
  if ((dataset === undefined) === (report === undefined))
    throw new UserError('bad-request', 'ready needs one of --dataset ID and --report NAME');
  const completeTo = instant(values['complete-to']);
  const rows = values['expected-rows'];
  if (rows !== undefined && !/^\d{1,15}$/.test(rows))
    throw new UserError('bad-request', `--expected-rows ${rows}: expected a whole number`);
  const question = new URLSearchParams({
    ...(dataset === undefined ? { report: report ?? '' } : { dataset }),
    complete_to: String(completeTo),
    ...(rows === undefined ? {} : { expected_rows: rows }),
    period: `${milliseconds('--period', values.period)}ms`,
  });
  const daemon = createDaemonClient(values.url, { maxWaits: 0 });
  const isReady = await waitUntilReady({
    async ask(waitMs) {
      const body = await daemon.get(`readiness?${question}&wait=${Math.round(waitMs)}ms`);
      return body === null ? null : understood(Answer, body);
    },
    waitMs: milliseconds('--wait', values.wait),
    clock: systemClock,
    tell: answer => void process.stdout.write(`${json ? JSON.stringify(answer) : inWords(answer, completeTo)}\n`),
    tellAway: message => void process.stderr.write(`${message}\n`),
  });
  return isReady ? 0 : 1;
}

/** `not ready: complete up to 2026-11-20T10:42:00Z, needs 2026-11-20T11:00:00Z; etl is behind, about 3m` */
function inWords(answer: Readiness, completeTo: number): string {
  const upTo = answer.complete_up_to === null ? 'unknown' : utc(answer.complete_up_to);
  const { rows } = answer;
  const counted = rows === null ? '' : `; ${rows.actual} rows of ${rows.expected}`;
  if (answer.ready) return `ready: complete up to ${upTo}${counted}`;
  return `not ready: complete up to ${upTo}, needs ${utc(completeTo)}; ${answer.blocking.map(blockInWords).join('; ')}${counted}`;
}

function blockInWords({ hop, reason, eta_ms }: Block): string {
  return `${REASONS[reason](hop ?? '')}${eta_ms === null ? '' : `, about ${readableDuration(eta_ms)}`}`;
}

function utc(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** A gate must not guess the zone of a time. */
function instant(text: string | undefined): number {
  if (text === undefined) throw new UserError('bad-request', 'ready needs --complete-to TIME, the end of the period');
  const ms = /^\d+$/.test(text) ? Number(text) : /(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isSafeInteger(ms)) return ms;
  throw new UserError(
    'bad-request',
    `--complete-to ${text}: expected a time with its zone such as 2026-11-20T11:00:00+08:00, or epoch milliseconds`,
  );
}

function milliseconds(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  throw new UserError('bad-request', `${option} ${text}: expected a duration such as 30s, 10m or 2h`);
}
