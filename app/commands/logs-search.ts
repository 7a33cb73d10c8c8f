import { parseArgs } from 'node:util';
import { UserError } from '../../model/errors.ts';
import { understood } from './daemon-answer.ts';
import { createDaemonClient, type DaemonClient } from './daemon-client.ts';
import { checkZone, instant } from './instant.ts';
import { type LogLine, type LogPage, LogsAround } from './log-answers.ts';
import { joinContexts, type Surroundings } from './log-contexts.ts';
import { LOG_OPTIONS, LogQuestion, type LogSpan } from './log-question.ts';
import { type LogStyle, logText } from './log-text.ts';
import { paintFor } from './paint.ts';
import { wholeNumber } from './whole-number.ts';

/** What the daemon gives at once. */
const PAGE = 1000;
const MAX_LINES = 10_000;
/** Found lines whose surroundings are read, each with a request of its own. */
const MAX_CONTEXTS = 200;
const MAX_AROUND = 500;
const SCOPES = ['container', 'job', 'all'] as const;
type Scope = (typeof SCOPES)[number];

/**
 * `tidewatch logs search [QUERY]…`: the newest lines that are found, oldest first as a log has them; `--context N` with the lines around each,
 * the found ones marked `>`. `--json` is one document a line. Exit 0, also when nothing is found.
 */
export async function logsSearch(args: readonly string[], now: number): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...LOG_OPTIONS,
      from: { type: 'string' },
      to: { type: 'string' },
      limit: { type: 'string' },
      context: { type: 'string' },
      scope: { type: 'string', default: 'container' },
    },
  });
  const zone = checkZone(values.zone);
  const scope = SCOPES.find(known => known === values.scope);
  if (scope === undefined) throw new UserError('bad-request', `--scope ${values.scope}: expected ${SCOPES.join(', ')}`);
  const around = values.context === undefined ? null : wholeNumber(values.context, '--context', [0, MAX_AROUND]);
  const most = around === null ? MAX_LINES : MAX_CONTEXTS;
  const limit = values.limit === undefined ? Math.min(100, most) : wholeNumber(values.limit, '--limit', [1, most]);
  const at = (text: string | undefined, option: string): number | undefined =>
    text === undefined ? undefined : instant(text, option, { now, zone });
  const span = { from: at(values.from, '--from'), to: at(values.to, '--to') };
  if (span.from !== undefined && span.to !== undefined && span.from > span.to)
    throw new UserError('bad-request', '--from lies after --to');

  const daemon = createDaemonClient(values.url, { maxWaits: 0 });
  const { lines, total } = await newest(new LogQuestion(daemon, positionals, values), span, limit);
  const style: LogStyle = { paint: paintFor(process.stdout), zone, traces: values.traces };
  if (around !== null) {
    const runs = joinContexts(await surroundings(daemon, lines, scope, around));
    const found = new Set(lines.map(({ id }) => id));
    process.stdout.write(values.json ? runsJson(runs, found) : runsText(runs, found, style));
  } else {
    const text = values.json ? toJson : (line: LogLine): string => logText(line, style);
    process.stdout.write(lines.map(text).join(''));
  }
  if (!values.json) process.stderr.write(remark(lines.length, total, limit < most));
  return 0;
}

/** The newest lines, oldest first. */
async function newest(
  question: LogQuestion,
  span: LogSpan,
  limit: number,
): Promise<{ readonly lines: readonly LogLine[]; readonly total: LogPage['total'] }> {
  const lines: LogLine[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: LogPage = await question.page(span, { limit: Math.min(PAGE, limit - lines.length), cursor });
    lines.push(...page.items);
    cursor = page.next;
    if (cursor === null || lines.length >= limit) return { lines: lines.reverse(), total: page.total };
  }
}

/** Of each line that is still there: retention may take one between the two questions. */
async function surroundings(
  daemon: DaemonClient,
  lines: readonly LogLine[],
  scope: Scope,
  around: number,
): Promise<readonly Surroundings[]> {
  const found: Surroundings[] = [];
  for (const { id } of lines) {
    const question = new URLSearchParams({ id, scope, before: String(around), after: String(around) });
    const answer = await daemon.get(`logs/around?${question}`);
    if (answer !== null) found.push(understood(LogsAround, answer));
  }
  return found;
}

function toJson(line: object): string {
  return `${JSON.stringify(line)}\n`;
}

function runsJson(runs: readonly (readonly LogLine[])[], found: ReadonlySet<string>): string {
  return runs.flatMap(run => run.map(line => toJson({ ...line, match: found.has(line.id) }))).join('');
}

function runsText(runs: readonly (readonly LogLine[])[], found: ReadonlySet<string>, style: LogStyle): string {
  const marked = (line: LogLine): string => `${found.has(line.id) ? '>' : ' '} ${logText(line, style)}`;
  return runs.map(run => run.map(marked).join('')).join('--\n');
}

function remark(shown: number, { value, relation }: LogPage['total'], canBeMore: boolean): string {
  if (shown === 0) return 'no line is found; --from, --to and the filters say where it looks\n';
  if (value <= shown && relation === 'eq') return '';
  const all = `${relation === 'gte' ? 'more than ' : ''}${value.toLocaleString('en')}`;
  return `the newest ${shown.toLocaleString('en')} of ${all} lines; ${canBeMore ? '--limit shows more' : 'narrow the search, or move --to'}\n`;
}
