/**
 * lineage/formats: answers of the graph as people and tools read them: `dot.ts` (Graphviz), `mermaid.ts`, `text.ts` (trees),
 * `openlineage.ts` (JobEvents). Pure functions from an answer to text; colours are the caller's.
 */
import type { GraphAnswer, GraphEdge, GraphNode } from '../graph/answers.ts';
import { byNamespace, edgeLabel, isOffPath, nodeLabel } from './drawing.ts';

const SHAPES: Readonly<Record<string, string>> = {
  dataset: 'cylinder',
  column: 'plain',
  job: 'box',
  view: 'note',
  report: 'tab',
  nifi: 'component',
  druid: 'box3d',
};

/** A directed graph of Graphviz, left to right, datasets in one cluster for each namespace. */
export function toDot(answer: GraphAnswer): string {
  const ids = new Map(answer.nodes.map((node, i) => [node.id, `n${i}`]));
  const { clusters, others } = byNamespace(answer.nodes);
  const lines = ['digraph lineage {', '  rankdir=LR;', '  node [fontname="sans-serif", fontsize=10];'];
  lines.push('  edge [fontname="sans-serif", fontsize=9];');
  [...clusters].forEach(([namespace, nodes], i) => {
    lines.push(`  subgraph cluster_${i} {`, `    label=${quoted(namespace)};`, '    style=rounded;');
    for (const node of nodes) lines.push(`    ${nodeLine(node, ids.get(node.id)!)}`);
    lines.push('  }');
  });
  for (const node of others) lines.push(`  ${nodeLine(node, ids.get(node.id)!)}`);
  for (const edge of answer.edges) {
    const [from, to] = [ids.get(edge.from), ids.get(edge.to)];
    if (from !== undefined && to !== undefined) lines.push(`  ${from} -> ${to} [${edgeAttributes(edge)}];`);
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

function nodeLine(node: GraphNode, id: string): string {
  const shape = SHAPES[node.kind] ?? 'box';
  const style = node.stopped ? ', style=dashed, fontcolor=gray40' : '';
  return `${id} [shape=${shape}, label=${quoted(nodeLabel(node).join('\n'))}, tooltip=${quoted(node.id)}${style}];`;
}

function edgeAttributes(edge: GraphEdge): string {
  return `label=${quoted(edgeLabel(edge))}${isOffPath(edge) ? ', style=dashed' : ''}`;
}

/** A double-quoted string whose every character stands for itself in ids and labels. */
function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replace(/\r?\n/g, '\\n');
  return `"${escaped}"`;
}
