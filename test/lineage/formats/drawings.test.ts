/** DOT and Mermaid: what is written is read back by a strict reader of each language, whatever the names are. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { toDot } from '../../../lineage/formats/dot.ts';
import { toMermaid } from '../../../lineage/formats/mermaid.ts';
import { readDot } from './dot-grammar.ts';
import { GRAPH, hostileGraph } from './graph-fixture.ts';
import { readMermaid } from './mermaid-grammar.ts';

describe('DOT', () => {
  test('every node with its label, every edge with its role, datasets in a cluster for each namespace', () => {
    const { nodes, edges, clusters } = readDot(toDot(GRAPH));

    assert.deepEqual(
      [...nodes.values()],
      ['src', 'dst', 'dim.device', 'etl\nRUNNING, ann', 'old\nCANCELED', 'gmv\nfinance'],
    );
    assert.deepEqual(
      edges.map(({ from, to, label }) => `${from} ${label} ${to}`),
      ['n0 reads n3', 'n2 lookup n3', 'n3 writes (by-name) n1', 'n4 writes n1', 'n1 reads n5'],
    );
    assert.deepEqual(clusters, ['kafka://h:9092', 'mysql://db:3306']);
  });

  test('any name is a label and nothing else', () => {
    fc.assert(
      fc.property(hostileText(), hostileText(), (name, owner) => {
        const { nodes, clusters } = readDot(toDot(hostileGraph(name, owner)));

        assert.deepEqual(
          [...nodes.values()].map(plain),
          [plain(owner === '' ? name : `${name}\n${owner}`), plain(owner)].sort(byCluster(owner)),
        );
        assert.deepEqual(clusters.map(plain), [plain(`kafka://${name}`)]);
      }),
    );
  });
});

describe('Mermaid', () => {
  test('every node with its label, every edge with its role, lookups dashed, ended jobs marked', () => {
    const text = toMermaid(GRAPH);
    const { nodes, edges, subgraphs } = readMermaid(text);

    assert.deepEqual(
      [...nodes.values()],
      ['src', 'dst', 'dim.device', 'etl\nRUNNING, ann', 'old\nCANCELED', 'gmv\nfinance'],
    );
    assert.deepEqual(
      edges.map(({ from, to, label, dashed }) => `${from} ${label}${dashed ? '~' : ''} ${to}`),
      ['n0 reads n3', 'n2 lookup~ n3', 'n3 writes (by-name) n1', 'n4 writes n1', 'n1 reads n5'],
    );
    assert.deepEqual(subgraphs, ['kafka://h:9092', 'mysql://db:3306']);
    assert.match(text, /class n4 stopped\n$/);
  });

  test('any name is a label and nothing else', () => {
    fc.assert(
      fc.property(hostileText(), hostileText(), (name, owner) => {
        const { nodes, subgraphs } = readMermaid(toMermaid(hostileGraph(name, owner)));
        const flat = (text: string): string => text.replace(/[\r\n]+/g, ' ');

        const job = owner === '' ? flat(name) : `${flat(name)}\n${flat(owner)}`;
        assert.deepEqual([...nodes.values()], [flat(owner), job]);
        assert.deepEqual(subgraphs, [flat(`kafka://${name}`)]);
      }),
    );
  });
});

/** Texts full of what the languages could take for syntax. */
function hostileText(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      '"',
      '\\',
      '\n',
      '\r\n',
      '#',
      ';',
      '<b>',
      '&amp;',
      '`',
      ']',
      ')',
      '-->',
      '|',
      'end',
      '\\N',
      '#quot;',
      '中',
      '🙂',
    ),
    fc.string({ maxLength: 4 }),
  );
  return fc.array(piece, { maxLength: 6 }).map(pieces => pieces.join(''));
}

/** Line ends are one kind of line end in a label. */
function plain(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** Datasets are written before what stands in no cluster. */
function byCluster(dataset: string): (a: string, b: string) => number {
  return (a, b) => Number(b === plain(dataset)) - Number(a === plain(dataset));
}
