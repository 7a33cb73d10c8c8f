/**
 * Lineage of realistic Flink SQL: every block of test/fixtures/sql is one case, reviewed by hand; those over `tables/` were confirmed by
 * Flink's planner (`bench/lineage-planner.ts`). Each line of valid/ and invalid/ is a statement that Flink's parser takes or refuses.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** `--! tables shop` stands for the definitions in tables/shop.ddl. */
function tablesOf(lines: readonly string[]): string {
  const name = lines.find(line => line.startsWith('--! tables '))?.slice('--! tables '.length);
  return name === undefined ? '' : readFileSync(join(folder, `tables/${name}.ddl`), 'utf8');
}

function readLines(file: string): string[] {
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter(line => line !== '');
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
      sql: `${tablesOf(lines)}${sql}`,
      schemas: schemas === undefined ? {} : JSON.parse(schemas),
      expected: JSON.parse(expected),
    };
  });
}

for (const file of globSync('*.sql', { cwd: folder })) {
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

for (const file of globSync('valid/*.sql', { cwd: folder })) {
  describe(file, () => {
    for (const sql of readLines(file)) {
      test(`takes ${sql}`, () => {
        assert.deepEqual(parseScript({ sql }).errors, []);
      });
    }
  });
}

for (const file of globSync('invalid/*.sql', { cwd: folder })) {
  describe(file, () => {
    for (const sql of readLines(file)) {
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
