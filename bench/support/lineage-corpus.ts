/** How the corpus of test/fixtures/sql and very large statements are answered. */
import { parseScript } from '../../lineage/sql/lineage.ts';
import { analyzeScript } from '../../lineage/sql/script.ts';
import { lineageCases, shortName, statementLines } from '../../test/lineage/sql/fixture-cases.ts';

/** Prints each bar of the corpus. */
export function reportCorpus(): void {
  const cases = lineageCases();
  const valid = statementLines('valid').flatMap(({ statements }) => statements);
  const invalid = statementLines('invalid').flatMap(({ statements }) => statements);
  const counted = { read: 0, tables: 0, dims: 0, withDims: 0, columns: 0, right: 0, whole: 0, columnCases: 0 };
  for (const { sql, schemas, expected } of cases) {
    const found = parseScript({ sql, schemas });
    if (found.ok) counted.read++;
    if (same(names(found.sources), expected.sources) && same(names(found.sink), expected.sink)) counted.tables++;
    if (expected.dims !== undefined) counted.withDims++;
    if (expected.dims !== undefined && same(names(found.dims), expected.dims)) counted.dims++;
    if (expected.columns === null) continue;
    counted.columnCases++;
    const right = expected.columns.filter((sources, i) => same(names(found.columns?.[i] ?? ['?']), sources)).length;
    counted.columns += expected.columns.length;
    counted.right += right;
    if (right === expected.columns.length) counted.whole++;
  }
  const accepted = (texts: readonly string[]): number => texts.filter(sql => parseScript({ sql }).ok).length;
  row('valid statements read', accepted(valid), valid.length, '99.5 %');
  row('invalid statements refused', invalid.length - accepted(invalid), invalid.length, '100 % of 200');
  row('lineage cases read', counted.read, cases.length, '99 %');
  row('tables exact', counted.tables, cases.length, '99.8 %');
  row('temporal sides', counted.dims, counted.withDims, '100 %');
  row('columns right', counted.right, counted.columns, '97 %');
  row('all columns of a case right', counted.whole, counted.columnCases, '96 %');
  console.log(`${'memory'.padEnd(35)} ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
}

function names(found: readonly string[]): string[] {
  return found.map(shortName);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function row(title: string, part: number, of: number, bar: string): void {
  console.log(`${title.padEnd(35)} ${part} of ${of} (${((100 * part) / of).toFixed(2)} %)  (bar ${bar})`);
}

function many(count: number, piece: (i: number) => string, separator = ''): string {
  return Array.from({ length: count }, (_, i) => piece(i)).join(separator);
}

/** What nobody writes and must be answered all the same. */
const COLUMNS = Array.from({ length: 40_000 }, (_, i) => `CAST(c${i} AS BIGINT) AS d${i}`).join(', ');
const LARGE: readonly [string, string][] = [
  ['1 MB of columns', `INSERT INTO o SELECT ${COLUMNS} FROM t`],
  ['1 MB of unions', Array.from({ length: 33_000 }, (_, i) => `SELECT a, b, ${i} FROM t${i}`).join(' UNION ALL ')],
  ['1 MB of ANDs', `SELECT a FROM t WHERE ${Array.from({ length: 80_000 }, (_, i) => `c${i} = ${i}`).join(' AND ')}`],
  ['1 MB of text in one literal', `SELECT '${'x'.repeat(1_000_000)}' FROM t`],
  ['1 MB of open quotes', `SELECT ${"'x' ; ".repeat(170_000)}'`],
  ['10,000 parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)} FROM t`],
  ['10,000 sub-queries', `SELECT * FROM ${'(SELECT * FROM '.repeat(10_000)}t${')'.repeat(10_000)}`],
  ['10,000 functions', `SELECT ${'f('.repeat(10_000)}1${')'.repeat(10_000)} FROM t`],
  ['10,000 CASE', `SELECT ${'CASE WHEN a THEN '.repeat(10_000)}1${' END'.repeat(10_000)} FROM t`],
  ['10,000 types', `CREATE TABLE t (a ${'ARRAY<'.repeat(10_000)}INT${'>'.repeat(10_000)})`],
  [
    '2,500 joins',
    `SELECT t0.a FROM t0 ${Array.from({ length: 2500 }, (_, i) => `JOIN t${i + 1} ON t${i}.k = t${i + 1}.k`).join(' ')}`,
  ],
  [
    '1 MB of joins',
    `SELECT a FROM t ${Array.from({ length: 40_000 }, (_, i) => `JOIN u${i} ON t.k = u${i}.k`).join(' ')}`,
  ],
  [
    '1 MB of CTEs',
    `WITH c0 AS (SELECT a FROM t), ${Array.from({ length: 30_000 }, (_, i) => `c${i + 1} AS (SELECT a FROM c${i})`).join(', ')} SELECT a FROM c30000`,
  ],
  ['10,000 open parentheses', `SELECT * FROM ${'('.repeat(10_000)}`],
  ['170,000 broken statements', 'SELEC;'.repeat(170_000)],
  ['75,000 different broken ones', many(75_000, i => `SELECT a${i},;`)],
  [
    '8,000 views on each other',
    many(8000, i => `CREATE VIEW v${i} AS SELECT a, b FROM ${i === 0 ? 't' : `v${i - 1}`};`),
  ],
  [
    '8,000 views of a table more each',
    many(8000, i => `CREATE VIEW v${i} AS SELECT x.a FROM ${i === 0 ? 't' : `v${i - 1}`} x JOIN t${i} y ON x.a = y.a;`),
  ],
  ['20,000 columns', `CREATE TABLE t (${many(20_000, i => `c${i} INT`, ',')}); INSERT INTO s SELECT * FROM t`],
  ['36,000 ALTERs', `CREATE TABLE t (a INT);${many(36_000, i => `ALTER TABLE t ADD c${i} INT;`)}`],
  ['18,000 LIKEs', `CREATE TABLE t0 (a INT);${many(18_000, i => `CREATE TABLE t${i + 1} (a${i} INT) LIKE t${i};`)}`],
];

/** Prints what each of them takes. */
export function reportLarge(): void {
  for (const [title, sql] of LARGE) {
    const before = process.cpuUsage();
    const { errors } = analyzeScript({ sql });
    const ms = process.cpuUsage(before).user / 1000;
    console.log(
      `${title.padEnd(35)} ${ms.toFixed(0).padStart(5)} ms of CPU  ${errors[0]?.message ?? 'read'}  (bar 1,000 ms)`,
    );
  }
}
