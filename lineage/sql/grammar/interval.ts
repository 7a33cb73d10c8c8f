/** `INTERVAL '1' MINUTE` and its like. */
import type { Expr } from '../ast.ts';
import type { Cursor } from '../cursor.ts';

const SINGULAR: ReadonlyMap<string, string> = new Map(
  ['SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'].flatMap(unit => [
    [unit, unit] as const,
    [`${unit}S`, unit] as const,
  ]),
);

/** What may stand behind TO. */
const FINER: ReadonlyMap<string, readonly string[]> = new Map([
  ['YEAR', ['MONTH']],
  ['DAY', ['HOUR', 'MINUTE', 'SECOND']],
  ['HOUR', ['MINUTE', 'SECOND']],
  ['MINUTE', ['SECOND']],
]);

/** A literal (`INTERVAL -'1 2' DAY TO HOUR`), or an amount of one unit (`INTERVAL 5 MINUTE`, `INTERVAL (a + 1) DAY`). */
export function interval(c: Cursor): Expr {
  const pos = c.pos;
  c.expect('INTERVAL');
  const negative = c.accept('-');
  const signed = negative || c.accept('+');
  const { type, text } = c.token;
  if (type === 'string') {
    c.next();
    return { kind: 'interval', pos, value: text, negative, ...intervalUnits(c) };
  }
  if (type === 'number' && !signed) {
    c.next();
    return { kind: 'interval', pos, value: text, negative, unit: timeUnit(c), to: null };
  }
  if (signed || (!c.atIdent() && !c.at('('))) c.fail("an amount such as '1'");
  const amount = c.at('(') ? c.nested(c.grammar.operand) : columnName(c);
  timeUnit(c);
  return { kind: 'op', pos, power: 0, ops: ['INTERVAL'], args: [amount], type: null };
}

function columnName(c: Cursor): Expr {
  return { kind: 'ref', pos: c.pos, parts: c.name('a column') };
}

/** `MINUTE`, `DAY(3) TO SECOND(3)`: units of a literal or of a type. */
export function intervalUnits(c: Cursor): { unit: string; to: string | null } {
  const unit = timeUnit(c);
  precision(c, unit === 'SECOND');
  const finer = FINER.get(unit);
  if (finer === undefined || !c.accept('TO')) return { unit, to: null };
  const to = SINGULAR.get(c.token.word);
  if (to === undefined || !finer.includes(to)) c.fail(finer.join(', '));
  c.next();
  if (to === 'SECOND') precision(c, false);
  return { unit, to };
}

function timeUnit(c: Cursor): string {
  const unit = SINGULAR.get(c.token.word);
  if (unit === undefined) return c.fail('a time unit');
  c.next();
  return unit;
}

function precision(c: Cursor, two: boolean): void {
  if (!c.accept('(')) return;
  c.number('a precision');
  if (two && c.accept(',')) c.number('a precision');
  c.expect(')');
}
