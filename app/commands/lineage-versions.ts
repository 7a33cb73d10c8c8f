import { type Paint, printable } from '../../lineage/formats/text.ts';
import { UserError } from '../../model/errors.ts';
import { Diff, Versions } from './lineage-answers.ts';
import { readQuestion, refuseDrawing } from './lineage-question.ts';
import { textTable } from './text-table.ts';

/** `tidewatch lineage versions JOB`: what it was when, and who changed it; newest first. */
export async function lineageVersions(args: readonly string[]): Promise<number> {
  const question = readQuestion(args, {}, 'versions JOB');
  const [job = ''] = question.names(1);
  refuseDrawing(question.format, 'versions');
  const body = await question.ask(`jobs/${encodeURIComponent(job)}/versions`, {});
  if (question.format === 'json') process.stdout.write(`${JSON.stringify(body)}\n`);
  else {
    const { items } = Versions.parse(body);
    const rows = items.map(({ version, from, to, by, owner, job_id, changed }) => [
      `${version}`,
      timeText(from),
      to === null ? 'now' : timeText(to),
      printable(by ?? owner ?? '-'),
      printable(job_id ?? '-'),
      changed.join(', '),
    ]);
    process.stdout.write(textTable([['version', 'from', 'to', 'by', 'run', 'changed'], ...rows]));
  }
  return 0;
}

/** `tidewatch lineage diff JOB [V1 V2]`: what one version changed of another, and what that breaks. Exit 1 when it breaks something. */
export async function lineageDiff(args: readonly string[]): Promise<number> {
  const question = readQuestion(args, {}, 'diff JOB [V1 V2]');
  refuseDrawing(question.format, 'a diff');
  const [job = '', from, to] = question.some(1, 3);
  for (const version of [from, to])
    if (version !== undefined && !/^\d+$/.test(version))
      throw new UserError('bad-request', `${version} is no version: expected a number of "lineage versions ${job}"`);
  const body = await question.ask('lineage/diff', { job, from, to });
  const answer = Diff.parse(body);
  process.stdout.write(question.format === 'json' ? `${JSON.stringify(body)}\n` : diffText(answer, question.paint));
  return answer.breaks.length === 0 ? 0 : 1;
}

function diffText(
  { job, from, to, tables, columns, options, sql, breaks, complete }: ReturnType<typeof Diff.parse>,
  paint: Paint,
): string {
  const plus = (text: string): string => paint('green', `+ ${printable(text)}`);
  const minus = (text: string): string => paint('red', `- ${printable(text)}`);
  const lines = [paint('bold', `${printable(job)}: version ${from} -> ${to}`)];
  lines.push(...tables.removed.map(({ id, role }) => minus(`${role} ${id}`)));
  lines.push(...tables.added.map(({ id, role }) => plus(`${role} ${id}`)));
  lines.push(...columns.removed.map(minus), ...columns.added.map(plus));
  for (const { column, before, after } of columns.changed)
    lines.push(`~ ${printable(column)}`, `    ${minus(originText(before))}`, `    ${plus(originText(after))}`);
  for (const { table, option, before, after } of options)
    lines.push(
      `~ ${printable(table)} '${printable(option)}': ${printable(before ?? '(not set)')} -> ${printable(after ?? '(not set)')}`,
    );
  if (sql.length > 0) lines.push('');
  for (const { op, line } of sql)
    lines.push(
      op === '+' ? plus(line) : op === '-' ? minus(line) : paint('dim', op === '@' ? '…' : `  ${printable(line)}`),
    );
  if (breaks.length > 0) lines.push('', paint('red', 'breaks'));
  for (const { node, column, why } of breaks)
    lines.push(`  ${printable(node)}${column === undefined ? '' : ` ${printable(column)}`}: ${printable(why)}`);
  if (lines.length === 1) lines.push('nothing differs');
  if (!complete)
    lines.push(
      paint('yellow', 'the SQL of one version was not kept: columns, options and lines could not be compared'),
    );
  return `${lines.join('\n')}\n`;
}

function originText({
  sources,
  steps,
}: {
  readonly sources: readonly string[] | null;
  readonly steps: readonly string[];
}): string {
  const from = sources === null ? 'unknown' : sources.length === 0 ? 'no column' : sources.join(', ');
  return steps.length === 0 ? from : `${from}  ${steps.join(' -> ').replace(/\s+/g, ' ')}`;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
