/** One statement of a Flink SQL script. */
import type { Expr, Ident, QName } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import type { Insert, Statement } from '../statement-ast.ts';
import { alter } from './alter.ts';
import { assignment, createTable, createView, objectName, properties } from './ddl.ts';
import { hintList } from './from.ts';

/** Reads the statement at the cursor; what follows it is the caller's business. */
export function statement(c: Cursor): Statement {
  const pos = c.pos;
  switch (c.token.word) {
    case 'INSERT':
      return insert(c);
    case 'SELECT':
    case 'WITH':
    case 'VALUES':
    case '(':
      return { kind: 'query-statement', pos, query: c.grammar.query(c) };
    case 'CREATE':
      return create(c);
    case 'REPLACE':
      c.next();
      c.expect('TABLE');
      return createTable(c, { pos, temporary: false, replace: true }, false);
    case 'DROP':
      return drop(c);
    case 'ALTER':
      return alter(c);
    case 'USE':
      return use(c);
    case 'SET':
    case 'RESET':
      return setOption(c);
    case 'EXPLAIN':
    case 'DESCRIBE':
    case 'DESC':
      return explain(c);
    case 'EXECUTE':
      return execute(c);
    case 'COMPILE':
      return compile(c);
    case 'BEGIN':
    case 'STATEMENT':
    case 'END':
      return statementSetMark(c);
    case 'UPDATE':
    case 'DELETE':
    case 'TRUNCATE':
    case 'CALL':
      return modify(c);
    default:
      return other(c);
  }
}

function insert(c: Cursor): Insert {
  const pos = c.pos;
  c.expect('INSERT');
  const overwrite = c.accept('OVERWRITE');
  if (overwrite) c.accept('INTO');
  else c.expect('INTO');
  c.accept('TABLE');
  const target = c.name('a table');
  const hints = hintList(c);
  const partition = c.accept('PARTITION') ? c.parenthesized(partitionValue) : [];
  const columns = c.at('(') && !startsQueryInParentheses(c) ? c.parenthesized(inner => inner.name('a column')) : [];
  return { kind: 'insert', pos, overwrite, target, hints, partition, columns, query: c.grammar.query(c) };
}

function startsQueryInParentheses(c: Cursor): boolean {
  let ahead = 1;
  while (c.peek(ahead).word === '(') ahead++;
  return ['SELECT', 'WITH', 'VALUES'].includes(c.peek(ahead).word);
}

function partitionValue(c: Cursor): { column: Ident; value: Expr | null } {
  const column = c.anyIdent('a partition column');
  return { column, value: c.accept('=') ? c.grammar.expression(c) : null };
}

function create(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('CREATE');
  const replace = c.accept('OR', 'REPLACE');
  if (c.accept('OR', 'ALTER')) {
    c.expect('MATERIALIZED', 'TABLE');
    return createTable(c, { pos, temporary: false, replace: true }, true);
  }
  const temporary = c.accept('TEMPORARY');
  const prefix = { pos, temporary, replace };
  if (c.accept('TABLE')) return createTable(c, prefix, false);
  if (c.accept('MATERIALIZED', 'TABLE')) return createTable(c, prefix, true);
  if (c.accept('VIEW')) return createView(c, prefix);
  c.accept('SYSTEM');
  if (c.accept('FUNCTION')) return createFunction(c, pos);
  if (c.accept('CATALOG') || c.accept('DATABASE')) {
    objectName(c);
    if (c.accept('COMMENT')) c.string('a comment');
    if (c.accept('WITH')) properties(c);
    return { kind: 'other', pos, verb: 'CREATE' };
  }
  if (c.accept('MODEL') || c.accept('CONNECTION')) {
    c.skipToEnd();
    return { kind: 'other', pos, verb: 'CREATE' };
  }
  return c.fail('TABLE, VIEW, FUNCTION, CATALOG or DATABASE');
}

function createFunction(c: Cursor, pos: number): Statement {
  objectName(c);
  c.expect('AS');
  c.string('a class name');
  if (c.accept('LANGUAGE')) c.anyIdent('JAVA, SCALA or PYTHON');
  if (c.accept('USING')) {
    do {
      if (!c.accept('JAR')) c.expect('FILE');
      c.string('a path');
    } while (c.accept(','));
  }
  if (c.accept('WITH')) properties(c);
  return { kind: 'other', pos, verb: 'CREATE' };
}

function drop(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('DROP');
  const temporary = c.accept('TEMPORARY');
  c.accept('SYSTEM');
  const { word } = c.next();
  if (word === 'MATERIALIZED') c.expect('TABLE');
  const known = ['TABLE', 'VIEW', 'FUNCTION', 'CATALOG', 'DATABASE', 'MODEL', 'MATERIALIZED', 'CONNECTION'];
  if (!known.includes(word)) c.fail('TABLE, VIEW, FUNCTION, CATALOG or DATABASE behind DROP');
  c.accept('IF', 'EXISTS');
  const name = c.name('a name');
  if (!c.accept('RESTRICT')) c.accept('CASCADE');
  const what = word === 'VIEW' ? 'view' : word === 'TABLE' || word === 'MATERIALIZED' ? 'table' : 'other';
  return { kind: 'drop', pos, what, temporary, name };
}

function use(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('USE');
  if (c.accept('MODULES')) {
    c.list(inner => inner.ident('a module'));
    return { kind: 'other', pos, verb: 'USE' };
  }
  const what = c.accept('CATALOG') ? 'catalog' : 'database';
  if (what === 'database' && c.at('DATABASE') && c.peek(1).type !== 'end') c.next();
  return { kind: 'use', pos, what, name: c.name('a name') };
}

/** `SET`, `SET 'key' = 'value'`, `RESET 'key'`; the SQL client also takes both unquoted. */
function setOption(c: Cursor): Statement {
  const pos = c.pos;
  const verb = c.next().word;
  if (c.ended()) return { kind: 'set', pos, key: null, value: null };
  const key = c.token.type === 'string' ? c.next().text : bareKey(c);
  if (verb === 'RESET') return { kind: 'set', pos, key, value: null };
  c.expect('=');
  if (c.ended()) c.fail('a value');
  let value = c.next().text;
  while (!c.ended()) value += c.next().text;
  return { kind: 'set', pos, key, value };
}

function bareKey(c: Cursor): string {
  let key = c.anyIdent('a key').text;
  while (c.at('.') || c.at('-')) key += c.next().text + c.anyIdent('a key').text;
  return key;
}

function explain(c: Cursor): Statement {
  const { pos, word } = c.next();
  if (word !== 'EXPLAIN' && !c.at('SELECT')) {
    if (!['CATALOG', 'DATABASE', 'FUNCTION', 'MODEL', 'JOB'].some(kind => c.accept(kind))) c.accept('TABLE');
    c.accept('EXTENDED');
    if (c.token.type === 'string') c.next();
    else c.name('a name');
    return { kind: 'other', pos, verb: 'DESCRIBE' };
  }
  if (c.accept('PLAN')) c.accept('FOR');
  const details = new Set(['ESTIMATED_COST', 'CHANGELOG_MODE', 'JSON_EXECUTION_PLAN', 'PLAN_ADVICE', ',']);
  while (c.atAny(details)) c.next();
  return { kind: 'explain', pos, of: c.nested(statement) };
}

/** `EXECUTE STATEMENT SET BEGIN …`, `EXECUTE INSERT …`, `EXECUTE PLAN '…'`. */
function execute(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('EXECUTE');
  if (c.at('STATEMENT', 'SET')) return statementSetMark(c);
  if (c.accept('PLAN')) {
    c.string('a path');
    return { kind: 'other', pos, verb: 'EXECUTE' };
  }
  if (c.at('IMMEDIATE')) {
    c.skipToEnd();
    return { kind: 'other', pos, verb: 'EXECUTE' };
  }
  return c.nested(statement);
}

/** `COMPILE [AND EXECUTE] PLAN '…' [IF NOT EXISTS] FOR statement`. */
function compile(c: Cursor): Statement {
  c.expect('COMPILE');
  c.accept('AND', 'EXECUTE');
  c.expect('PLAN');
  c.string('a path');
  c.accept('IF', 'NOT', 'EXISTS');
  c.expect('FOR');
  return c.nested(statement);
}

/** The parser goes on behind BEGIN with the first INSERT of the set, which may stand before the next `;`. */
function statementSetMark(c: Cursor): Statement {
  const pos = c.pos;
  if (c.accept('END')) return { kind: 'set-end', pos };
  if (c.accept('BEGIN')) c.expect('STATEMENT', 'SET');
  else c.expect('STATEMENT', 'SET', 'BEGIN');
  return { kind: 'set-begin', pos };
}

function modify(c: Cursor): Statement {
  const pos = c.pos;
  const verb = c.next().word;
  const exprs: Expr[] = [];
  let target: QName;
  if (verb === 'CALL') {
    target = [];
    exprs.push(c.grammar.expression(c));
  } else {
    if (verb === 'DELETE') c.expect('FROM');
    if (verb === 'TRUNCATE') c.expect('TABLE');
    target = c.name('a table');
    if (c.atIdent() && !c.at('SET')) c.next();
    if (verb === 'UPDATE') {
      c.expect('SET');
      exprs.push(...c.list(assignment));
    }
    if (verb !== 'TRUNCATE' && c.accept('WHERE')) exprs.push(c.grammar.expression(c));
  }
  return { kind: 'modify', pos, verb, target, exprs };
}

const SESSION_VERBS = new Set([
  'SHOW',
  'LOAD',
  'UNLOAD',
  'ADD',
  'REMOVE',
  'ANALYZE',
  'QUIT',
  'EXIT',
  'CLEAR',
  'HELP',
  'STOP',
  'SAVE',
]);

/** Statements without lineage: their text is taken as it is. */
function other(c: Cursor): Statement {
  const { pos, word } = c.token;
  if (!SESSION_VERBS.has(word)) return c.fail('a statement');
  c.next();
  c.skipToEnd();
  return { kind: 'other', pos, verb: word };
}
