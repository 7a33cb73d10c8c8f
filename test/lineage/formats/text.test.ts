import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toTree } from '../../../lineage/formats/text.ts';
import type { GraphAnswer } from '../../../lineage/graph/answers.ts';
import { GRAPH, hostileGraph, node } from './graph-fixture.ts';

const plain = (_style: string, text: string): string => text;

describe('toTree', () => {
  test('draws what leads to a node and what depends on it, with roles, states and owners', () => {
    const root = GRAPH.nodes.find(({ id }) => id === 'kafka://h:9092/dst')!;

    assert.equal(
      toTree(GRAPH, root, plain),
      [
        'kafka://h:9092/dst',
        'upstream',
        '├─ writes (by-name) ← job etl  RUNNING  owner ann',
        '│  ├─ reads ← kafka://h:9092/src',
        '│  └─ lookup ← mysql://db:3306/dim.device',
        '└─ writes ← job old  CANCELED',
        'downstream',
        '└─ reads → report gmv  owner finance',
        '',
      ].join('\n'),
    );
  });

  test('a node is drawn out once, and a circle ends', () => {
    const graph: GraphAnswer = {
      nodes: ['a', 'b'].map(name => node(`job:${name}`, 'job', 'flink', name)),
      edges: [
        { from: 'job:a', to: 'job:b', role: 'derives', evidence: ['sql'] },
        { from: 'job:b', to: 'job:a', role: 'derives', evidence: ['sql'] },
      ],
      truncated: false,
    };

    assert.equal(
      toTree(graph, graph.nodes[0]!, plain),
      [
        'job a',
        'upstream',
        '└─ derives ← job b',
        '   └─ derives ← job a (see above)',
        'downstream',
        '└─ derives → job b',
        '   └─ derives → job a (see above)',
        '',
      ].join('\n'),
    );
  });

  test('ten thousand nodes in a row are drawn, and a cut answer says so', () => {
    const nodes = Array.from({ length: 10_000 }, (_, i) => node(`job:${i}`, 'job', 'flink', String(i)));
    const edges = nodes
      .slice(1)
      .map((to, i) => ({ from: nodes[i]!.id, to: to.id, role: 'derives', evidence: ['sql'] }) as const);

    const text = toTree({ nodes, edges, truncated: true }, nodes[0]!, plain);

    assert.equal(text.split('\n').length, 10_000 + 3);
    assert.match(text, /only the first 10000 nodes are shown\n$/);
  });

  test('a node nobody is tied to says so', () => {
    const alone = node('job:x', 'job', 'flink', 'x');

    assert.equal(
      toTree({ nodes: [alone], edges: [], truncated: false }, alone, plain),
      'job x\nnothing is known to lead to it or to depend on it\n',
    );
  });

  test('names do not steer the terminal', () => {
    const graph = hostileGraph('\u001b[31mred\u0007', '\u202etxt');

    const text = toTree(graph, graph.nodes[0]!, plain);

    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
    assert.match(text, /job □\[31mred□ {2}owner □txt/);
  });
});
