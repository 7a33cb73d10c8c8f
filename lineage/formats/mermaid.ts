import type { GraphAnswer, GraphEdge, GraphNode } from '../graph/answers.ts';
import { byNamespace, edgeLabel, isOffPath, nodeLabel } from './drawing.ts';

/** Kind -> the brackets of its shape. */
const SHAPES: Readonly<Record<string, readonly [open: string, close: string]>> = {
  dataset: ['[(', ')]'],
  column: ['(', ')'],
  job: ['[', ']'],
  view: ['[/', '/]'],
  report: ['([', '])'],
  nifi: ['{{', '}}'],
  druid: ['[[', ']]'],
};
const PLAIN = ['[', ']'] as const;

/** A flowchart of Mermaid, left to right. Ids are made up, so that no name can be mistaken for syntax. */
export function toMermaid(answer: GraphAnswer): string {
  const ids = new Map(answer.nodes.map((node, i) => [node.id, `n${i}`]));
  const { clusters, others } = byNamespace(answer.nodes);
  const lines = ['flowchart LR'];
  [...clusters].forEach(([namespace, nodes], i) => {
    lines.push(`  subgraph s${i}["${escaped(namespace)}"]`);
    for (const node of nodes) lines.push(`    ${nodeText(node, ids.get(node.id)!)}`);
    lines.push('  end');
  });
  for (const node of others) lines.push(`  ${nodeText(node, ids.get(node.id)!)}`);
  for (const edge of answer.edges) {
    const [from, to] = [ids.get(edge.from), ids.get(edge.to)];
    if (from !== undefined && to !== undefined) lines.push(`  ${from} ${arrow(edge)} ${to}`);
  }
  const stopped = answer.nodes.filter(node => node.stopped).map(node => ids.get(node.id)!);
  if (stopped.length > 0) {
    lines.push('  classDef stopped stroke-dasharray: 4 3,color:#666', `  class ${stopped.join(',')} stopped`);
  }
  return `${lines.join('\n')}\n`;
}

function nodeText(node: GraphNode, id: string): string {
  const [open, close] = SHAPES[node.kind] ?? PLAIN;
  return `${id}${open}"${nodeLabel(node).map(escaped).join('<br/>')}"${close}`;
}

function arrow(edge: GraphEdge): string {
  return `${isOffPath(edge) ? '-.->' : '-->'}|"${escaped(edgeLabel(edge))}"|`;
}

/** Mermaid's entities for what it would read as syntax, HTML or Markdown inside a quoted label. */
function escaped(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[#"<>&`;\\]/g, mark => `#${mark.codePointAt(0)};`);
}
