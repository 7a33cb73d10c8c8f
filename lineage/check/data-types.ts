/**
 * What Flink makes of a value of one type that is written to a column of another: its implicit casts (`LogicalTypeCasts`) and what they
 * do to values. What is refused is what the planner of 2.3.0 refused of each pair (`test/fixtures/flink/implicit-casts-2.3.0.tsv`); what
 * happens to values follows from the CAST it put in front of the sink. Types of the user's own are not judged.
 */
import type { DataType } from '../sql/ast.ts';

/**
 * same · fits: every value stays what it is · converts: another form of it, as people expect · loses: values may come out changed, `why`
 * says how · refused: Flink takes no such statement · unknown: nobody can tell.
 */
export type Cast =
  | { readonly kind: 'same' | 'fits' | 'converts' | 'refused' | 'unknown' }
  | { readonly kind: 'loses'; readonly why: string };

/** Flink's names for one type. */
const SAME: ReadonlyMap<string, string> = new Map([
  ['INTEGER', 'INT'],
  ['DEC', 'DECIMAL'],
  ['NUMERIC', 'DECIMAL'],
  ['CHARACTER', 'CHAR'],
  ['STRING', 'VARCHAR'],
  ['BYTES', 'VARBINARY'],
]);

/** Lengths and precisions that are not written. */
const DEFAULTS: ReadonlyMap<string, readonly number[]> = new Map([
  ['DECIMAL', [10, 0]],
  ['CHAR', [1]],
  ['BINARY', [1]],
  ['VARCHAR', [2_147_483_647]],
  ['VARBINARY', [2_147_483_647]],
  ['TIME', [0]],
  ['TIMESTAMP', [6]],
  ['TIMESTAMP_LTZ', [6]],
]);

/** A type in one spelling, the one Flink shows; nullability is no part of it. */
export function typeText(type: DataType): string {
  const { args, fields } = type;
  const name = rootOf(type);
  if (fields.length > 0) return `${name}<${fields.map(field => `${field.name} ${typeText(field.type)}`).join(', ')}>`;
  if (args.length > 0) return `${name}<${args.map(typeText).join(', ')}>`;
  const params = paramsOf(type);
  if (params[0] === 2_147_483_647) return name === 'VARCHAR' ? 'STRING' : 'BYTES';
  return params.length === 0 ? name : `${name}(${params.join(', ')})`;
}

function rootOf({ name }: DataType): string {
  return SAME.get(name) ?? name;
}

function paramsOf(type: DataType): readonly number[] {
  const defaults = DEFAULTS.get(rootOf(type)) ?? [];
  return defaults.map((value, i) => type.params?.[i] ?? value);
}

/** How a value of `from` comes to stand in a column of `to`. */
export function castOf(from: DataType, to: DataType): Cast {
  const [a, b] = [rootOf(from), rootOf(to)];
  const nested = NESTED.has(a) || NESTED.has(b) ? nestedCast(from, to) : null;
  if (nested !== null) return nested;
  if (!KNOWN.has(a) || !KNOWN.has(b)) return a === b ? { kind: 'same' } : { kind: 'unknown' };
  const rule = RULES.get(`${a} ${b}`) ?? (INTEGERS.has(a) && b === 'DECIMAL' ? integerToDecimal : undefined);
  return rule === undefined ? { kind: 'refused' } : rule(paramsOf(from), paramsOf(to), a);
}

const NESTED: ReadonlySet<string> = new Set(['ARRAY', 'MULTISET', 'MAP', 'ROW']);
const WORST = ['same', 'fits', 'converts', 'loses', 'unknown', 'refused'] as const;

/** Element by element; rows by position, whatever their fields are called. */
function nestedCast(from: DataType, to: DataType): Cast {
  if (from.name !== to.name) return isKnown(from) && isKnown(to) ? { kind: 'refused' } : { kind: 'unknown' };
  const [a, b] = [partsOf(from), partsOf(to)];
  if (a.length !== b.length) return { kind: 'refused' };
  let worst: Cast = { kind: 'same' };
  for (const [i, part] of a.entries()) {
    const cast = castOf(part, b[i]!);
    if (WORST.indexOf(cast.kind) > WORST.indexOf(worst.kind)) worst = cast;
  }
  return worst;
}

function isKnown({ name }: DataType): boolean {
  return NESTED.has(name) || KNOWN.has(SAME.get(name) ?? name);
}

function partsOf({ args, fields }: DataType): readonly DataType[] {
  return fields.length > 0 ? fields.map(field => field.type) : args;
}

type Rule = (from: readonly number[], to: readonly number[], root: string) => Cast;

const INTEGERS: ReadonlyMap<string, number> = new Map([
  ['TINYINT', 3],
  ['SMALLINT', 5],
  ['INT', 10],
  ['BIGINT', 19],
]);
const KNOWN: ReadonlySet<string> = new Set([
  ...INTEGERS.keys(),
  ...['BOOLEAN', 'FLOAT', 'DOUBLE', 'DECIMAL', 'CHAR', 'VARCHAR', 'BINARY', 'VARBINARY'],
  ...['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ', 'VARIANT'],
]);

const same: Rule = () => ({ kind: 'same' });
const fits: Rule = () => ({ kind: 'fits' });
const converts: Rule = () => ({ kind: 'converts' });

/** Of decimals what does not fit becomes NULL, and a smaller scale rounds. */
const decimals: Rule = ([p = 0, s = 0], [q = 0, t = 0]) => {
  if (p === q && s === t) return { kind: 'same' };
  if (q - t < p - s) return { kind: 'loses', why: 'a number that is too large becomes NULL' };
  return t < s ? { kind: 'loses', why: `it is rounded to ${t} decimal places` } : { kind: 'fits' };
};

const integerToDecimal: Rule = (_from, [q = 0, t = 0], root) =>
  q - t >= (INTEGERS.get(root) ?? 0)
    ? { kind: 'fits' }
    : { kind: 'loses', why: 'a number that is too large becomes NULL' };

const floatToDecimal: Rule = (_from, [, t = 0]) => ({
  kind: 'loses',
  why: `it is rounded to ${t} decimal places, and a number that is too large becomes NULL`,
});

/** Strings and bytes that are too long are cut. */
const lengths: Rule = ([n = 0], [m = 0]) => {
  if (n === m) return { kind: 'same' };
  return m > n ? { kind: 'fits' } : { kind: 'loses', why: `what is longer than ${m} is cut off` };
};

const intoVarying: Rule = ([n = 0], [m = 0]) =>
  m >= n ? { kind: 'fits' } : { kind: 'loses', why: `what is longer than ${m} is cut off` };

const precisions: Rule = ([p = 0], [q = 0]) => {
  if (p === q) return { kind: 'same' };
  return q > p
    ? { kind: 'fits' }
    : { kind: 'loses', why: `of the fraction of a second ${q === 0 ? 'nothing is' : `${q} digits are`} left` };
};

/** Between local time and instants: the session's time zone decides. */
const zoned: Rule = (from, to, root) => {
  const cast = precisions(from, to, root);
  return cast.kind === 'loses' ? cast : { kind: 'converts' };
};

const RULES: ReadonlyMap<string, Rule> = new Map([
  ...['BOOLEAN', 'DATE', 'VARIANT', 'FLOAT', 'DOUBLE', ...INTEGERS.keys()].map(
    root => [`${root} ${root}`, same] as const,
  ),
  ...[...INTEGERS.keys()].flatMap((root, i) =>
    [...INTEGERS.keys()].slice(i + 1).map(wider => [`${root} ${wider}`, fits] as const),
  ),
  ...['TINYINT FLOAT', 'SMALLINT FLOAT', 'TINYINT DOUBLE', 'SMALLINT DOUBLE', 'INT DOUBLE', 'FLOAT DOUBLE'].map(
    pair => [pair, fits] as const,
  ),
  ...['INT FLOAT', 'BIGINT FLOAT', 'BIGINT DOUBLE', 'DECIMAL FLOAT', 'DECIMAL DOUBLE'].map(
    pair => [pair, converts] as const,
  ),
  ['DECIMAL DECIMAL', decimals],
  ['FLOAT DECIMAL', floatToDecimal],
  ['DOUBLE DECIMAL', floatToDecimal],
  ['CHAR CHAR', lengths],
  ['CHAR VARCHAR', intoVarying],
  ['VARCHAR VARCHAR', lengths],
  ['BINARY BINARY', lengths],
  ['BINARY VARBINARY', intoVarying],
  ['VARBINARY VARBINARY', lengths],
  ['TIME TIME', precisions],
  ['TIMESTAMP TIMESTAMP', precisions],
  ['TIMESTAMP_LTZ TIMESTAMP_LTZ', precisions],
  ['TIMESTAMP TIMESTAMP_LTZ', zoned],
  ['TIMESTAMP_LTZ TIMESTAMP', zoned],
  ['TIMESTAMP DATE', () => ({ kind: 'loses', why: 'the time of day is left out' })],
  ['TIMESTAMP TIME', () => ({ kind: 'loses', why: 'the day is left out' })],
]);
