/** What the lineage screens compute before they draw: places, column paths, impact lists, excerpts. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ColumnOrigin, ImpactAnswer, ImpactItem } from '../../web/api/lineage-answers.ts';
import type { Finding } from '../../web/ui/src/api/lineage-check.ts';
import { columnOf, shortColumn, shortName } from '../../web/ui/src/format/lineage-id.ts';
import { columnPath } from '../../web/ui/src/screens/lineage/column-graph.ts';
import { excerptOf, marksOf } from '../../web/ui/src/screens/lineage/finding-places.ts';
import { impactCsv, impactRows, impactTones, kindOf } from '../../web/ui/src/screens/lineage/impact-rows.ts';
import { layers } from '../../web/ui/src/screens/lineage/layers.ts';
import { place } from '../../web/ui/src/screens/lineage/layout.ts';

const graph = fc
  .integer({ min: 1, max: 30 })
  .chain(count =>
    fc.tuple(fc.constant(count), fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 60 })),
  )
  .map(([count, pairs]) => ({ count, edges: pairs.filter(([from, to]) => from !== to) }));

describe('layers', () => {
  test('whatever the graph: nodes of one column keep their distance and every height is finite', () => {
    fc.assert(
      fc.property(graph, ({ count, edges }) => {
        const { rank, height } = layers(count, edges, 64, 22);
        for (let a = 0; a < count; a++) {
          assert.ok(Number.isFinite(height[a]) && Number.isInteger(rank[a]) && rank[a]! >= 0);
          for (let b = 0; b < a; b++)
            if (rank[a] === rank[b]) assert.ok(Math.abs(height[a]! - height[b]!) >= 64 - 1e-6, `${a} and ${b}`);
        }
      }),
    );
  });

  test('without cycles every edge goes to the right, and passes each column between once', () => {
    fc.assert(
      fc.property(graph, ({ count, edges }) => {
        const forward = edges.map(([a, b]) => (a < b ? [a, b] : [b, a]) as [number, number]);
        const { rank, bends } = layers(count, forward, 64, 22);
        for (const [e, [from, to]] of forward.entries()) {
          assert.ok(rank[from]! < rank[to]!);
          assert.equal(bends[e]?.length, rank[to]! - rank[from]! - 1);
        }
      }),
    );
  });

  test('an edge that passes between nodes does not touch them', () => {
    // a -> b -> c, and a -> c past b.
    const { height, bends } = layers(
      3,
      [
        [0, 1],
        [1, 2],
        [0, 2],
      ],
      64,
      22,
    );

    assert.ok(Math.abs(height[1]! - bends[2]![0]!) >= (64 + 22) / 2 - 1e-6);
  });

  test('what nothing feeds stands right before its reader', () => {
    // a -> b -> c and a dimension table that only c looks up.
    assert.deepEqual(
      layers(
        4,
        [
          [0, 1],
          [1, 2],
          [3, 2],
        ],
        64,
        22,
      ).rank,
      [0, 1, 2, 1],
    );
  });

  test('a straight chain is a straight line', () => {
    const { height } = layers(
      3,
      [
        [0, 1],
        [1, 2],
      ],
      64,
      22,
    );

    assert.deepEqual(height, [0, 0, 0]);
  });
});

test('a cycle keeps all its edges, one of them drawn backwards', () => {
  const nodes = ['a', 'b', 'c'].map(id => ({ id }));
  const { edges, nodes: placed } = place({
    nodes,
    edges: [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'a' },
    ],
  });

  assert.equal(edges.length, 3);
  assert.equal(new Set(placed.map(({ x }) => x)).size, 3);
});

describe('ids', () => {
  const table = 'kafka://h:9092/dwd';
  test('a column is found behind the last #', () => {
    assert.deepEqual(columnOf(`${table}#b`), { dataset: table, column: 'b' });
    assert.deepEqual(columnOf('file:///a#b#c'), { dataset: 'file:///a#b', column: 'c' });
    for (const none of ['', '#a', 'a#', table]) assert.equal(columnOf(none), null);
  });
  test('people read the last part', () => {
    assert.equal(shortName(table), 'dwd');
    assert.equal(shortColumn(`${table}#b`), 'dwd.b');
    assert.equal(shortColumn('job:x'), 'job:x');
  });
});

function origin(to: string, from: readonly string[], control: readonly string[] = []): ColumnOrigin {
  const [dataset = '', column = ''] = to.split('#');
  const source = (type: 'value' | 'control') => (id: string) => {
    const [table = '', name = ''] = id.split('#');
    return { dataset: table, column: name, type, ...(type === 'control' ? { roles: ['filter' as const] } : {}) };
  };
  const sources = [...from.map(source('value')), ...control.map(source('control'))];
  return { dataset, column, open: false, sources, functions: [], steps: [], job: 'job:j', depth: 0 };
}

describe('column path', () => {
  const origins = [
    origin('c#x', ['b#x'], ['b#k', 'b#x']),
    origin('b#x', ['a#x']),
    origin('b#k', ['a#k']),
    origin('z#z', ['a#x']),
  ];
  const lines = (path: ReturnType<typeof columnPath>): string[] =>
    path.edges.map(({ from, to, type }) => `${from} ${type} ${to}`).sort();

  test('holds what the column comes from, and nothing else', () => {
    const path = columnPath(origins, 'c#x', true);

    assert.deepEqual(lines(path), ['a#k value b#k', 'a#x value b#x', 'b#k control c#x', 'b#x value c#x']);
    assert.deepEqual(path.nodes.map(({ id }) => id).sort(), ['a#k', 'a#x', 'b#k', 'b#x', 'c#x']);
    assert.equal(path.origins[0]?.dataset, 'c');
  });

  test('without conditions only values flow', () => {
    assert.deepEqual(lines(columnPath(origins, 'c#x', false)), ['a#x value b#x', 'b#x value c#x']);
  });

  test('ends on a cycle', () => {
    assert.equal(columnPath([origin('a#x', ['b#x']), origin('b#x', ['a#x'])], 'a#x', true).edges.length, 2);
  });
});

function item(id: string, more: Partial<ImpactItem> = {}): ImpactItem {
  return { id, name: shortName(id), owner: '', distance: 1, columns: [], certainty: 'certain', via: ['s'], ...more };
}

describe('impact', () => {
  const impact: ImpactAnswer = {
    of: { id: 'kafka://h/s', kind: 'dataset' },
    change: 'drop',
    reports: [item('report:far', { distance: 9 }), item('report:maybe', { certainty: 'possible' })],
    jobs: [item('job:old', { stopped: true }), item('job:b', { distance: 3 }), item('job:a', { distance: 3 })],
    datasets: [item('kafka://h/t')],
    columns: [],
    owners: [],
    truncated: false,
  };

  test('reports stand first, what is certain before what is possible, what runs before what ended, then the nearest', () => {
    const ids = impactRows(impact).map(({ id }) => id);

    assert.deepEqual(ids, ['report:far', 'report:maybe', 'job:a', 'job:b', 'job:old', 'kafka://h/t']);
  });

  test('the graph marks the start, what is hit and what may be', () => {
    const tones = impactTones(impact);

    assert.equal(tones.get('kafka://h/s'), 'start');
    assert.equal(tones.get('report:maybe'), 'possible');
    assert.equal(tones.get('job:a'), 'certain');
    assert.equal(tones.get('job:other'), undefined);
  });

  test('the file quotes what must be quoted and holds no formula', () => {
    const nasty = {
      ...impact,
      reports: [item('report:x', { name: '=HYPERLINK("http://x")', owner: 'a,b\nc' })],
      jobs: [],
      datasets: [],
    };

    const csv = impactCsv(impactRows(nasty));

    assert.ok(csv.startsWith('\uFEFFkind,name,owner,'));
    assert.ok(csv.endsWith('\r\nreport,"\'=HYPERLINK(""http://x"")","a,b\nc",certain,1,,,report:x,s\r\n'), csv);
  });

  test('a kind is read from the id, and an address is a dataset', () => {
    const kinds = ['job:a', 'druid:a', 'druid://c/a', 'view:j/v', 'report:r', 'nifi:f', 'kafka://h/t'].map(kindOf);

    assert.deepEqual(kinds, ['job', 'druid', 'dataset', 'view', 'report', 'nifi', 'dataset']);
  });
});

function finding(sql: string, word: string, severity: Finding['severity'] = 'error'): Finding {
  const position = sql.indexOf(word);
  const before = sql.slice(0, position).split('\n');
  return {
    code: 'syntax',
    severity,
    line: before.length,
    column: before.at(-1)!.length + 1,
    position,
    length: word.length,
    message: word,
  };
}

describe('places of findings', () => {
  test('the caret stands under the word, also behind tabs and Chinese text', () => {
    for (const sql of ['SELECT a\nFROM bad', 'x\n\tbad', '-- 中文 bad', `${'x'.repeat(200)} bad ${'y'.repeat(200)}`]) {
      const { line, caret } = excerptOf(sql, finding(sql, 'bad'));

      const at = caret.indexOf('^');
      assert.equal(line.slice(at, at + 3), 'bad', sql);
      assert.equal(caret.trim(), '^^^');
      assert.ok(line.length <= 101);
    }
  });

  test('a wide character is stepped over by a wide blank', () => {
    assert.equal(excerptOf("'中' bad", finding("'中' bad", 'bad')).caret, ' \u3000  ^^^');
  });

  test('at the end of the text one caret stands behind it', () => {
    const end = { ...finding('SELECT', 'SELECT'), position: 6, column: 7, length: 0 };

    assert.equal(excerptOf('SELECT', end).caret, '      ^');
    assert.deepEqual(marksOf([end], 6), []);
  });

  test('of findings at one place the gravest is drawn, and none overlaps another', () => {
    const sql = 'SELECT bad FROM t';
    const marks = marksOf(
      [finding(sql, 'bad', 'info'), finding(sql, 'bad FROM'), finding(sql, 'FROM', 'warning')],
      sql.length,
    );

    assert.deepEqual(marks, [{ from: 7, to: 15, severity: 'error' }]);
  });
});
