import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseScript } from '../../../lineage/sql/lineage.ts';
import { analyzeScript } from '../../../lineage/sql/script.ts';

/** `count` pieces of a script, one after the other. */
function many(count: number, piece: (i: number) => string, separator = ''): string {
  return Array.from({ length: count }, (_, i) => piece(i)).join(separator);
}

const TOO_MUCH = /multiply to more than 600,000 columns and tables/;

describe('a script full of mistakes', () => {
  const CASES: readonly (readonly [title: string, broken: (i: number) => string])[] = [
    ['of one text', () => 'SELEC;'],
    ['no statement begins with', i => `x${i};`],
    ['that begin like a statement', i => `SELECT a${i},;`],
    ['in brackets', () => '(;'],
  ];
  for (const [title, broken] of CASES) {
    it(`lists a thousand ${title} and counts the rest, and the statements between them keep their lineage`, () => {
      const half = many(1500, broken, '\n');
      const { errors, sources, sink, ok } = parseScript({
        sql: `INSERT INTO s1 SELECT a FROM t1;\n${half}\nINSERT INTO s2 SELECT a FROM t2;\n${half}\nINSERT INTO s3 SELECT a FROM t3`,
      });
      const at = (name: string): string => `default_catalog.default_database.${name}`;
      assert.equal(ok, false);
      assert.deepEqual(sources, ['t1', 't2', 't3'].map(at));
      assert.deepEqual(sink, ['s1', 's2', 's3'].map(at));
      assert.equal(errors.length, 1001);
      assert.deepEqual([errors[0]?.line, errors[999]?.line, errors[1000]?.line], [2, 1001, 1002]);
      assert.equal(errors[1000]?.message, '2,000 more errors from here on are not listed');
      assert.ok(errors.every(({ message }) => message !== ''));
    });
  }

  it('keeps the tables of statements behind the listed errors', () => {
    const { statements } = analyzeScript({ sql: many(1200, i => `INSERT INTO s${i} SELECT , FROM t${i % 2};`) });
    assert.equal(statements.length, 1200);
    assert.deepEqual([statements[1199]?.partial, statements[1199]?.reads[0]?.byName], [true, 't1']);
    assert.equal(statements[1199]?.sinks[0]?.byName, 's1199');
  });
});

describe('a script whose views and joins multiply', () => {
  const CASES: readonly (readonly [title: string, sql: string])[] = [
    [
      'views of views of one more table each',
      `${many(
        4000,
        i => `CREATE VIEW v${i} AS SELECT x.a, y.b FROM ${i === 0 ? 't' : `v${i - 1}`} x JOIN t${i} y ON x.a = y.a;`,
      )}INSERT INTO big SELECT * FROM v3999;`,
    ],
    [
      'views of one more column each',
      `${many(
        4000,
        i => `CREATE TABLE t${i} (a INT);CREATE VIEW v${i} AS SELECT * FROM ${i === 0 ? 't0' : `v${i - 1}`}, t${i};`,
      )}INSERT INTO big SELECT * FROM v3999;`,
    ],
    [
      'a wide table crossed with itself',
      `CREATE TABLE t (${many(1000, i => `c${i} INT`, ',')});INSERT INTO big SELECT * FROM t${',t'.repeat(2000)};`,
    ],
    [
      'a sum of sums',
      `CREATE TABLE t (${many(1000, i => `c${i} INT`, ',')});CREATE VIEW v AS SELECT ${many(1000, i => `c${i}`, '+')} a FROM t;INSERT INTO big SELECT ${many(2000, () => 'a', '+')} FROM v;`,
    ],
    [
      'a table pivoted by too much',
      `INSERT INTO big SELECT * FROM t PIVOT (${many(100, i => `SUM(a) AS s${i}`, ',')} FOR x IN (${many(10_000, i => `${i}`, ',')}));`,
    ],
    [
      'a table changed over and over',
      `CREATE TABLE t (a INT) WITH ('c' = 'd');${many(3000, i => `ALTER TABLE t SET ('k${i}' = 'v');`)}INSERT INTO big SELECT a FROM t;`,
    ],
    [
      'tables like tables',
      `CREATE TABLE t0 (a INT);${many(3000, i => `CREATE TABLE t${i + 1} (a${i} INT) LIKE t${i};`)}INSERT INTO big SELECT * FROM t3000;`,
    ],
  ];
  for (const [title, sql] of CASES) {
    it(`says so of ${title}, and what comes behind keeps its lineage`, () => {
      const { errors, statements } = analyzeScript({ sql: `${sql}\nINSERT INTO small SELECT d, e FROM small_source` });
      assert.match(errors[0]?.message ?? '', TOO_MUCH);
      const big = statements.find(({ sinks }) => sinks[0]?.byName === 'big');
      assert.deepEqual([big?.partial, big?.columns], [true, null]);
      const last = statements.at(-1);
      assert.deepEqual(
        [last?.partial, last?.sinks[0]?.byName, last?.reads[0]?.byName],
        [false, 'small', 'small_source'],
      );
      assert.deepEqual(
        last?.outputs?.map(({ name }) => name),
        ['d', 'e'],
      );
    });
  }

  it('takes nothing for a table that is a view too much to be read', () => {
    const views = many(
      4000,
      i => `CREATE VIEW v${i} AS SELECT x.a FROM ${i === 0 ? 't' : `v${i - 1}`} x JOIN t${i} y ON x.a = y.a;`,
    );
    const { errors, sources } = parseScript({ sql: `${views}INSERT INTO s SELECT * FROM v1999` });
    assert.match(errors[0]?.message ?? '', TOO_MUCH);
    assert.equal(errors.length, 101);
    assert.match(errors.at(-1)?.message ?? '', /^[0-9,]+ more statements from here on are too much/);
    assert.deepEqual(sources, []);
  });
});

describe('a script that is only long', () => {
  it('has views on top of eight thousand others', () => {
    const { errors, sources, columns } = parseScript({
      sql: `CREATE TABLE t (a INT, b INT);${many(8000, i => `CREATE VIEW v${i} AS SELECT * FROM ${i === 0 ? 't' : `v${i - 1}`};`)}INSERT INTO s SELECT b FROM v7999`,
    });
    assert.deepEqual(errors, []);
    assert.deepEqual(sources, ['default_catalog.default_database.t']);
    assert.deepEqual(columns, [['default_catalog.default_database.t.b']]);
  });

  it('has a table of twenty thousand columns', () => {
    const { errors, columns } = parseScript({
      sql: `CREATE TABLE t (${many(20_000, i => `c${i} INT`, ',')});INSERT INTO s SELECT * FROM t`,
    });
    assert.deepEqual(errors, []);
    assert.equal(columns?.length, 20_000);
    assert.deepEqual(columns?.at(-1), ['default_catalog.default_database.t.c19999']);
  });

  it('gives columns of one name the numbers Flink gives them', () => {
    const { outputs } = analyzeScript({ sql: `SELECT * FROM ${many(300, i => `(SELECT 1 AS a) x${i}`, ',')}` })
      .statements[0]!;
    assert.deepEqual(
      outputs?.slice(0, 3).map(({ name }) => name),
      ['a', 'a0', 'a1'],
    );
    assert.equal(outputs?.at(-1)?.name, 'a298');
  });
});

describe('a statement that could not be read', () => {
  it('keeps the tables behind a view it names, and no CTE of its own', () => {
    const { statements } = analyzeScript({
      sql: `CREATE VIEW v AS SELECT a FROM base;
INSERT INTO s WITH c AS (SELECT a FROM v), d (x) AS (SELECT a FROM t) SELECT , FROM c JOIN d ON c.a = d.x JOIN db.c ON 1 = 1`,
    });
    assert.deepEqual(
      statements.map(({ partial }) => partial),
      [true],
    );
    assert.deepEqual(
      statements[0]?.reads.map(({ byName }) => byName),
      ['base', 't', 'db.c'],
    );
  });
});
