/** The river flows from left to right and its ribbons grow with what flows in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LineageEdge, LineageNode } from '../../web/ui/src/api/lineage.ts';
import { NODE_HEIGHT, place, ribbonWidth } from '../../web/ui/src/screens/lineage/layout.ts';
import { lineage } from '../support/ui-fixture/graph.ts';

const NOW = Date.UTC(2026, 10, 21, 12);

function node(id: string, rate: number | null = null): LineageNode {
  return { id, kind: 'dataset', namespace: 'n', name: id, label: id, records_per_second: rate };
}

function edge(from: string, to: string): LineageEdge {
  return { from, to, role: 'reads', evidence: [] };
}

test('every edge of the estate goes to the right and no two nodes overlap', () => {
  const placed = place(lineage(null, 'both', NOW) ?? assert.fail('the fixture has no graph'));

  const at = new Map(placed.nodes.map(n => [n.id, n]));
  for (const { from, to } of placed.edges)
    assert.ok((at.get(from)?.x ?? 0) < (at.get(to)?.x ?? 0), `${from} is left of ${to}`);
  for (const a of placed.nodes) {
    for (const b of placed.nodes) {
      if (a.id < b.id && a.x === b.x) assert.ok(Math.abs(a.y - b.y) >= NODE_HEIGHT, `${a.id} and ${b.id} are apart`);
    }
  }
});

test('edges to unknown nodes and to itself are left out, an empty graph is empty', () => {
  assert.equal(place({ nodes: [node('a')], edges: [edge('a', 'ghost'), edge('a', 'a')] }).edges.length, 0);
  assert.deepEqual(place({ nodes: [], edges: [] }).nodes, []);
});

test('a cycle is drawn too', () => {
  const placed = place({ nodes: [node('a'), node('b')], edges: [edge('a', 'b'), edge('b', 'a')] });

  assert.equal(placed.edges.length, 2);
});

test('ribbon widths follow the throughput, and unknown is as thin as nothing', () => {
  assert.equal(ribbonWidth(null, 100), ribbonWidth(0, 100));
  assert.ok(ribbonWidth(1, 100) > ribbonWidth(0, 100));
  assert.ok(ribbonWidth(100, 100) > 2 * ribbonWidth(10, 100));
  assert.equal(ribbonWidth(500, 100), ribbonWidth(100, 100));
});
