/**
 * A reader of the part of Graphviz's DOT language that `toDot` writes, strict: https://graphviz.org/doc/info/lang.html. Throws at the first
 * token that does not fit.
 */
export interface DotGraph {
  /** Id -> label. */
  readonly nodes: ReadonlyMap<string, string>;
  readonly edges: readonly { readonly from: string; readonly to: string; readonly label: string }[];
  readonly clusters: readonly string[];
}

export function readDot(text: string): DotGraph {
  const tokens = tokenize(text);
  let at = 0;
  const nodes = new Map<string, string>();
  const edges: { from: string; to: string; label: string }[] = [];
  const clusters: string[] = [];
  const take = (wanted?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (wanted !== undefined && token !== wanted))
      throw new Error(`expected ${wanted}, found ${token}`);
    return token;
  };
  const isId = (token: string | undefined): boolean =>
    token !== undefined && /^([A-Za-z_]\w*|-?[\d.]+|".*")$/s.test(token);
  const id = (): string => {
    if (!isId(tokens[at])) throw new Error(`expected an id, found ${tokens[at]}`);
    return take();
  };
  const attributes = (): Map<string, string> => {
    const found = new Map<string, string>();
    take('[');
    while (tokens[at] !== ']') {
      const name = id();
      take('=');
      found.set(name, unquoted(id()));
      if (tokens[at] === ',') take(',');
    }
    take(']');
    return found;
  };
  const statements = (): void => {
    take('{');
    while (tokens[at] !== '}') {
      if (tokens[at] === 'subgraph') {
        take('subgraph');
        if (!id().startsWith('cluster')) throw new Error('a subgraph that is no cluster is not drawn');
        statements();
        continue;
      }
      const first = id();
      if (tokens[at] === '=') {
        take('=');
        const value = unquoted(id());
        if (first === 'label') clusters.push(value);
      } else if (tokens[at] === '->') {
        take('->');
        const to = id();
        edges.push({ from: first, to, label: attributes().get('label') ?? '' });
      } else {
        const found = attributes();
        if (first !== 'node' && first !== 'edge') nodes.set(first, found.get('label') ?? '');
      }
      take(';');
    }
    take('}');
  };
  take('digraph');
  id();
  statements();
  if (at !== tokens.length) throw new Error(`text behind the graph: ${tokens[at]}`);
  for (const { from, to } of edges)
    if (!nodes.has(from) || !nodes.has(to)) throw new Error(`edge of an unknown node: ${from} -> ${to}`);
  return { nodes, edges, clusters };
}

function tokenize(text: string): string[] {
  const pattern = /\s+|->|[{}[\]=;,]|"(?:\\.|[^"\\])*"|[A-Za-z_]\w*|-?[\d.]+/gsy;
  const tokens: string[] = [];
  let end = 0;
  for (const [token] of text.matchAll(pattern)) {
    end += token.length;
    if (token.trim() !== '') tokens.push(token);
  }
  if (end !== text.length) throw new Error(`no token at ${JSON.stringify(text.slice(end, end + 20))}`);
  return tokens;
}

function unquoted(token: string): string {
  if (!token.startsWith('"')) return token;
  return token.slice(1, -1).replace(/\\(.)/gs, (_all, mark: string) => (mark === 'n' ? '\n' : mark));
}
