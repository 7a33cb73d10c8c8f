/**
 * The lineage fixtures over test/fixtures/sql/tables against Flink's own planner, which knows every type and resolves every name: value
 * sources of each column must be the same. Three differences are by rule and not counted: window_start, window_end and window_time come
 * from the time column (the planner gives them no source), a computed column goes by its own name, and an INSERT's columns stay in select
 * order. Build the planner first: mvn -q -B -f bench/flink-parser/pom.xml compile. Run: node bench/lineage-planner.ts
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenizeStatement } from '../lineage/sql/lexer.ts';
import { parseScript } from '../lineage/sql/lineage.ts';
import { askFlink } from './support/oracle-process.ts';

const FOLDER = join(import.meta.dirname, '../test/fixtures/sql');

interface Case {
  readonly title: string;
  readonly sql: string;
}

function readCases(file: string): Case[] {
  const blocks = readFileSync(join(FOLDER, file), 'utf8').split(/^--# /m).slice(1);
  return blocks.flatMap(block => {
    const lines = block.split('\n');
    const tables = lines.find(line => line.startsWith('--! tables '))?.slice('--! tables '.length);
    if (tables === undefined) return [];
    const sql = lines.slice(1).filter(line => !line.startsWith('--!') && !line.startsWith('-->'));
    return [
      { title: lines[0]!, sql: `${readFileSync(join(FOLDER, `tables/${tables}.ddl`), 'utf8')}${sql.join('\n')}` },
    ];
  });
}

/** The script's statements; a statement set is one. */
function split(sql: string): string[] {
  const statements: string[] = [];
  let inSet = false;
  for (let at = 0; at < sql.length; ) {
    const { tokens, next } = tokenizeStatement(sql, at);
    if (tokens.length > 1) {
      const text = sql.slice(at, tokens.at(-1)!.pos).trim();
      if (inSet) statements.push(`${statements.pop()}; ${text}`);
      else statements.push(text);
      inSet = inSet
        ? tokens[0]!.word !== 'END'
        : tokens
            .slice(0, 4)
            .map(token => token.word)
            .join(' ') === 'EXECUTE STATEMENT SET BEGIN';
    }
    at = next;
  }
  return statements;
}

/** Computed columns of the tables, as the planner sees through them. */
function throughComputed(sources: readonly string[]): string[] {
  const bare = sources.flatMap(source =>
    source.endsWith('.pt') ? [] : [source.replace(/\.sdk_log\.rt$/, '.sdk_log.ev')],
  );
  return [...new Set(bare)].sort();
}

const cases = globSync('*.sql', { cwd: FOLDER }).flatMap(readCases);
const answers = await askFlink(
  'FlinkPlanner',
  cases.map(({ sql }) => ({ statements: split(sql) })),
);
let columns = 0;
let equal = 0;
let byRule = 0;
cases.forEach(({ title, sql }, i) => {
  const planned: { readonly columns?: readonly (readonly string[])[]; readonly error?: string } = JSON.parse(
    answers[i]!,
  );
  const ours = parseScript({ sql }).columns;
  if (planned.columns === undefined || ours === null) {
    console.log(`no answer: ${title}: ${planned.error ?? 'our columns are open'}`);
    return;
  }
  const reordered = planned.columns.length !== ours.length || / \(\w+, \w+\) SELECT /.test(sql);
  ours.forEach((sources, at) => {
    columns++;
    const mine = throughComputed(sources);
    const theirs = planned.columns![at] ?? [];
    if (JSON.stringify(mine) === JSON.stringify(theirs)) equal++;
    else if (reordered || theirs.length === 0) byRule++;
    else console.log(`${title}: column ${at + 1}: ours ${mine.join(', ')}, Flink ${theirs.join(', ')}`);
  });
});
console.log(
  `${cases.length} statements, ${columns} columns: ${equal} equal, ${byRule} different by rule, ${columns - equal - byRule} wrong`,
);
