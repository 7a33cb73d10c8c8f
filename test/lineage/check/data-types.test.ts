import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { castOf, typeText } from '../../../lineage/check/data-types.ts';
import type { DataType } from '../../../lineage/sql/ast.ts';
import { parseStatements } from '../../../lineage/sql/parser.ts';

function typeOf(text: string): DataType {
  const [create] = parseStatements(`CREATE TABLE t (x ${text})`).statements;
  const type = create?.kind === 'create-table' ? create.columns[0]?.type : null;
  assert.ok(type, text);
  return type;
}

describe('a type', () => {
  // Right: as `Column.getDataType()` of Flink 2.3.0 shows it.
  const CASES: readonly (readonly [written: string, shown: string])[] = [
    ['VARCHAR', 'STRING'],
    ['VARBINARY', 'BYTES'],
    ['CHAR', 'CHAR(1)'],
    ['DECIMAL', 'DECIMAL(10, 0)'],
    ['DEC', 'DECIMAL(10, 0)'],
    ['NUMERIC(5)', 'DECIMAL(5, 0)'],
    ['TIMESTAMP', 'TIMESTAMP(6)'],
    ['TIMESTAMP(3) WITHOUT TIME ZONE', 'TIMESTAMP(3)'],
    ['TIMESTAMP(3) WITH LOCAL TIME ZONE', 'TIMESTAMP_LTZ(3)'],
    ['TIMESTAMP_LTZ', 'TIMESTAMP_LTZ(6)'],
    ['TIME', 'TIME(0)'],
    ['TIME(3)', 'TIME(3)'],
    ['BINARY', 'BINARY(1)'],
    ['CHAR VARYING(3)', 'VARCHAR(3)'],
    ['DOUBLE PRECISION', 'DOUBLE'],
    ['INT ARRAY', 'ARRAY<INT>'],
    ['ROW<a INTEGER NOT NULL, b VARCHAR(3)>', 'ROW<a INT, b VARCHAR(3)>'],
    ['MAP<STRING, NUMERIC(4, 1)>', 'MAP<STRING, DECIMAL(4, 1)>'],
  ];
  for (const [written, shown] of CASES)
    it(`${written} is ${shown}`, () => assert.equal(typeText(typeOf(written)), shown));
});

describe('an implicit cast', () => {
  const file = new URL('../../fixtures/flink/implicit-casts-2.3.0.tsv', import.meta.url);
  const pairs = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => line.split('\t') as [from: string, to: string, verdict: string]);

  it("is refused where Flink's planner refuses it, and nowhere else", () => {
    assert.equal(pairs.length, 1600);
    const wrong = pairs.filter(
      ([from, to, verdict]) => (castOf(typeOf(from), typeOf(to)).kind === 'refused') !== (verdict === 'refuses'),
    );
    assert.deepEqual(wrong, []);
  });

  const CASES: readonly (readonly [from: string, to: string, kind: string, why?: RegExp])[] = [
    ['VARCHAR(200)', 'VARCHAR(20)', 'loses', /longer than 20 is cut off/],
    ['VARCHAR(20)', 'VARCHAR(200)', 'fits'],
    ['CHAR(5)', 'VARCHAR(5)', 'fits'],
    ['CHAR(5)', 'VARCHAR(3)', 'loses', /longer than 3/],
    ['BYTES', 'VARBINARY(5)', 'loses', /longer than 5/],
    ['DECIMAL(18, 2)', 'DECIMAL(10, 2)', 'loses', /too large becomes NULL/],
    ['DECIMAL(18, 4)', 'DECIMAL(18, 2)', 'loses', /rounded to 2 decimal places/],
    ['DECIMAL(10, 2)', 'DECIMAL(18, 2)', 'fits'],
    ['DECIMAL(10, 2)', 'DECIMAL(11, 4)', 'loses', /NULL/],
    ['INT', 'DECIMAL(10, 0)', 'fits'],
    ['BIGINT', 'DECIMAL(10, 0)', 'loses', /NULL/],
    ['BIGINT', 'DECIMAL(19, 0)', 'fits'],
    ['DOUBLE', 'DECIMAL(10, 2)', 'loses', /rounded to 2 .* NULL/],
    ['TIMESTAMP(6)', 'TIMESTAMP(3)', 'loses', /3 digits are left/],
    ['TIMESTAMP(3)', 'TIMESTAMP(6)', 'fits'],
    ['TIMESTAMP(3)', 'TIMESTAMP_LTZ(3)', 'converts'],
    ['TIMESTAMP(6)', 'TIMESTAMP_LTZ(3)', 'loses', /3 digits are left/],
    ['TIMESTAMP(3)', 'DATE', 'loses', /time of day/],
    ['BIGINT', 'DOUBLE', 'converts'],
    ['STRING', 'STRING', 'same'],
    ['ROW<a VARCHAR(9), b INT>', 'ROW<x VARCHAR(5), y BIGINT>', 'loses', /longer than 5/],
    ['ROW<a INT>', 'ROW<a INT, b INT>', 'refused'],
    ['MY_TYPE', 'INT', 'unknown'],
    ['ARRAY<MY_TYPE>', 'ARRAY<INT>', 'unknown'],
  ];
  for (const [from, to, kind, why] of CASES) {
    it(`from ${from} to ${to}: ${kind}`, () => {
      const cast = castOf(typeOf(from), typeOf(to));
      assert.equal(cast.kind, kind);
      if (why !== undefined) assert.match(cast.kind === 'loses' ? cast.why : '', why);
    });
  }
});
