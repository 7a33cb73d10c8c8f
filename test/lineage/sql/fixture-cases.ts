/**
 * The cases of test/fixtures/sql: `--# title`, then marks, the expected answer behind `-->`, the script. Marks: `--! tables shop` puts the
 * definitions of tables/shop.ddl in front; `--! schemas {…}` gives schemas; `--! by hand` says that Flink's planner cannot answer the
 * case (tables nobody declared, what 2.3 does not run) and it was reviewed by hand; it confirmed all the others (`bench/lineage-planner.ts`).
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../fixtures/sql');

/** Names leave the default catalog and database out: `s` means `default_catalog.default_database.s`. */
export interface Expected {
  readonly sources: readonly string[];
  readonly sink: readonly string[];
  readonly dims?: readonly string[];
  readonly columns: readonly (readonly string[])[] | null;
}

export interface LineageCase {
  readonly file: string;
  readonly title: string;
  readonly sql: string;
  readonly schemas: Readonly<Record<string, readonly string[]>>;
  readonly byHand: boolean;
  readonly expected: Expected;
}

/** Every case, file by file. */
export function lineageCases(): LineageCase[] {
  return globSync('*.sql', { cwd: FOLDER }).sort().flatMap(readCases);
}

/** The statements of valid/ or invalid/, one a line, by file. */
export function statementLines(
  kind: 'valid' | 'invalid',
): { readonly file: string; readonly statements: readonly string[] }[] {
  return globSync(`${kind}/*.sql`, { cwd: FOLDER })
    .sort()
    .map(file => ({
      file,
      statements: readFileSync(join(FOLDER, file), 'utf8')
        .split('\n')
        .filter(line => line !== ''),
    }));
}

/** A name as expectations write it. */
export function shortName(name: string): string {
  return name.replace(/^default_catalog\.default_database\./, '').replace(/^default_catalog\./, '');
}

function readCases(file: string): LineageCase[] {
  const blocks = readFileSync(join(FOLDER, file), 'utf8').split(/^--# /m).slice(1);
  return blocks.map(block => {
    const lines = block.split('\n');
    const mark = (name: string): string | undefined =>
      lines.find(line => line.startsWith(`--! ${name}`))?.slice(`--! ${name} `.length);
    const [schemas, tables] = [mark('schemas'), mark('tables')];
    const expected = lines.find(line => line.startsWith('--> '))?.slice(4);
    assert.ok(expected, `${file}: "${lines[0]}" has no expectation`);
    const own = lines.slice(1).filter(line => !line.startsWith('--!') && !line.startsWith('-->'));
    const definitions = tables === undefined ? '' : readFileSync(join(FOLDER, `tables/${tables}.ddl`), 'utf8');
    return {
      file,
      title: lines[0]!,
      sql: `${definitions}${own.join('\n')}`,
      schemas: schemas === undefined ? {} : JSON.parse(schemas),
      byHand: mark('by hand') !== undefined,
      expected: JSON.parse(expected),
    };
  });
}
