/** What a statement says of its columns: targets, controls, functions, steps; and of views that go in circles. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyzeScript } from '../../../lineage/sql/script.ts';
import type { StatementLineage } from '../../../lineage/sql/statement-lineage.ts';

const TABLES = `CREATE TABLE s (k STRING, v INT, w INT, ts TIMESTAMP(3));
  CREATE TABLE o (a STRING, twice AS b * 2, b INT, off BIGINT METADATA VIRTUAL, dt STRING);`;

function shorten(column: string): string {
  return column.replace('default_catalog.default_database.', '');
}

function lastOf(sql: string): StatementLineage {
  const { statements, errors } = analyzeScript({ sql: `${TABLES} ${sql}` });
  assert.deepEqual(errors, []);
  return statements.at(-1)!;
}

describe('targets', () => {
  const cases: readonly [string, string, readonly (string | null)[]][] = [
    ['are the columns a sink can be given', `INSERT INTO o SELECT k, v, 'x' FROM s`, ['a', 'b', 'dt']],
    ['follow the column list', 'INSERT INTO o (b, a) SELECT v, k FROM s', ['b', 'a']],
    ['leave fixed partition columns out', `INSERT INTO o PARTITION (dt = '1') SELECT k, v FROM s`, ['a', 'b']],
    ['are not known of a sink nobody declared', 'INSERT INTO p SELECT k FROM s', [null]],
    ['are certain of no column behind an open star', 'INSERT INTO o SELECT *, 1 FROM elsewhere', [null]],
    ['are the names of the query for CTAS', 'CREATE TABLE c AS SELECT k AS kk, v FROM s', ['kk', 'v']],
  ];
  for (const [title, sql, targets] of cases) {
    test(title, () => {
      assert.deepEqual(
        lastOf(sql).outputs?.map(output => output.target),
        targets,
      );
    });
  }
});

test('an open star is said to be open', () => {
  assert.equal(lastOf('SELECT *, 1 AS one_more FROM elsewhere').open, true);
  assert.equal(lastOf('SELECT * FROM s').open, false);
});

describe('functions and steps', () => {
  test('name what was applied through views and sub-queries, nearest to the base column first', () => {
    const found = lastOf(
      'CREATE VIEW x AS SELECT my.mask(UPPER(k)) AS m FROM s; INSERT INTO o SELECT n, 1, m FROM (SELECT m, m || n0 AS n FROM (SELECT m, m AS n0 FROM x))',
    );

    const [n, , m] = found.outputs!;
    assert.deepEqual(m!.functions, ['UPPER', 'my.mask']);
    assert.deepEqual(n!.steps, ['my.mask(UPPER(k))', 'm || n0']);
  });

  test('a plain copy has none', () => {
    const [copy] = lastOf('SELECT k FROM (SELECT * FROM s)').outputs!;

    assert.deepEqual([copy!.functions, copy!.steps, copy!.controls], [[], [], []]);
  });
});

describe('controls', () => {
  const cases: readonly [string, string, readonly string[]][] = [
    ['FILTER', 'SELECT SUM(v) FILTER (WHERE w > 1) FROM s', ['s.w']],
    ['keys of OVER', 'SELECT SUM(v) OVER (PARTITION BY k ORDER BY ts) FROM s', ['s.k', 's.ts']],
    [
      'a named window that builds on another',
      'SELECT SUM(v) OVER b FROM s WINDOW a AS (PARTITION BY k), b AS (a ORDER BY ts)',
      ['s.ts', 's.k'],
    ],
    ['windows that name each other end', 'SELECT SUM(v) OVER a FROM s WINDOW a AS (b), b AS (a ORDER BY ts)', ['s.ts']],
    ['WITHIN GROUP', 'SELECT LISTAGG(k) WITHIN GROUP (ORDER BY ts) FROM s', ['s.ts']],
    ['those of a sub-query', 'SELECT n + 1 FROM (SELECT ROW_NUMBER() OVER (ORDER BY w) AS n FROM s)', ['s.w']],
  ];
  for (const [title, sql, controls] of cases) {
    test(`of a column: ${title}`, () => {
      assert.deepEqual(lastOf(sql).outputs![0]!.controls.map(shorten), controls);
    });
  }

  test('of the rows are told with their roles', () => {
    const { controls } = lastOf(
      'SELECT a.k FROM s a JOIN s b ON a.k = b.k WHERE a.v > 1 GROUP BY a.k, a.ts HAVING MAX(a.w) > 1 ORDER BY 1',
    );

    assert.deepEqual(
      controls.map(({ column, roles }) => [shorten(column), ...roles]),
      [
        ['s.k', 'join', 'group', 'sort'],
        ['s.v', 'filter'],
        ['s.ts', 'group'],
        ['s.w', 'filter'],
      ],
    );
  });

  test('of a view and a CTE are those of who reads them', () => {
    const { controls } = lastOf(
      'CREATE VIEW x AS SELECT k, v FROM s WHERE w = 1; WITH c AS (SELECT k FROM x WHERE v = 1) SELECT k FROM c',
    );

    assert.deepEqual(
      controls.map(({ column }) => shorten(column)),
      ['s.w', 's.v'],
    );
  });
});

describe('views in a circle', () => {
  const cases: readonly [string, string, readonly string[] | null][] = [
    ['of one', 'CREATE VIEW a AS SELECT x FROM a;', ['a', 'a']],
    ['of two', 'CREATE VIEW a AS SELECT x FROM b; CREATE VIEW b AS SELECT x FROM a;', ['b', 'a', 'b']],
    [
      'made by ALTER',
      'CREATE VIEW a AS SELECT k FROM s; CREATE VIEW b AS SELECT k FROM a; ALTER VIEW a AS SELECT k FROM b;',
      ['a', 'b', 'a'],
    ],
    ['are none when a temporary view has its table’s name', 'CREATE TEMPORARY VIEW s AS SELECT k FROM s;', null],
    [
      'are none when views are only read twice',
      'CREATE VIEW a AS SELECT k FROM s; CREATE VIEW b AS SELECT l.k FROM a l JOIN a r ON l.k = r.k;',
      null,
    ],
  ];
  for (const [title, sql, path] of cases) {
    test(title, () => {
      const { cycles } = analyzeScript({ sql: `${TABLES} ${sql}` });

      assert.deepEqual(cycles[0]?.path.map(shorten) ?? null, path);
    });
  }
});
