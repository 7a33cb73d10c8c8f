import { describe, toTree } from '../../lineage/formats/text.ts';
import type { GraphAnswer, GraphNode } from '../../lineage/graph/answers.ts';
import { UserError } from '../../model/errors.ts';
import { Graph, Paths } from './lineage-answers.ts';
import { drawn, readQuestion } from './lineage-question.ts';

/** `tidewatch lineage show NODE`: what leads to it and what depends on it. */
export async function lineageShow(args: readonly string[]): Promise<number> {
  const question = readQuestion(
    args,
    {
      direction: { type: 'string' },
      depth: { type: 'string' },
      columns: { type: 'boolean', default: false },
      at: { type: 'string' },
    },
    'show NODE [--direction up|down|both] [--depth N] [--columns] [--at TIME]',
  );
  const [root = ''] = question.names(1);
  const { direction, depth, columns, at } = question.values;
  const body = await question.ask('lineage/graph', {
    root,
    direction,
    depth,
    // OpenLineage's column facet needs them.
    columns: columns || question.format === 'openlineage' ? 'true' : undefined,
    at,
  });
  if (question.format === 'json') process.stdout.write(`${JSON.stringify(body)}\n`);
  else {
    const graph = Graph.parse(body);
    const text =
      question.format === 'text' ? toTree(graph, rootOf(graph, root), question.paint) : drawn(graph, question.format);
    process.stdout.write(text);
  }
  return 0;
}

/** The node a bare name stands for, by the daemon's own rule. */
function rootOf({ nodes }: GraphAnswer, name: string): GraphNode {
  const byId = nodes.find(({ id }) => id === name);
  const byKind = ['job', 'report', 'druid', 'nifi'].map(kind => nodes.find(({ id }) => id === `${kind}:${name}`));
  const found =
    byId ??
    byKind.find(node => node !== undefined) ??
    nodes.find(node => node.kind === 'dataset' && node.name === name);
  if (found === undefined) throw new UserError('not-found', `the answer does not hold ${name}`, { status: 404 });
  return found;
}

/** `tidewatch lineage path A B`: how the data gets from one to the other. Exit 1 when it does not. */
export async function lineagePath(args: readonly string[]): Promise<number> {
  const question = readQuestion(args, {}, 'path FROM TO');
  const [from = '', to = ''] = question.names(2);
  const body = await question.ask('lineage/path', { from, to });
  const { paths, truncated, longer } = Paths.parse(body);
  if (question.format === 'json') process.stdout.write(`${JSON.stringify(body)}\n`);
  else if (question.format === 'text') {
    const shown = paths.map(path => path.nodes.map((node, i) => pathLine(node, path.edges[i - 1]?.role)).join('\n'));
    const more = truncated ? ['and more ways of the same length'] : [];
    const rest = longer ? ['and longer ways'] : [];
    const text =
      paths.length === 0
        ? [`no data gets from the one of ${from} and ${to} to the other`]
        : [...shown, ...more, ...rest];
    process.stdout.write(`${text.join('\n\n')}\n`);
  } else process.stdout.write(drawn(merged(paths, truncated), question.format));
  return paths.length === 0 ? 1 : 0;

  function pathLine(node: GraphNode, role: string | undefined): string {
    return `${role === undefined ? '' : question.paint('dim', `  ${role} → `)}${describe(node, question.paint)}`;
  }
}

/** Several ways as one graph. */
function merged(paths: readonly Omit<GraphAnswer, 'truncated'>[], truncated: boolean): GraphAnswer {
  const nodes = new Map(paths.flatMap(path => path.nodes.map(node => [node.id, node] as const)));
  const edges = new Map(
    paths.flatMap(path => path.edges.map(edge => [`${edge.role} ${edge.from} ${edge.to}`, edge] as const)),
  );
  return { nodes: [...nodes.values()], edges: [...edges.values()], truncated };
}
