/** A broken statement never changes the lineage of the others, and nothing a user can write takes the parser down. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseScript } from '../../../lineage/sql/lineage.ts';
import { analyzeScript } from '../../../lineage/sql/script.ts';
import { statementLines } from './fixture-cases.ts';

const invalid = statementLines('invalid')
  .flatMap(({ statements }) => statements)
  // An open comment takes everything behind it along, in any SQL.
  .filter(line => !line.includes('/*') && line !== 'USE');

const good = [
  `INSERT INTO o1 SELECT a, 'x;y' FROM s1 WHERE k = 'v'`,
  'INSERT INTO o2 SELECT b FROM s2 JOIN d FOR SYSTEM_TIME AS OF s2.pt ON s2.k = d.k',
  `INSERT INTO o3 SELECT c FROM s3 WHERE c = 'it''s'`,
];

describe('recovery', () => {
  const clean = parseScript({ sql: good.join(';\n') });

  for (const broken of invalid) {
    test(`the others stay as they are around: ${broken}`, () => {
      for (let at = 0; at < good.length; at++) {
        const sql = [...good.slice(0, at), broken, ...good.slice(at)].join(';\n');
        const found = parseScript({ sql });

        assert.equal(found.ok, false);
        assert.deepEqual({ ...found, ok: true, errors: [] }, clean);
      }
    });
  }

  test('the tables of a broken statement are kept and marked', () => {
    const { statements } = analyzeScript({ sql: 'INSERT INTO o SELECT a,, b FROM dw.s JOIN `dw.t` ON; SELECT 1' });

    const [broken] = statements;
    assert.equal(broken!.partial, true);
    assert.deepEqual(
      broken!.reads.map(read => read.byName),
      ['dw.s', 'dw.t'],
    );
    assert.deepEqual(
      broken!.sinks.map(sink => sink.byName),
      ['o'],
    );
  });

  test('an error names line, column, what was expected and what was found', () => {
    const { errors } = parseScript({ sql: 'SELECT 1;\nINSERT INTO t\n  SELECT a FROM WHERE x = 1;' });

    assert.deepEqual(errors, [{ line: 3, column: 17, message: 'expected a table, found "WHERE"' }]);
  });

  test('an END that is missing and one too many are errors without loss', () => {
    for (const sql of [
      'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT x FROM b;',
      'INSERT INTO a SELECT x FROM b; END;',
    ]) {
      const found = parseScript({ sql });

      assert.equal(found.ok, false);
      assert.equal(found.errors.length, 1);
      assert.equal(found.sink.length, 1);
    }
  });
});

describe('bounds', () => {
  const deep: readonly [string, string][] = [
    ['parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['sub-queries', `SELECT * FROM ${'(SELECT * FROM '.repeat(10_000)}t${')'.repeat(10_000)}`],
    ['NOT', `SELECT ${'NOT '.repeat(10_000)}a FROM t`],
    ['CASE', `SELECT ${'CASE WHEN a THEN '.repeat(10_000)}1${' END'.repeat(10_000)} FROM t`],
    ['types', `SELECT CAST(a AS ${'ARRAY<'.repeat(10_000)}INT${'>'.repeat(10_000)}) FROM t`],
    ['ARRAY types', `CREATE TABLE t (a ${'ARRAY<'.repeat(10_000)}INT${'>'.repeat(10_000)})`],
  ];
  for (const [what, sql] of deep) {
    test(`10,000 levels of ${what} are an error`, () => {
      assert.match(parseScript({ sql }).errors[0]!.message, /nested deeper/);
    });
  }

  const long: readonly [string, string][] = [
    ['operands', `SELECT a${' + a - 1'.repeat(10_000)} FROM t`],
    ['conditions', `SELECT a FROM t WHERE x = 1${' AND y = 2 OR z = 3'.repeat(10_000)}`],
    ['branches', `SELECT a FROM t${' UNION ALL SELECT a FROM t'.repeat(10_000)}`],
    ['joins', `SELECT t.a FROM t${' JOIN u ON t.k = u.k'.repeat(2_000)}`],
    ['subscripts', `SELECT a${'[1]'.repeat(10_000)} FROM t`],
  ];
  for (const [what, sql] of long) {
    test(`thousands of ${what} in a row are fine`, () => {
      const found = parseScript({ sql });

      assert.deepEqual(found.errors, []);
      assert.deepEqual(found.columns, [['default_catalog.default_database.t.a']]);
    });
  }

  test('CTEs that name each other twice are analysed once each', () => {
    const ctes = Array.from(
      { length: 60 },
      (_, i) => `c${i + 1} AS (SELECT l.x FROM c${i} l JOIN c${i} r ON l.x = r.x)`,
    );

    const found = parseScript({ sql: `WITH c0 AS (SELECT x FROM t), ${ctes.join(', ')} SELECT x FROM c60` });

    assert.deepEqual(found.columns, [['default_catalog.default_database.t.x']]);
  });

  test('no text throws, and errors point into it', () => {
    const words = fc.constantFrom(
      ..."SELECT FROM WHERE ( ) , ; ' ` . * = INSERT INTO t a 1 WITH AS JOIN ON CASE END CREATE TABLE VIEW /*+ */ /* -- \n BEGIN STATEMENT SET TUMBLE DESCRIPTOR INTERVAL MINUTE".split(
        ' ',
      ),
    );
    const text = fc.oneof(
      fc.array(words, { maxLength: 40 }).map(list => list.join(' ')),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
    );
    fc.assert(
      fc.property(text, sql => {
        const found = parseScript({ sql });
        const lines = sql.split('\n');
        for (const { line, column } of found.errors) {
          assert.ok(line >= 1 && line <= lines.length);
          assert.ok(column >= 1 && column <= lines[line - 1]!.length + 1);
        }
        assert.equal(found.ok, found.errors.length === 0);
      }),
      { numRuns: 500 },
    );
  });

  test('upper and lower case, blanks and comments between tokens never change the answer', () => {
    const sql =
      'SELECT s . a , COUNT ( * ) AS n FROM s LEFT JOIN d FOR SYSTEM_TIME AS OF s . pt ON s . k = d . k WHERE s . x IS NOT NULL GROUP BY s . a';
    const expected = parseScript({ sql });
    const keywords = /^(SELECT|COUNT|AS|FROM|LEFT|JOIN|FOR|SYSTEM_TIME|OF|ON|WHERE|IS|NOT|NULL|GROUP|BY)$/;
    const gap = fc.constantFrom(' ', '\n', '\t', ' /* ; */ ', ' -- x\n', ' // y\n');
    const tokens = sql.split(' ');
    fc.assert(
      fc.property(
        fc.array(gap, { minLength: tokens.length, maxLength: tokens.length }),
        fc.func(fc.boolean()),
        (gaps, lower) => {
          const text = tokens
            .map((token, i) => (keywords.test(token) && lower(i) ? token.toLowerCase() : token) + gaps[i])
            .join('');
          assert.deepEqual(parseScript({ sql: text }), expected);
        },
      ),
    );
  });
});
