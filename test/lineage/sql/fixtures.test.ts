/** Lineage of realistic Flink SQL, reviewed by hand: every block of test/fixtures/sql is one case. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { parseScript } from '../../../lineage/sql/lineage.ts';

const folder = join(import.meta.dirname, '../../fixtures/sql');

interface Case {
  readonly title: string;
  readonly sql: string;
  readonly schemas: Record<string, string[]>;
  readonly expected: { sources: string[]; sink: string[]; dims?: string[]; columns: string[][] | null };
}

/** Expectations leave the default catalog and database out: `s` means `default_catalog.default_database.s`. */
function shorten(name: string): string {
  return name.replace(/^default_catalog\.default_database\./, '').replace(/^default_catalog\./, '');
}

function readCases(file: string): Case[] {
  const blocks = readFileSync(join(folder, file), 'utf8').split(/^--# /m).slice(1);
  return blocks.map(block => {
    const lines = block.split('\n');
    const schemas = lines.find(line => line.startsWith('--! schemas '))?.slice('--! schemas '.length);
    const expected = lines.find(line => line.startsWith('--> '))?.slice(4);
    assert.ok(expected, `${file}: "${lines[0]}" has no expectation`);
    const sql = lines
      .slice(1)
      .filter(line => !line.startsWith('--!') && !line.startsWith('-->'))
      .join('\n');
    return {
      title: lines[0]!,
      sql,
      schemas: schemas === undefined ? {} : JSON.parse(schemas),
      expected: JSON.parse(expected),
    };
  });
}

for (const file of globSync('*.sql', { cwd: folder }).filter(name => basename(name) !== 'invalid.sql')) {
  describe(file, () => {
    for (const { title, sql, schemas, expected } of readCases(file)) {
      test(title, () => {
        const found = parseScript({ sql, schemas });

        assert.deepEqual(found.errors, []);
        assert.equal(found.ok, true);
        assert.deepEqual(found.sources.map(shorten), expected.sources);
        assert.deepEqual(found.sink.map(shorten), expected.sink);
        assert.deepEqual(found.dims.map(shorten), expected.dims ?? []);
        assert.deepEqual(found.columns?.map(column => column.map(shorten)) ?? null, expected.columns);
      });
    }
  });
}

describe('invalid.sql', () => {
  for (const sql of readFileSync(join(folder, 'invalid.sql'), 'utf8')
    .split('\n')
    .filter(line => line !== '')) {
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
