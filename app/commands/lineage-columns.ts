import { type Paint, printable } from '../../lineage/formats/text.ts';
import type { GraphAnswer, GraphEdge, GraphNode } from '../../lineage/graph/answers.ts';
import { Columns } from './lineage-answers.ts';
import { drawn, readQuestion } from './lineage-question.ts';

/** `tidewatch lineage columns NODE`: where its columns come from, with the expressions on the way. */
export async function lineageColumns(args: readonly string[]): Promise<number> {
  const question = readQuestion(
    args,
    { column: { type: 'string' }, depth: { type: 'string' } },
    'columns NODE [--column C] [--depth N]',
  );
  const [of = ''] = question.names(1);
  const { column, depth } = question.values;
  const body = await question.ask('lineage/columns', { of, column, depth });
  const { format } = question;
  if (format === 'json') process.stdout.write(`${JSON.stringify(body)}\n`);
  else {
    const answer = Columns.parse(body);
    process.stdout.write(format === 'text' ? columnsText(answer, question.paint) : drawn(asGraph(answer), format));
  }
  return 0;
}

function columnsText({ of, columns, base, truncated }: Columns, paint: Paint): string {
  const ends = new Set(base.map(({ dataset, column }) => `${dataset}#${column}`));
  const lines: string[] = [];
  for (const { dataset, column, open, sources, steps, job, depth } of columns) {
    const indent = '  '.repeat(depth);
    lines.push(`${indent}${paint('bold', printable(`${dataset}#${column}`))} ${paint('dim', `by ${printable(job)}`)}`);
    if (steps.length > 0) lines.push(`${indent}  = ${printable(steps.join(' -> ').replace(/\s+/g, ' '))}`);
    for (const source of sources) {
      const id = `${source.dataset}#${source.column}`;
      const how = source.type === 'control' ? paint('dim', ` decides (${(source.roles ?? []).join(', ')})`) : '';
      lines.push(`${indent}  ← ${printable(id)}${how}${ends.has(id) ? paint('dim', ' (first known)') : ''}`);
    }
    if (sources.length === 0 && !open) lines.push(`${indent}  ← no column`);
    if (open) lines.push(`${indent}  ${paint('yellow', 'and columns nobody declared')}`);
  }
  if (lines.length === 0) lines.push(`no job is known to fill columns of ${printable(of.id)}`);
  if (truncated) lines.push(paint('yellow', 'and more: the answer is cut'));
  return `${lines.join('\n')}\n`;
}

/** Datasets, columns and jobs as a graph, for the drawings. */
function asGraph({ columns, base, truncated }: Columns): GraphAnswer {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const note = (dataset: string, column: string): string => {
    const slash = dataset.indexOf('/', dataset.indexOf('://') + 3);
    const [namespace, name] = [dataset.slice(0, slash), dataset.slice(slash + 1)];
    nodes.set(dataset, { id: dataset, kind: 'dataset', namespace, name, label: name });
    const id = `${dataset}#${column}`;
    nodes.set(id, { id, kind: 'column', namespace, name: column, label: `${name}.${column}`, dataset });
    return id;
  };
  const link = (edge: GraphEdge): void =>
    void edges.set(`${edge.role} ${edge.from} ${edge.to} ${edge.job ?? ''}`, edge);
  for (const { dataset, column } of base) note(dataset, column);
  for (const { dataset, column, sources, job, evidence } of columns) {
    const to = note(dataset, column);
    const [kind = 'job', name = job] = [job.slice(0, job.indexOf(':')), job.slice(job.indexOf(':') + 1)];
    nodes.set(job, { id: job, kind: kindOf(kind), namespace: 'flink', name, label: name });
    link({ from: job, to: dataset, role: 'writes', evidence: [evidence] });
    for (const { dataset: read, column: from, type, roles } of sources) {
      link({
        from: note(read, from),
        to,
        role: 'derives',
        evidence: [evidence],
        type,
        job,
        ...(roles ? { roles } : {}),
      });
      link({ from: read, to: job, role: 'reads', evidence: [evidence] });
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], truncated };
}

function kindOf(text: string): GraphNode['kind'] {
  return text === 'druid' || text === 'nifi' || text === 'report' || text === 'view' ? text : 'job';
}
