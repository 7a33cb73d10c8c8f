import { isMap, isPair, type Node } from 'yaml';

/** Offset of the node at `path` (of the key named `key` in it, when given), or of its nearest existing parent. */
export function offsetOf(root: Node | null, path: readonly PropertyKey[], key?: string): number | null {
  let node: Node | null | undefined = root;
  let offset = root?.range?.[0] ?? null;
  for (const step of key === undefined ? path : [...path, key]) {
    if (!isMap(node)) {
      const items: unknown = (node as { items?: unknown } | null)?.items;
      const next: unknown = Array.isArray(items) ? items[Number(step)] : undefined;
      if (next === undefined || next === null) return offset;
      node = next as Node;
      offset = node.range?.[0] ?? offset;
      continue;
    }
    const pair = node.items.find(
      p => isPair(p) && String((p.key as { value?: unknown })?.value ?? p.key) === String(step),
    );
    if (!pair) return offset;
    offset = (pair.key as Node).range?.[0] ?? offset;
    node = pair.value as Node | null;
  }
  if (key === undefined && node?.range && path.length > 0) return node.range[0];
  return offset;
}
