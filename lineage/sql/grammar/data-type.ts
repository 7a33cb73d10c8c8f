/** Data types: `DECIMAL(10, 2)`, `ARRAY<ROW<a INT, b STRING>>`, `TIMESTAMP(3) WITH LOCAL TIME ZONE`, `INT ARRAY NOT NULL`. */
import type { DataType } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { RESERVED } from '../reserved.ts';
import { intervalUnits } from './interval.ts';

interface Field {
  readonly name: string;
  readonly type: DataType;
}

/** Reads what may stand behind a type's name; answers the parameters, and another name where the tail makes it another type. */
type TypeTail = (c: Cursor) => { readonly params?: readonly number[]; readonly name?: string };

const nothing: TypeTail = () => ({});

/** What may follow the names of plain types. */
const PLAIN: ReadonlyMap<string, TypeTail> = new Map([
  ...[
    'BOOLEAN',
    'INTEGER',
    'INT',
    'TINYINT',
    'SMALLINT',
    'BIGINT',
    'REAL',
    'FLOAT',
    'DATE',
    'BYTES',
    'STRING',
    'VARIANT',
    'BITMAP',
    'ANY',
  ].map(name => [name, nothing] as const),
  ['DOUBLE', doublePrecision],
  ...['DECIMAL', 'DEC', 'NUMERIC'].map(name => [name, (c: Cursor) => precisions(c, 2)] as const),
  ...['CHAR', 'CHARACTER'].map(name => [name, (c: Cursor) => varying(c, 'VARCHAR')] as const),
  ['BINARY', c => varying(c, 'VARBINARY')],
  ...['VARCHAR', 'VARBINARY', 'TIMESTAMP_LTZ'].map(name => [name, (c: Cursor) => precisions(c, 1)] as const),
  ['TIMESTAMP', timeZone],
  ['TIME', time],
]);

/** A column's or a row field's type with its nullability. */
export function dataType(c: Cursor): DataType {
  let type = c.nested(bareType);
  for (;;) {
    const notNull = nullability(c);
    const collection = c.at('ARRAY') ? 'ARRAY' : c.at('MULTISET') ? 'MULTISET' : null;
    if (collection === null) return notNull ? { ...type, notNull } : type;
    c.next();
    type = { name: collection, args: [notNull ? { ...type, notNull } : type], fields: [] };
  }
}

/** A type as CAST and RETURNING take it: without nullability of its own. */
export function castType(c: Cursor): DataType {
  if (c.accept('INTERVAL')) {
    intervalUnits(c);
    return { name: 'INTERVAL', args: [], fields: [] };
  }
  let type = c.nested(bareType);
  while (c.at('ARRAY') || c.at('MULTISET')) type = { name: c.next().word, args: [type], fields: [] };
  return type;
}

function nullability(c: Cursor): 'written' | undefined {
  if (c.accept('NOT', 'NULL')) return 'written';
  c.accept('NULL');
  return undefined;
}

function bareType(c: Cursor): DataType {
  const { type, word } = c.token;
  if (type === 'word') {
    const tail = PLAIN.get(word);
    if (tail !== undefined) {
      c.next();
      return { name: word, args: [], fields: [], ...tail(c) };
    }
    if (word === 'ARRAY' || word === 'MULTISET') return collection(c, word, 1);
    if (word === 'MAP' && c.peek(1).word === '<') return collection(c, word, 2);
    if (word === 'ROW') return row(c);
    if (word === 'STRUCTURED' && c.peek(1).word === '<') return structured(c);
    if (word === 'RAW') return raw(c);
    if (RESERVED.has(word)) c.fail('a data type');
  }
  // A type of the user's own: catalog.db.Type.
  return {
    name: c
      .name('a data type')
      .map(part => part.text)
      .join('.'),
    args: [],
    fields: [],
  };
}

function collection(c: Cursor, name: string, count: 1 | 2): DataType {
  c.next();
  c.expect('<');
  const args = [count === 1 ? element(c) : dataType(c)];
  if (count === 2) {
    c.expect(',');
    args.push(dataType(c));
  }
  c.expect('>');
  return { name, args, fields: [] };
}

/** What ARRAY and MULTISET hold: no `INT ARRAY` inside. */
function element(c: Cursor): DataType {
  const type = c.nested(bareType);
  const notNull = nullability(c);
  return notNull ? { ...type, notNull } : type;
}

function row(c: Cursor): DataType {
  c.expect('ROW');
  if (c.accept('<>') || c.accept('(', ')') || c.accept('<', '>')) return { name: 'ROW', args: [], fields: [] };
  const close = c.accept('<') ? '>' : c.accept('(') ? ')' : c.fail('"<" or "("');
  const fields = c.list(rowField);
  c.expect(close);
  return { name: 'ROW', args: [], fields };
}

function structured(c: Cursor): DataType {
  c.expect('STRUCTURED', '<');
  c.string('a class name');
  const fields: Field[] = [];
  while (c.accept(',')) fields.push(rowField(c));
  c.expect('>');
  return { name: 'STRUCTURED', args: [], fields };
}

/** `RAW('class', 'serializer snapshot')`. */
function raw(c: Cursor): DataType {
  c.expect('RAW', '(');
  c.string('a class name');
  c.expect(',');
  c.string('a serializer snapshot');
  c.expect(')');
  return { name: 'RAW', args: [], fields: [] };
}

function rowField(c: Cursor): Field {
  const name = c.ident('a field name').text;
  const type = dataType(c);
  if (c.token.type === 'string') c.next();
  return { name, type };
}

function precisions(c: Cursor, most: 1 | 2): ReturnType<TypeTail> {
  if (!c.accept('(')) return {};
  const params = [Number(c.number('a number'))];
  if (most === 2 && c.accept(',')) params.push(Number(c.number('a number')));
  c.expect(')');
  return { params };
}

function doublePrecision(c: Cursor): ReturnType<TypeTail> {
  c.accept('PRECISION');
  return {};
}

/** `CHAR VARYING(10)`, `BINARY VARYING`. */
function varying(c: Cursor, name: string): ReturnType<TypeTail> {
  const varies = c.accept('VARYING') ? { name } : {};
  const length = precisions(c, 1);
  if (c.accept('CHARACTER', 'SET')) c.ident('a character set');
  return { ...varies, ...length };
}

function time(c: Cursor): ReturnType<TypeTail> {
  const { params } = timeZone(c);
  return params === undefined ? {} : { params };
}

function timeZone(c: Cursor): ReturnType<TypeTail> {
  const precision = precisions(c, 1);
  if (c.accept('WITHOUT', 'TIME', 'ZONE') || !c.accept('WITH', 'LOCAL', 'TIME', 'ZONE')) return precision;
  return { ...precision, name: 'TIMESTAMP_LTZ' };
}
