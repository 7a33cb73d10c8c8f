import { printable } from '../../lineage/formats/text.ts';
import { Cycles, Orphans } from './lineage-answers.ts';
import { readQuestion, refuseDrawing } from './lineage-question.ts';
import { textTable } from './text-table.ts';

/** `tidewatch lineage cycles`: exit 1 when there are any. */
export async function lineageCycles(args: readonly string[]): Promise<number> {
  const question = readQuestion(args, {}, 'cycles');
  question.names(0);
  refuseDrawing(question.format, 'cycles');
  const body = await question.ask('lineage/cycles', {});
  const { items } = Cycles.parse(body);
  if (question.format === 'json') process.stdout.write(`${JSON.stringify(body)}\n`);
  else if (items.length === 0) process.stdout.write('no data goes round in a circle\n');
  else {
    const lines = items.map(({ kind, path, live }) => {
      const state = live ? '' : ' (interrupted: one of its jobs has ended)';
      return `${kind === 'views' ? 'views  ' : ''}${path.map(printable).join(' -> ')}${state}\n`;
    });
    process.stdout.write(lines.join(''));
  }
  return items.length === 0 ? 0 : 1;
}

/** `tidewatch lineage orphans`: datasets that are written and never read, read and never written, or declared and never named. */
export async function lineageOrphans(args: readonly string[]): Promise<number> {
  const question = readQuestion(args, { kind: { type: 'string' } }, 'orphans [--kind unread|unwritten|unused]');
  question.names(0);
  refuseDrawing(question.format, 'orphans');
  const body = await question.ask('lineage/orphans', {});
  const items = Orphans.parse(body).items.filter(
    ({ kind }) => question.values.kind === undefined || kind === question.values.kind,
  );
  if (question.format === 'json') process.stdout.write(`${JSON.stringify({ items })}\n`);
  else if (items.length === 0) process.stdout.write('every dataset is written and read\n');
  else {
    const rows = items.map(({ kind, id, jobs, stopped, roles }) => {
      const why =
        stopped.length > 0 ? `since ${stopped.join(', ')} ended` : roles.includes('lookup') ? 'looked up' : '';
      return [kind, printable(id), printable(jobs.join(', ')), why];
    });
    process.stdout.write(textTable(rows));
  }
  return 0;
}
