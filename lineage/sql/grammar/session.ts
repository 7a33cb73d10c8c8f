/** Statements of a session that have no lineage: SHOW, DESCRIBE, ADD JAR, ANALYZE, …; SET and USE change how the rest is read. */
import type { Cursor } from '../cursor.ts';
import type { Statement } from '../statement-ast.ts';
import { partitionSpec, properties } from './ddl.ts';

type Rule = (c: Cursor) => void;

/** By first word; each stands behind it. */
const COMMANDS: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['SHOW', show],
  [
    'LOAD',
    c => {
      c.expect('MODULE');
      c.ident('a module');
      if (c.accept('WITH')) properties(c);
    },
  ],
  [
    'UNLOAD',
    c => {
      c.expect('MODULE');
      c.ident('a module');
    },
  ],
  ['ADD', jar],
  ['REMOVE', jar],
  ['ANALYZE', analyze],
  ['STOP', stopJob],
  // Commands of the SQL client.
  ...['QUIT', 'EXIT', 'CLEAR', 'HELP'].map(word => [word, () => {}] as const),
]);

export function isCommand(word: string): boolean {
  return COMMANDS.has(word);
}

/** A statement without lineage; its text must still be right. */
export function command(c: Cursor): Statement {
  const { pos, word } = c.token;
  const rule = COMMANDS.get(word);
  if (rule === undefined) return c.fail('a statement');
  c.next();
  rule(c);
  return { kind: 'other', pos, verb: word };
}

/** Stands at USE. */
export function use(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('USE');
  if (c.accept('MODULES')) {
    c.list(inner => inner.ident('a module'));
    return { kind: 'other', pos, verb: 'USE' };
  }
  if (c.accept('CATALOG')) return { kind: 'use', pos, what: 'catalog', name: [c.ident('a catalog')] };
  return { kind: 'use', pos, what: 'database', name: c.name('a database') };
}

/** `SET`, `SET 'key' = 'value'`, `RESET 'key'`; the SQL client also takes both unquoted. */
export function setOption(c: Cursor): Statement {
  const pos = c.pos;
  const verb = c.next().word;
  if (c.ended()) return { kind: 'set', pos, key: null, value: null };
  if (c.atString()) {
    const key = c.stringLiteral('a key');
    if (verb === 'RESET') return { kind: 'set', pos, key, value: null };
    c.expect('=');
    return { kind: 'set', pos, key, value: c.atString() ? c.stringLiteral('a value') : bareValue(c) };
  }
  const key = bareKey(c);
  if (verb === 'RESET') return { kind: 'set', pos, key, value: null };
  c.expect('=');
  return { kind: 'set', pos, key, value: bareValue(c) };
}

function bareKey(c: Cursor): string {
  let key = c.anyIdent('a key').text;
  while (c.at('.') || c.at('-')) key += c.next().text + c.anyIdent('a key').text;
  return key;
}

/** Everything up to the end: `true`, `1 min`, `hdfs://…`. */
function bareValue(c: Cursor): string {
  if (c.ended() || c.at('=')) c.fail('a value');
  let value = c.next().text;
  while (!c.ended()) value += c.next().text;
  return value;
}

/** Stands at DESCRIBE or DESC. */
export function describe(c: Cursor): Statement {
  const { pos } = c.next();
  if (c.accept('JOB')) {
    c.string('a job id');
    return { kind: 'other', pos, verb: 'DESCRIBE' };
  }
  if (c.at('SELECT')) {
    c.grammar.query(c);
    return { kind: 'other', pos, verb: 'DESCRIBE' };
  }
  c.accept('TABLE');
  const kinds = ['CATALOG', 'DATABASE', 'FUNCTION', 'MODEL', 'CONNECTION'];
  const kind = kinds.find(word => c.at(word) && c.peek(1).type !== 'end' && c.peek(1).word !== '.');
  if (kind !== undefined) c.next();
  if (c.at('EXTENDED')) c.next();
  c.name('a name');
  return { kind: 'other', pos, verb: 'DESCRIBE' };
}

function show(c: Cursor): void {
  if (c.accept('CREATE')) {
    if (c.accept('MATERIALIZED')) c.expect('TABLE');
    else c.oneOf(['TABLE', 'VIEW', 'CATALOG', 'MODEL', 'CONNECTION']);
    c.name('a name');
  } else if (c.accept('CURRENT')) {
    c.oneOf(['CATALOG', 'DATABASE']);
  } else if (c.accept('FULL')) {
    c.expect('MODULES');
  } else if (c.accept('PARTITIONS')) {
    c.name('a table');
    if (c.accept('PARTITION')) partitionSpec(c);
  } else if (c.accept('COLUMNS')) {
    c.oneOf(['FROM', 'IN']);
    c.name('a table');
    like(c, ['LIKE']);
  } else if (!c.accept('MODULES') && !c.accept('JARS') && !c.accept('JOBS')) {
    showListed(c);
  }
}

const LISTS_WITH_ILIKE = ['CATALOGS', 'DATABASES', 'FUNCTIONS', 'PROCEDURES'];
const LISTS = ['TABLES', 'VIEWS', 'MODELS', 'CONNECTIONS'];

/** `SHOW TABLES [{FROM|IN} db] [[NOT] LIKE 'x']` and its like. */
function showListed(c: Cursor): void {
  if (c.accept('USER')) c.expect('FUNCTIONS');
  else if (c.accept('MATERIALIZED')) c.expect('TABLES');
  const before = c.peek(-1).word;
  const kind = before === 'FUNCTIONS' || before === 'TABLES' ? before : c.oneOf([...LISTS_WITH_ILIKE, ...LISTS]);
  if (kind !== 'CATALOGS' && (c.accept('FROM') || c.accept('IN'))) c.name('a database');
  like(c, LISTS_WITH_ILIKE.includes(kind) ? ['LIKE', 'ILIKE'] : ['LIKE']);
}

function like(c: Cursor, operators: readonly string[]): void {
  const negated = c.accept('NOT');
  if (!negated && !operators.some(word => c.at(word))) return;
  c.oneOf(operators);
  c.string('a pattern');
}

function jar(c: Cursor): void {
  c.expect('JAR');
  c.string('a path');
}

/** `TABLE t [PARTITION (a = 1, b)] COMPUTE STATISTICS [FOR {ALL COLUMNS | COLUMNS a, b}]`. */
function analyze(c: Cursor): void {
  c.expect('TABLE');
  c.name('a table');
  if (c.accept('PARTITION')) partitionSpec(c, true);
  c.expect('COMPUTE', 'STATISTICS');
  if (!c.accept('FOR')) return;
  if (c.accept('ALL')) c.expect('COLUMNS');
  else {
    c.expect('COLUMNS');
    c.list(inner => inner.ident('a column'));
  }
}

/** `JOB 'id' [WITH SAVEPOINT [WITH DRAIN]]`. */
function stopJob(c: Cursor): void {
  c.expect('JOB');
  c.string('a job id');
  if (!c.accept('WITH')) return;
  c.expect('SAVEPOINT');
  if (c.accept('WITH')) c.expect('DRAIN');
}
