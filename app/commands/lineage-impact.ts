import { type Paint, printable } from '../../lineage/formats/text.ts';
import { Graph, type Hit, Impact } from './lineage-answers.ts';
import { drawn, readQuestion } from './lineage-question.ts';
import { textTable } from './text-table.ts';

/** `tidewatch lineage impact NODE`: whose reports and jobs are hit when it goes, or with `--stop` when it stops. */
export async function lineageImpact(args: readonly string[]): Promise<number> {
  const question = readQuestion(
    args,
    { column: { type: 'string' }, stop: { type: 'boolean', default: false } },
    'impact NODE [--column C] [--stop]',
  );
  const [of = ''] = question.names(1);
  const { column, stop } = question.values;
  const body = await question.ask('lineage/impact', { of, column, change: stop ? 'stop' : undefined });
  const { format } = question;
  if (format === 'json') process.stdout.write(`${JSON.stringify(body)}\n`);
  else if (format === 'text') process.stdout.write(impactText(Impact.parse(body), question.paint));
  else {
    const answer = Impact.parse(body);
    const all = Graph.parse(await question.ask('lineage/graph', { root: answer.of.id, direction: 'down' }));
    const hit = [...answer.reports, ...answer.jobs, ...answer.datasets];
    const ids = new Set([answer.of.id, ...hit.flatMap(({ id, via }) => [id, ...via])]);
    const nodes = all.nodes.filter(({ id }) => ids.has(id));
    const edges = all.edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
    process.stdout.write(drawn({ nodes, edges, truncated: all.truncated || answer.truncated }, format));
  }
  return 0;
}

function impactText(answer: ReturnType<typeof Impact.parse>, paint: Paint): string {
  const { of, change, reports, jobs, datasets, owners, truncated } = answer;
  const what = of.column === undefined ? of.id : `column ${of.column} of ${of.id}`;
  const head = paint('bold', `${change === 'stop' ? 'stopping' : 'dropping'} ${printable(what)}`);
  if (reports.length + jobs.length + datasets.length === 0) return `${head} hits nothing that is known\n`;
  const lines = [head, '\n'];
  for (const [name, hits] of [
    ['reports', reports],
    ['jobs', jobs],
    ['datasets', datasets],
  ] as const) {
    if (hits.length > 0) lines.push(`${paint('dim', name)}\n`, textTable(hits.map(hitRow)));
  }
  const told = owners.filter(({ owner }) => owner !== '');
  if (told.length > 0) {
    const rows = told.map(({ owner, reports: r, jobs: j }) => [
      `  ${printable(owner)}`,
      printable([...r, ...j].join(', ')),
    ]);
    lines.push(`${paint('dim', 'tell')}\n`, textTable(rows));
  }
  if (truncated) lines.push(paint('yellow', 'and more: the answer is cut\n'));
  return lines.join('');
}

function hitRow({ id, name, owner, distance, columns, certainty, stopped }: Hit): readonly string[] {
  const shown = id.includes('://') ? id : name;
  const steps = `${distance} step${distance === 1 ? '' : 's'}`;
  const by = columns.map(column => column.slice(column.lastIndexOf('#') + 1)).join(', ');
  return [
    `  ${printable(shown)}`,
    printable(owner),
    steps,
    certainty,
    `${printable(by)}${stopped ? ' (stopped)' : ''}`,
  ];
}
