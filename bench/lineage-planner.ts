/**
 * The lineage fixtures against Flink's own planner (2.3.0), which knows every type and resolves every name: the tables read, those on
 * the right of FOR SYSTEM_TIME AS OF, and the value sources of each column must be the same. Left out are the cases marked `by hand`.
 * Differences by rule, told apart and not counted as wrong: window_start, window_end and window_time come from the time column and a
 * model's outputs from the columns it is given (the planner gives both no source), a computed column goes by its own name, and an
 * INSERT's columns stay in select order. EXISTS has no value sources.
 * Build the planner first: mvn -q -B -f bench/flink-parser/pom.xml compile. Run: node bench/lineage-planner.ts
 */
import { tokenizeStatement } from '../lineage/sql/lexer.ts';
import { parseScript } from '../lineage/sql/lineage.ts';
import { lineageCases } from '../test/lineage/sql/fixture-cases.ts';
import { askFlink } from './support/oracle-process.ts';

interface Planned {
  readonly columns?: readonly (readonly string[])[];
  readonly tables?: readonly string[];
  readonly temporal?: readonly string[];
  readonly error?: string;
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
      const words = tokens.slice(0, 4).map(token => token.word);
      inSet = inSet ? tokens[0]!.word !== 'END' : /^(EXECUTE|EXPLAIN) STATEMENT SET BEGIN$/.test(words.join(' '));
    }
    at = next;
  }
  return statements;
}

/** The planner sees through computed columns and writes names without backticks. */
const COMPUTED: ReadonlyMap<string, string> = new Map([
  ['sdk_log.rt', 'sdk_log.ev'],
  ['engine.ets', 'engine.ev_ms'],
  ['u.f', 'u.a'],
]);

function asPlanned(sources: readonly string[]): string[] {
  const seen = sources.flatMap(source => {
    const name = plainName(source);
    if (/\.(pt|proc_time)$/.test(name)) return [];
    const [, table, column] = /([^.]+)\.([^.]+)$/.exec(name) ?? [];
    const through = COMPUTED.get(`${table}.${column}`);
    return through === undefined ? [name] : [name.replace(`${table}.${column}`, through)];
  });
  return [...new Set(seen)].sort();
}

function plainName(name: string): string {
  return name.replaceAll('``', '\u0001').replaceAll('`', '').replaceAll('\u0001', '`');
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Columns that have sources, in no order: an INSERT with a column list is planned in the sink's order, the others filled with NULL. */
function filled(columns: readonly (readonly string[])[]): string[] {
  return columns
    .filter(sources => sources.length > 0)
    .map(sources => sources.join(' '))
    .sort();
}

const all = lineageCases();
const cases = all.filter(({ byHand }) => !byHand);
const answers = await askFlink(
  'FlinkPlanner',
  cases.map(({ sql }) => ({ statements: split(sql) })),
);
const counted = { tables: 0, temporal: 0, columns: 0, equal: 0, byRule: 0, whole: 0 };
cases.forEach(({ title, sql }, i) => {
  const planned: Planned = JSON.parse(answers[i]!);
  const ours = parseScript({ sql });
  if (planned.columns === undefined || ours.columns === null) {
    console.log(`no answer: ${title}: ${planned.error ?? 'our columns are open'}`);
    return;
  }
  const names = (found: readonly string[]): string[] => found.map(plainName).sort();
  if (same(names(ours.sources), planned.tables ?? [])) counted.tables++;
  else console.log(`${title}: tables: ours ${names(ours.sources).join(', ')}, Flink ${planned.tables?.join(', ')}`);
  if (same(names(ours.dims), planned.temporal ?? [])) counted.temporal++;
  else console.log(`${title}: temporal: ours ${names(ours.dims).join(', ')}, Flink ${planned.temporal?.join(', ')}`);
  const listed = planned.columns.length !== ours.columns.length || / \([\w`, ]+\)\s+(SELECT|WITH) /.test(sql);
  const reordered = listed && same(filled(ours.columns.map(asPlanned)), filled(planned.columns));
  let wrong = 0;
  ours.columns.forEach((sources, at) => {
    counted.columns++;
    const mine = asPlanned(sources);
    const theirs = planned.columns![at] ?? [];
    if (same(mine, theirs)) counted.equal++;
    else if (reordered || theirs.length === 0) counted.byRule++;
    else {
      wrong++;
      console.log(`${title}: column ${at + 1}: ours ${mine.join(', ')}, Flink ${theirs.join(', ')}`);
    }
  });
  if (wrong === 0) counted.whole++;
});
const { tables, temporal, columns, equal, byRule, whole } = counted;
const share = (part: number, of: number): string => `${part} of ${of} (${((100 * part) / of).toFixed(2)} %)`;
console.log(`${all.length} cases, ${cases.length} asked of the planner, the others reviewed by hand`);
console.log(`tables exact          ${share(tables, cases.length)}  (bar 99.8 %)`);
console.log(`temporal sides        ${share(temporal, cases.length)}  (bar 100 %)`);
console.log(`columns right         ${share(equal + byRule, columns)}, ${byRule} of them by rule  (bar 97 %)`);
console.log(`all columns of a case ${share(whole, cases.length)}  (bar 96 %)`);
