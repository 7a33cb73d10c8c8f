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

type Column = Columns['columns'][number];
type Source = Column['sources'][number];

function columnsText({ of, columns, base, truncated }: Columns, paint: Paint): string {
  const ends = new Set(base.map(idOf));
  const lines: string[] = [];
  const sourceText = (source: Source): string => {
    const how = source.type === 'control' ? paint('dim', ` decides (${(source.roles ?? []).join(', ')})`) : '';
    return `${printable(idOf(source))}${how}${ends.has(idOf(source)) ? paint('dim', ' (first known)') : ''}`;
  };
  for (const flow of Map.groupBy(columns, ({ dataset, job, depth }) => `${depth} ${job} ${dataset}`).values()) {
    const [{ dataset, job, depth }] = flow as [Column];
    const rows = common(flow);
    const indent = '  '.repeat(depth);
    lines.push(`${indent}${paint('bold', printable(dataset))} ${paint('dim', `by ${printable(job)}`)}`);
    for (const { column, open, sources, steps } of flow) {
      const how = steps.length === 0 ? '' : ` = ${printable(steps.join(' -> ').replace(/\s+/g, ' '))}`;
      lines.push(`${indent}  ${paint('cyan', printable(column))}${how}`);
      const own = sources.filter(source => !rows.some(row => isSame(row, source)));
      lines.push(...own.map(source => `${indent}    ← ${sourceText(source)}`));
      if (!open && !sources.some(({ type }) => type === 'value')) lines.push(`${indent}    ← no column`);
      if (open) lines.push(`${indent}    ${paint('yellow', 'and columns nobody declared')}`);
    }
    if (rows.length > 0)
      lines.push(`${indent}  ${paint('dim', 'rows')}`, ...rows.map(row => `${indent}    ← ${sourceText(row)}`));
  }
  if (lines.length === 0) lines.push(`no job is known to fill columns of ${printable(of.id)}`);
  if (truncated) lines.push(paint('yellow', 'and more: the answer is cut'));
  return `${lines.join('\n')}\n`;
}

/** What decides all columns of a flow alike, so which rows there are. One column alone cannot tell its own controls from those. */
function common(flow: readonly Column[]): readonly Source[] {
  const [first, ...others] = flow;
  if (first === undefined || others.length === 0) return [];
  const isControl = first.sources.filter(({ type }) => type === 'control');
  return isControl.filter(source => others.every(({ sources }) => sources.some(other => isSame(source, other))));
}

function isSame(a: Source, b: Source): boolean {
  return a.type === b.type && idOf(a) === idOf(b) && String(a.roles) === String(b.roles);
}

function idOf({ dataset, column }: { readonly dataset: string; readonly column: string }): string {
  return `${dataset}#${column}`;
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
