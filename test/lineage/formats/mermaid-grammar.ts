/** A reader of the part of Mermaid's flowchart language that `toMermaid` writes, strict: https://mermaid.js.org/syntax/flowchart.html. */
export interface Flowchart {
  /** Id -> label, entities read. */
  readonly nodes: ReadonlyMap<string, string>;
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly label: string;
    readonly dashed: boolean;
  }[];
  readonly subgraphs: readonly string[];
}

/** Nothing in a quoted label may be a quote, HTML, Markdown or an entity that was not meant. */
const LABEL = '"((?:[^"#<>&`;\\\\\\n]|#\\d+;|<br/>)*)"';
const NODE = new RegExp(
  `^(n\\d+)(\\[\\(|\\(\\[|\\[\\[|\\[/|\\{\\{|\\[|\\()${LABEL}(\\)\\]|\\]\\)|\\]\\]|/\\]|\\}\\}|\\]|\\))$`,
);
const CLOSING: Readonly<Record<string, string>> = {
  '[(': ')]',
  '([': '])',
  '[[': ']]',
  '[/': '/]',
  '{{': '}}',
  '[': ']',
  '(': ')',
};
const EDGE = new RegExp(`^(n\\d+) (-->|-\\.->)\\|${LABEL}\\| (n\\d+)$`);
const SUBGRAPH = new RegExp(`^subgraph (s\\d+)\\[${LABEL}\\]$`);

export function readMermaid(text: string): Flowchart {
  const [head, ...lines] = text.trimEnd().split('\n');
  if (head !== 'flowchart LR') throw new Error(`no flowchart: ${head}`);
  const nodes = new Map<string, string>();
  const edges: { from: string; to: string; label: string; dashed: boolean }[] = [];
  const subgraphs: string[] = [];
  let depth = 0;
  for (const line of lines.map(each => each.trim())) {
    const subgraph = SUBGRAPH.exec(line);
    const node = NODE.exec(line);
    const edge = EDGE.exec(line);
    if (subgraph !== null) {
      depth++;
      subgraphs.push(read(subgraph[2]!));
    } else if (line === 'end') depth--;
    else if (node !== null && CLOSING[node[2]!] === node[4]) nodes.set(node[1]!, read(node[3]!));
    else if (edge !== null)
      edges.push({ from: edge[1]!, to: edge[4]!, label: read(edge[3]!), dashed: edge[2] === '-.->' });
    else if (!/^(classDef \w+ [\w\- :,#.]+|class n\d+(,n\d+)* \w+)$/.test(line))
      throw new Error(`cannot be read: ${line}`);
  }
  if (depth !== 0) throw new Error('a subgraph without its end');
  for (const { from, to } of edges)
    if (!nodes.has(from) || !nodes.has(to)) throw new Error(`edge of an unknown node: ${from} ${to}`);
  return { nodes, edges, subgraphs };
}

function read(label: string): string {
  return label
    .replaceAll('<br/>', '\n')
    .replace(/#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)));
}
