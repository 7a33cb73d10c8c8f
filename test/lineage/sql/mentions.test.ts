/** Where names stand in a script, and which of them cannot be right. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Mentions } from '../../../lineage/sql/resolve/mentions.ts';
import { analyzeScript } from '../../../lineage/sql/script.ts';
import { lineageCases } from './fixture-cases.ts';

const TABLES = `CREATE TABLE s (k STRING, v INT, r ROW<a INT, b ROW<c INT>>, arr ARRAY<STRING>, ts TIMESTAMP(3), pt AS PROCTIME());
CREATE TABLE d (k STRING, name STRING);
CREATE TABLE o (a STRING, b INT, twice AS b * 2, off BIGINT METADATA VIRTUAL, dt STRING);
`;

function mentionsOf(sql: string): Mentions {
  const { mentions, errors } = analyzeScript({ sql: `${TABLES}${sql}`, mentions: true });
  assert.deepEqual(errors, []);
  return mentions!;
}

test('nothing is collected unless asked for', () => {
  assert.equal(analyzeScript({ sql: 'SELECT nope FROM t' }).mentions, null);
});

describe('tables', () => {
  const cases: readonly [string, string, readonly string[]][] = [
    ['of a query', 'SELECT * FROM s JOIN `d` AS x ON s.k = x.k', ['read s', 'read `d`']],
    [
      'of an insert and its sub-queries',
      'INSERT INTO o SELECT k, (SELECT MAX(v) FROM s), k FROM d',
      ['write o', 'read s', 'read d'],
    ],
    [
      'of CTAS and LIKE',
      'CREATE TABLE n LIKE s; CREATE TABLE m AS SELECT k FROM s',
      ['define n', 'like s', 'define m', 'read s'],
    ],
    [
      'of views',
      'CREATE VIEW w AS SELECT k FROM s; ALTER VIEW w AS SELECT k FROM d; DROP VIEW w',
      ['define w', 'read s', 'change w', 'read d', 'drop w'],
    ],
    ['of table functions', `SELECT k FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MINUTE))`, ['read s']],
    [
      'of UPDATE and DELETE',
      `UPDATE o SET b = 1 WHERE a IN (SELECT k FROM s); DELETE FROM o`,
      ['write o', 'read s', 'write o'],
    ],
    ['of a CTE are not its own name', 'WITH c AS (SELECT k FROM s) SELECT k FROM c', ['read s']],
    ['of a statement that never runs', 'EXPLAIN INSERT INTO o SELECT k, v, k FROM s', ['write o', 'read s']],
    ['with IF EXISTS are nobody’s mistake', 'DROP TABLE IF EXISTS gone; ALTER TABLE IF EXISTS gone RENAME TO x', []],
  ];
  for (const [title, sql, expected] of cases) {
    test(title, () => {
      const text = `${TABLES}${sql}`;
      const found = mentionsOf(sql).tables.filter(({ pos }) => pos >= TABLES.length);

      assert.deepEqual(
        found.map(({ use, pos, length }) => `${use} ${text.slice(pos, pos + length)}`),
        expected,
      );
    });
  }

  test('nobody declared come with what the script has there', () => {
    const { tables } = mentionsOf(
      'USE other; CREATE TABLE near (x INT); WITH c AS (SELECT 1) SELECT * FROM default_database.ss, neer',
    );

    assert.deepEqual(
      tables
        .filter(({ declared, use }) => !declared && use === 'read')
        .map(({ byName, candidates }) => [byName, candidates]),
      [
        ['default_database.ss', ['c', 'default_database.s', 'default_database.d', 'default_database.o', 'near']],
        ['other.neer', ['c', 'default_database.s', 'default_database.d', 'default_database.o', 'near']],
      ],
    );
  });

  test('known from outside are declared', () => {
    const known = (dotted: string) =>
      dotted === 'dw.t' ? { columns: ['x'], connector: null, options: new Map() } : undefined;
    const { mentions } = analyzeScript({ sql: 'SELECT x, y FROM `dw.t`', mentions: true, known });

    assert.equal(mentions!.tables[0]!.declared, true);
    assert.deepEqual(
      mentions!.names.map(({ name }) => name),
      ['y'],
    );
  });
});

/** kind, the text it stands at, candidates */
type Problem = readonly [string, string, readonly string[]];

describe('names that cannot be right', () => {
  const s = ['k', 'v', 'r', 'arr', 'ts', 'pt'];
  const cases: readonly [string, string, readonly Problem[]][] = [
    ['an unknown column', 'SELECT kk FROM s', [['unknown-column', 'kk', s]]],
    ['one of an alias', 'SELECT x.`vv` FROM s AS x', [['unknown-column', 'x.`vv`', s]]],
    ['an unknown alias', 'SELECT y.k FROM s AS x JOIN d ON x.k = d.k', [['unknown-alias', 'y', ['x', 'd']]]],
    ['an unknown alias of a star', 'SELECT y.* FROM s AS x', [['unknown-alias', 'y', ['x']]]],
    ['a table behind its alias', 'SELECT s.k FROM s AS x', [['unknown-alias', 's', ['x']]]],
    ['a column of two tables', 'SELECT k FROM s JOIN d ON s.k = d.k', [['ambiguous', 'k', ['s', 'd']]]],
    ['an unknown field of a row', 'SELECT r.b.x FROM s', [['unknown-column', 'r.b.x', ['c']]]],
    [
      'in WHERE, GROUP BY and HAVING',
      'SELECT 1 FROM d WHERE w = 1 GROUP BY g HAVING MAX(h) > 1',
      [
        ['unknown-column', 'w', ['k', 'name']],
        ['unknown-column', 'g', ['k', 'name']],
        ['unknown-column', 'h', ['k', 'name']],
      ],
    ],
    ['an alias of SELECT in WHERE', 'SELECT k AS kk FROM d WHERE kk = 1', [['unknown-column', 'kk', ['k', 'name']]]],
    ['in ON', 'SELECT d.k FROM s JOIN d ON s.kk = d.k', [['unknown-column', 's.kk', s]]],
    ['in USING', 'SELECT 1 FROM s JOIN d USING (name)', [['unknown-column', 'name', s]]],
    ['in OVER', 'SELECT SUM(v) OVER (PARTITION BY kk ORDER BY ts) FROM s', [['unknown-column', 'kk', s]]],
    [
      'of a time column',
      `SELECT 1 FROM TABLE(TUMBLE(TABLE d, DESCRIPTOR(ts), INTERVAL '1' MINUTE))`,
      [['unknown-column', 'ts', ['k', 'name']]],
    ],
    ['of a CTE', 'WITH c AS (SELECT k AS id FROM d) SELECT k FROM c', [['unknown-column', 'k', ['id']]]],
    ['inside a CTE nobody reads', 'WITH c AS (SELECT kk FROM d) SELECT 1', [['unknown-column', 'kk', ['k', 'name']]]],
    ['of a view', 'CREATE VIEW w (id) AS SELECT k FROM d; SELECT k FROM w', [['unknown-column', 'k', ['id']]]],
    [
      'of a sub-query, with what is around it',
      'SELECT 1 FROM d WHERE EXISTS (SELECT 1 FROM o WHERE o.a = d.kk)',
      [['unknown-column', 'd.kk', ['k', 'name']]],
    ],
    [
      'of a pattern',
      'SELECT x FROM s MATCH_RECOGNIZE (ORDER BY ts MEASURES A.w AS x PATTERN (A) DEFINE A AS A.v > 1)',
      [['unknown-column', 'A.w', s]],
    ],
    ['of an insert', 'INSERT INTO o (a, c) SELECT k, v FROM s', [['unknown-column', 'c', ['a', 'b', 'dt']]]],
    [
      'of an insert: a computed column',
      'INSERT INTO o (a, twice) SELECT k, v FROM s',
      [['unknown-column', 'twice', ['a', 'b', 'dt']]],
    ],
    [
      'of an insert’s partition',
      `INSERT INTO o PARTITION (dd = '1') SELECT k, v, k FROM s`,
      [['unknown-column', 'dd', ['a', 'b', 'dt']]],
    ],
    [
      'of UPDATE',
      'UPDATE o SET c = b WHERE e = 1',
      [
        ['unknown-column', 'c', ['a', 'b', 'twice', 'off', 'dt']],
        ['unknown-column', 'e', ['a', 'b', 'twice', 'off', 'dt']],
      ],
    ],
  ];
  for (const [title, sql, expected] of cases) {
    test(title, () => {
      const text = `${TABLES}${sql}`;

      assert.deepEqual(
        mentionsOf(sql).names.map(({ kind, pos, length, candidates }) => [
          kind,
          text.slice(pos, pos + length),
          candidates,
        ]),
        expected,
      );
    });
  }
});

describe('no alarm', () => {
  const cases: readonly [string, string][] = [
    ['where the columns are not known', 'SELECT a, t.b, c.d FROM t'],
    ['where one of several tables is not known', 'SELECT nope FROM s, t'],
    ['of a user’s table function', 'SELECT x, y.z FROM s, LATERAL TABLE(f(v)) AS y'],
    ['of names a function is to make', 'SELECT op FROM TABLE(my_ptf(input => TABLE s, made => DESCRIPTOR(op)))'],
    ['of an alias in ORDER BY', 'SELECT v + 1 AS w FROM s ORDER BY w * 2, s.k'],
    ['of ORDER BY behind a set operation', 'SELECT k AS w FROM s UNION ALL SELECT k FROM d ORDER BY w'],
    ['of a correlated sub-query', 'SELECT 1 FROM d WHERE EXISTS (SELECT 1 FROM o WHERE a = name)'],
    ['of columns that USING made one', 'SELECT k FROM s JOIN d USING (k) JOIN d AS e USING (k)'],
    ['of fields of a row', 'SELECT r.b.c, s.r.a, s.r.b.c FROM s'],
    ['of time units', 'SELECT EXTRACT(HOUR FROM ts), FLOOR(ts TO DAY), TIMESTAMPDIFF(DAY, ts, ts) FROM s'],
    [
      'of pattern variables',
      'SELECT * FROM s MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES LAST(B.v) AS x PATTERN (A B) DEFINE B AS B.v > A.v)',
    ],
  ];
  for (const [title, sql] of cases) {
    test(title, () => {
      assert.deepEqual(mentionsOf(sql).names, []);
      assert.deepEqual(mentionsOf(sql).counts, []);
    });
  }

  test('in any lineage fixture that Flink’s planner takes', () => {
    const planned = lineageCases().filter(({ byHand }) => !byHand);
    assert.ok(planned.length > 400);
    for (const { title, sql } of planned) {
      const { tables, names, counts } = analyzeScript({ sql, mentions: true }).mentions!;
      const undeclared = tables.filter(({ declared, use }) => !declared && use !== 'define');

      assert.deepEqual([undeclared, names, counts], [[], [], []], title);
    }
  });
});

describe('counts of columns that differ', () => {
  const cases: readonly [string, string, string, number, number, readonly string[]][] = [
    ['too few for the sink', 'INSERT INTO o SELECT k, v FROM s', 'insert SELECT', 2, 3, ['a', 'b', 'dt']],
    ['too many for the column list', 'INSERT INTO o (a) SELECT k, v FROM s', 'insert SELECT', 2, 1, ['a']],
    [
      'beside a fixed partition',
      `INSERT INTO o PARTITION (dt = '1') SELECT k, v, k FROM s`,
      'insert SELECT',
      3,
      2,
      ['a', 'b'],
    ],
    ['branches', 'SELECT k, v FROM s UNION ALL SELECT k FROM d', 'set SELECT', 1, 2, ['k', 'v']],
    ['names of an alias', 'SELECT 1 FROM d AS x (a)', 'columns a', 1, 2, ['k', 'name']],
    ['names of a CTE', 'WITH c (a, b) AS (SELECT k FROM d) SELECT a FROM c', 'columns a', 2, 1, ['k']],
    ['names of a view', 'CREATE VIEW w (a, b) AS SELECT k FROM d', 'columns a', 2, 1, ['k']],
  ];
  for (const [title, sql, at, given, expected, names] of cases) {
    test(title, () => {
      const text = `${TABLES}${sql}`;
      const found = mentionsOf(sql).counts;

      assert.deepEqual(
        found.map(count => [
          `${count.kind} ${text.slice(count.pos, count.pos + count.length)}`,
          count.given,
          count.expected,
          count.names,
        ]),
        [[at, given, expected, names]],
      );
    });
  }

  test('are not told of columns nobody knows', () => {
    assert.deepEqual(
      mentionsOf('INSERT INTO o SELECT * FROM t; INSERT INTO p SELECT k FROM s; SELECT * FROM t UNION SELECT 1').counts,
      [],
    );
  });
});
