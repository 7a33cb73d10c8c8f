/** Lineage of realistic Flink SQL, and what Flink's parser takes and refuses statement by statement. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseScript } from '../../../lineage/sql/lineage.ts';
import { lineageCases, shortName, statementLines } from './fixture-cases.ts';

const cases = lineageCases();

for (const file of new Set(cases.map(each => each.file))) {
  describe(file, () => {
    for (const { title, sql, schemas, expected } of cases.filter(each => each.file === file)) {
      test(title, () => {
        const found = parseScript({ sql, schemas });

        assert.deepEqual(found.errors, []);
        assert.equal(found.ok, true);
        assert.deepEqual(found.sources.map(shortName), expected.sources);
        assert.deepEqual(found.sink.map(shortName), expected.sink);
        assert.deepEqual(found.dims.map(shortName), expected.dims ?? []);
        assert.deepEqual(found.columns?.map(column => column.map(shortName)) ?? null, expected.columns);
      });
    }
  });
}

for (const { file, statements } of statementLines('valid')) {
  describe(file, () => {
    for (const sql of statements) {
      test(`takes ${sql}`, () => {
        assert.deepEqual(parseScript({ sql }).errors, []);
      });
    }
  });
}

for (const { file, statements } of statementLines('invalid')) {
  describe(file, () => {
    for (const sql of statements) {
      test(`refuses ${sql}`, () => {
        const found = parseScript({ sql });

        assert.equal(found.ok, false);
        assert.equal(found.errors.length, 1);
        const [error] = found.errors;
        assert.equal(error!.line, 1);
        assert.ok(error!.column >= 1 && error!.column <= sql.length + 1, `column ${error!.column}`);
        assert.match(error!.message, /^expected .+, found .+|^nested/);
      });
    }
  });
}
