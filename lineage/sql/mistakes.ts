/** What people mean when they write what Flink SQL does not take. */
import { nearestName } from '../check/nearest.ts';
import type { Token } from './lexer.ts';
import { RESERVED } from './reserved.ts';

/** Where a statement stops being Flink SQL. */
export interface Mistake {
  /** What the grammar wanted at `token`. */
  readonly expected: string;
  readonly token: Token;
  readonly before: Token | null;
  readonly earlier: Token | null;
  readonly after: Token | null;
}

/** A sentence that helps, or null. */
export function hintFor(mistake: Mistake): string | null {
  for (const rule of RULES) {
    const hint = rule(mistake);
    if (hint !== null) return hint;
  }
  return null;
}

type Rule = (mistake: Mistake) => string | null;

/** The first that knows something wins. */
const RULES: readonly Rule[] = [
  foreignCharacter,
  foreignWord,
  unfinishedLiteral,
  surplusComma,
  optionList,
  interval,
  clause,
  star,
  insertTarget,
  dataType,
  misspelled,
  reservedName,
  missingComma,
];

/** By the text of the token that does not fit. */
const BY_TOKEN: ReadonlyMap<string, string> = new Map([
  ['!=', 'Flink SQL writes <>'],
  ['==', 'Flink SQL writes ='],
  ['&', 'Flink SQL writes AND'],
  ['MINUS', 'Flink SQL writes EXCEPT'],
  ['"', 'strings stand in single quotes, names in backticks'],
  ['::', 'Flink SQL writes CAST(x AS type)'],
  ['REGEXP', "Flink SQL writes REGEXP(x, 'pattern') or x SIMILAR TO 'pattern'"],
  ['RLIKE', "Flink SQL writes REGEXP(x, 'pattern')"],
  ['STORED', "how a table is stored stands in WITH ('connector' = …, 'format' = …)"],
  ['EXTERNAL', "Flink SQL writes CREATE TABLE … WITH ('connector' = …)"],
  ['GRANT', 'Flink SQL has no rights of its own'],
  ['REVOKE', 'Flink SQL has no rights of its own'],
  ['COMMIT', 'Flink SQL has no transactions'],
  ['ROLLBACK', 'Flink SQL has no transactions'],
]);

/** Punctuation of Chinese keyboards and word processors -> what SQL wants. */
const FULL_WIDTH: ReadonlyMap<string, string> = new Map(
  [..."，,（(）)；;＝=“'”'‘'’'｀`．.＊*　 ".matchAll(/(.)(.)/gu)].map(([, wide, plain]) => [wide!, plain!]),
);

function foreignCharacter({ token, before }: Mistake): string | null {
  const wide = FULL_WIDTH.get(token.text);
  if (wide !== undefined) return `this is a full-width character, write ${wide}`;
  if (token.word === '>' && before?.word === '-' && before.end === token.pos)
    return 'Flink SQL has no -> ; a field is row.field';
  return null;
}

function foreignWord({ expected, token, before, after }: Mistake): string | null {
  const hint = BY_TOKEN.get(token.word) ?? BY_TOKEN.get(token.text.toUpperCase());
  if (hint !== undefined) return hint;
  if (token.word === 'LATERAL' && after?.word === 'VIEW')
    return 'Flink SQL writes CROSS JOIN UNNEST(array) or LATERAL TABLE(f(x))';
  if (token.word === 'ON' && before?.word === 'DISTINCT')
    return 'Flink SQL writes ROW_NUMBER() OVER (PARTITION BY …) with = 1 around it';
  if (before?.word === 'TOP' && token.type === 'number') return 'Flink SQL writes LIMIT at the end';
  if (expected === 'STATEMENT' && before?.word === 'BEGIN')
    return 'a set begins with EXECUTE STATEMENT SET BEGIN; Flink SQL has no transactions';
  if (token.word === 'VALUE' && expected.includes('SELECT')) return 'Flink SQL writes VALUES';
  return null;
}

function unfinishedLiteral({ token }: Mistake): string | null {
  if (token.type !== 'bad') return null;
  if (token.text.startsWith('/*')) return 'a comment ends with */';
  if (token.text.startsWith('`'))
    return token.text === '``' ? 'a name has at least one character' : 'a name ends with `';
  return token.text.startsWith("'") ? "a quote inside a string is written twice: ''" : null;
}

/** Words that rather begin what comes next than being meant as a name. */
const CLAUSES = new Set(
  'FROM WHERE SELECT ON JOIN AS BY THEN WHEN END HAVING UNION WITH VALUES SET INTO GROUP ORDER LIMIT WINDOW'.split(' '),
);

function surplusComma({ token, before }: Mistake): string | null {
  if (before?.word !== ',') return null;
  if (token.word === ')') return 'one comma too many';
  return CLAUSES.has(token.word) ? `one comma too many before ${token.word}` : null;
}

function optionList({ expected, token, before, earlier }: Mistake): string | null {
  if (expected.startsWith('a quoted') && token.type !== 'string') return 'keys and values stand in single quotes';
  if (before?.type !== 'string' || earlier?.type !== 'string') return null;
  if (expected === '"="') return "a key and its value have = between them: 'key' = 'value'";
  return expected.includes('","') && token.word === '=' ? 'a comma is missing between two options' : null;
}

const UNITS = /^(SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?$/;

function interval({ expected, token, before }: Mistake): string | null {
  if (UNITS.test(token.word) && before?.type === 'number')
    return `Flink SQL writes INTERVAL '${before.text}' ${token.word}`;
  if (expected !== 'a time unit') return null;
  const [, amount, unit] = /^\s*(\d+)\s*([a-z]+)\s*$/i.exec(before?.text ?? '') ?? [];
  if (unit !== undefined) return `the unit stands behind the quotes: INTERVAL '${amount}' ${unit.toUpperCase()}`;
  return "an interval has a unit: INTERVAL '1' DAY";
}

/** Clauses that are right but for their place or a word. */
function clause({ expected, token, before, earlier, after }: Mistake): string | null {
  const ends = expected.includes('end of the statement');
  if (token.word === 'FOR' && ends)
    return after?.word === 'SYSTEM'
      ? 'Flink SQL writes FOR SYSTEM_TIME AS OF'
      : 'the alias stands behind FOR SYSTEM_TIME AS OF';
  if (token.word === ',' && earlier?.word === 'LIMIT') return 'Flink SQL writes LIMIT count OFFSET start';
  if ((token.word === 'GROUP' || token.word === 'ORDER' || token.word === 'PARTITION') && after?.word !== 'BY')
    return expected.startsWith('a') ? null : `${token.word} is followed by BY`;
  if (token.word === 'PARTITION' && before?.word === 'OVER')
    return 'a window stands in parentheses: OVER (PARTITION BY …)';
  if (token.word === 'NOT' && after?.word === 'NULL') return 'Flink SQL writes IS NOT NULL';
  if (token.word === 'INTO' && ends) return 'Flink SQL writes INSERT INTO t SELECT …';
  if (token.word === 'WITH' && ends) return "options of a read stand in a hint: /*+ OPTIONS('key' = 'value') */";
  if (token.word === ')' && ends) return 'one closing parenthesis too many';
  if (expected === '")"' && token.type === 'end') return 'a parenthesis in front of it is not closed';
  if (before?.word === 'IN' && expected === '"("') return 'the list behind IN stands in parentheses';
  if (expected === 'FOR' && before?.word === 'WATERMARK') return 'Flink SQL writes WATERMARK FOR column AS expression';
  if (expected === 'END') return 'CASE ends with END';
  return null;
}

function star({ token, before, earlier }: Mistake): string | null {
  if (before?.word === '*' && token.word === 'AS') return 'a star has no alias';
  const listed = before?.word === '*' && (token.word === 'EXCLUDE' || token.word === 'REPLACE');
  const excepted = before?.word === '(' && earlier?.word === 'EXCEPT';
  return listed || excepted ? 'Flink SQL takes * alone; name the columns' : null;
}

function insertTarget({ expected, token, before, earlier }: Mistake): string | null {
  if (token.word === 'TABLE' && (before?.word === 'INTO' || before?.word === 'OVERWRITE'))
    return `Flink SQL writes INSERT ${before.word} t without TABLE`;
  if (token.word === 'AS' && expected.includes('SELECT')) return 'the query stands there without AS';
  if (token.word === ')' && expected === '"="' && (earlier?.word === '(' || earlier?.word === ','))
    return 'a partition column has its value there, or is left out and comes from the query';
  return null;
}

const NO_LENGTH = /^(INT|INTEGER|BIGINT|SMALLINT|TINYINT|DOUBLE|FLOAT|REAL|BOOLEAN|DATE|STRING|BYTES)$/;

function dataType({ expected, token, before }: Mistake): string | null {
  if (before === null) return null;
  if (token.word === '(' && NO_LENGTH.test(before.word)) return `${before.word} takes no length`;
  if (expected.startsWith('"<"')) return `types stand in angle brackets: ${before.word}<INT>`;
  return null;
}

/** What may have been meant where a statement, a clause or the rest of a statement is expected. */
const STATEMENTS = 'SELECT INSERT CREATE DROP ALTER DESCRIBE EXPLAIN EXECUTE UPDATE DELETE SHOW TRUNCATE WITH'.split(
  ' ',
);
const NEXT_CLAUSES = 'FROM WHERE GROUP HAVING ORDER LIMIT UNION JOIN INNER WINDOW'.split(' ');

/** The token itself, or the word before it that was taken for an alias. */
function misspelled({ expected, token, before }: Mistake): string | null {
  const ends = expected.includes('end of the statement');
  for (const near of ends ? [before, token] : [token]) {
    if (near === null || near.type !== 'word' || near.word.length < 3 || RESERVED.has(near.word)) continue;
    const wanted =
      expected === 'a statement' ? STATEMENTS : ends ? NEXT_CLAUSES : (expected.match(/\b[A-Z_]{3,}\b/g) ?? []);
    const meant = nearestName(near.word, wanted);
    if (meant !== null && meant !== near.word) return `did you mean ${meant} instead of ${near.text}?`;
  }
  return null;
}

const NAME = /\b(expression|name|column|table|alias|catalog|database|function|window|variable|measure|view)\b/;

function reservedName({ expected, token, after }: Mistake): string | null {
  const reserved = token.type === 'word' && RESERVED.has(token.word);
  // A name people like, unless its clause follows.
  const isName = !CLAUSES.has(token.word) || (/^(GROUP|ORDER|LIMIT|WINDOW)$/.test(token.word) && after?.word !== 'BY');
  return reserved && NAME.test(expected) && isName
    ? `${token.word} is a reserved word, a name is written \`${token.text}\``
    : null;
}

function missingComma({ expected, token, before }: Mistake): string | null {
  const isValue = (near: Token | null): boolean =>
    near !== null &&
    (near.type === 'quoted' ||
      near.type === 'string' ||
      near.type === 'number' ||
      (near.type === 'word' && !RESERVED.has(near.word)));
  if (!isValue(token)) return null;
  if (expected.includes('","')) return 'a comma is missing in front of it';
  return expected.includes('end of the statement') && isValue(before)
    ? 'a comma, an operator or a key word is missing in front of it'
    : null;
}
