/** Trees for a terminal. */
import type { GraphAnswer, GraphEdge, GraphNode } from '../graph/answers.ts';
import { edgeLabel } from './drawing.ts';

/** Colours a piece of text; the identity where there are no colours. */
export type Paint = (style: 'bold' | 'dim' | 'red' | 'yellow' | 'cyan' | 'green', text: string) => string;

/** What leads to a node and what depends on it, as two trees; a node that was drawn before is named again and not drawn out. */
export function toTree(answer: GraphAnswer, root: GraphNode, paint: Paint): string {
  const nodes = new Map(answer.nodes.map(node => [node.id, node]));
  const lines = [paint('bold', describe(root, paint))];
  for (const direction of ['up', 'down'] as const) {
    const tree = new Branches(answer.edges, nodes, direction, paint).under(root.id);
    if (tree.length > 0) lines.push(paint('dim', direction === 'up' ? 'upstream' : 'downstream'), ...tree);
  }
  if (lines.length === 1) lines.push(paint('dim', 'nothing is known to lead to it or to depend on it'));
  if (answer.truncated) lines.push(paint('yellow', `only the first ${answer.nodes.length} nodes are shown`));
  if (answer.assumed !== undefined)
    lines.push(paint('yellow', `shown as now, nobody knows what they were then: ${answer.assumed.join(', ')}`));
  return `${lines.join('\n')}\n`;
}

class Branches {
  readonly #next: ReadonlyMap<string, readonly GraphEdge[]>;
  readonly #nodes: ReadonlyMap<string, GraphNode>;
  readonly #direction: 'up' | 'down';
  readonly #paint: Paint;
  readonly #drawn = new Set<string>();

  constructor(
    edges: readonly GraphEdge[],
    nodes: ReadonlyMap<string, GraphNode>,
    direction: 'up' | 'down',
    paint: Paint,
  ) {
    this.#next = Map.groupBy(edges, edge => (direction === 'up' ? edge.to : edge.from));
    this.#nodes = nodes;
    this.#direction = direction;
    this.#paint = paint;
  }

  /** Lines below a node. Depth is that of the graph, which may be thousands: a stack of its own, not the language's. */
  under(root: string): string[] {
    const lines: string[] = [];
    const stack = this.#entries(root, '').reverse();
    this.#drawn.add(root);
    for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
      const { edge, node, indent, isLast } = entry;
      const isDrawn = this.#drawn.has(node.id);
      this.#drawn.add(node.id);
      const children = isDrawn ? [] : this.#entries(node.id, `${indent}${isLast ? '   ' : '│  '}`);
      const isCut = isDrawn && (this.#next.get(node.id)?.length ?? 0) > 0;
      const arrow = this.#direction === 'up' ? '←' : '→';
      const branch = this.#paint('dim', `${indent}${isLast ? '└─' : '├─'} ${edgeLabel(edge)} ${arrow}`);
      lines.push(`${branch} ${describe(node, this.#paint)}${isCut ? this.#paint('dim', ' (see above)') : ''}`);
      stack.push(...children.reverse());
    }
    return lines;
  }

  #entries(id: string, indent: string) {
    const found = (this.#next.get(id) ?? []).flatMap(edge => {
      const node = this.#nodes.get(this.#direction === 'up' ? edge.from : edge.to);
      return node === undefined ? [] : [{ edge, node }];
    });
    return found.map((entry, i) => ({ ...entry, indent, isLast: i === found.length - 1 }));
  }
}

/** `job etl  RUNNING  ann`, `kafka://h:9092/dw_sdk_log`. */
export function describe(node: GraphNode, paint: Paint): string {
  const { kind, id, status, owner, stopped } = node;
  const name =
    kind === 'dataset' || kind === 'column' ? printable(id) : `${paint('cyan', kind)} ${printable(node.name)}`;
  const facts = [
    status === undefined ? '' : paint(stopped ? 'dim' : status === 'RUNNING' ? 'green' : 'yellow', status),
    owner === undefined || owner === '' ? '' : paint('dim', `owner ${printable(owner)}`),
  ];
  return [name, ...facts.filter(fact => fact !== '')].join('  ');
}

/** Names come from other people's SQL: what would steer a terminal is shown as a box. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '□');
}
