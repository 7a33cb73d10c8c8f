/** Data types: `DECIMAL(10, 2)`, `ARRAY<ROW<a INT, b STRING>>`, `TIMESTAMP(3) WITH LOCAL TIME ZONE`, `INT ARRAY NOT NULL`. */
import type { DataType } from '../ast.ts';
import type { Cursor } from '../cursor.ts';

interface Field {
  readonly name: string;
  readonly type: DataType;
}

/** A type with its nullability; comments and precisions are read and dropped, nested fields stay. */
export function dataType(c: Cursor): DataType {
  let type = c.nested(bareType);
  for (;;) {
    if (c.accept('NOT', 'NULL') || c.accept('NULL')) continue;
    if (c.accept('ARRAY')) type = { name: 'ARRAY', args: [type], fields: [] };
    else if (c.accept('MULTISET')) type = { name: 'MULTISET', args: [type], fields: [] };
    else return type;
  }
}

function bareType(c: Cursor): DataType {
  const name = c.token.type === 'quoted' ? c.next().text : typeName(c);
  const args: DataType[] = [];
  let fields: readonly Field[] = [];
  if (name === 'ROW' || name === 'STRUCTURED') {
    fields = rowFields(c, name === 'STRUCTURED');
  } else if (c.accept('<')) {
    if (!c.at('>')) args.push(...c.list(dataType));
    c.expect('>');
  } else if (c.accept('(')) {
    c.list(precision);
    c.expect(')');
  }
  if (name === 'TIMESTAMP' || name === 'TIME') timeZone(c);
  if (name === 'INTERVAL') intervalUnits(c);
  return { name, args, fields };
}

function typeName(c: Cursor): string {
  const token = c.token;
  if (token.type !== 'word') c.fail('a data type');
  c.next();
  let name = token.word;
  if (name === 'DOUBLE') c.accept('PRECISION');
  if (name === 'CHAR' || name === 'CHARACTER' || name === 'BINARY' || name === 'NATIONAL') {
    c.accept('CHAR');
    c.accept('CHARACTER');
    c.accept('VARYING');
  }
  // A user-defined type: catalog.db.Type.
  while (c.accept('.')) name += `.${c.anyIdent('a type name').text}`;
  return name;
}

function precision(c: Cursor): void {
  if (c.token.type !== 'number' && c.token.type !== 'string') c.fail('a number');
  c.next();
}

function timeZone(c: Cursor): void {
  if (c.at('WITH', 'LOCAL', 'TIME', 'ZONE')) c.accept('WITH', 'LOCAL', 'TIME', 'ZONE');
  else if (!c.accept('WITH', 'TIME', 'ZONE')) c.accept('WITHOUT', 'TIME', 'ZONE');
}

/** `INTERVAL DAY(3) TO SECOND(3)`. */
function intervalUnits(c: Cursor): void {
  const unit = (): void => {
    if (c.token.type !== 'word') c.fail('a time unit');
    c.next();
    if (c.accept('(')) {
      c.list(precision);
      c.expect(')');
    }
  };
  unit();
  if (c.accept('TO')) unit();
}

function rowFields(c: Cursor, named: boolean): Field[] {
  const close = c.accept('<') ? '>' : c.accept('(') ? ')' : c.fail('"<" or "("');
  const fields: Field[] = [];
  if (named) {
    c.string('a class name');
    c.expect(',');
  }
  if (!c.at(close)) fields.push(...c.list(rowField));
  c.expect(close);
  return fields;
}

function rowField(c: Cursor): Field {
  const name = c.anyIdent('a field name').text;
  const type = dataType(c);
  if (c.token.type === 'string') c.next();
  return { name, type };
}
