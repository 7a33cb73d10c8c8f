import type { JSX } from 'preact';
import type { LineageGraph, LineagePaths } from '../../api/lineage.ts';
import { link } from '../../app/router.ts';
import { words } from '../../i18n/language.ts';
import { Empty } from '../../parts/states.tsx';

/** All ways as one graph, with the live figures of `figures` where it has them. */
export function joined(ways: LineagePaths, figures: LineageGraph | undefined): LineageGraph {
  const nodes = new Map(ways.paths.flatMap(path => path.nodes.map(node => [node.id, node] as const)));
  const keyOf = (edge: { from: string; to: string; role: string }): string => `${edge.from}>${edge.to}>${edge.role}`;
  const edges = new Map(ways.paths.flatMap(path => path.edges.map(edge => [keyOf(edge), edge] as const)));
  for (const node of figures?.nodes ?? []) if (nodes.has(node.id)) nodes.set(node.id, node);
  for (const edge of figures?.edges ?? []) if (edges.has(keyOf(edge))) edges.set(keyOf(edge), edge);
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** How many ways lead from one end to the other and how long they are, or that none does. */
export function Ways({ ways, from, to }: { ways: LineagePaths; from: string; to: string }): JSX.Element {
  const { river } = words();
  const [first] = ways.paths;
  if (!first) {
    return (
      <Empty title={river.noWay}>
        <p>{river.noWayHow}</p>
        <a class="button" href={link('/lineage', { root: from, direction: 'both' })}>
          {river.bothWays(from)}
        </a>
      </Empty>
    );
  }
  const reversed = first.nodes[0]?.id !== from && first.nodes[0]?.name !== from;
  return (
    <p class="ways soft" role="status">
      {river.ways(ways.paths.length, first.edges.length, ways.truncated)} {ways.longer && river.longer}{' '}
      {reversed && river.reversed(to, from)}
    </p>
  );
}
