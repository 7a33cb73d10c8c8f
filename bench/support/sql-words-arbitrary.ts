/** Names, literals and the like of generated SQL, and how its parts are put together. */
import fc from 'fast-check';

export type Sql = fc.Arbitrary<string>;

/** Parts with a blank between them; empty ones leave none. */
export function seq(...parts: readonly (Sql | string)[]): Sql {
  const arbitraries = parts.map(part => (typeof part === 'string' ? fc.constant(part) : part));
  return fc.tuple(...arbitraries).map(texts => texts.filter(text => text !== '').join(' '));
}

export function opt(...parts: readonly (Sql | string)[]): Sql {
  return fc.oneof(fc.constant(''), seq(...parts));
}

export function words(text: string): Sql {
  return fc.constantFrom(...text.split('|'));
}

export function list(item: Sql, maxLength = 3): Sql {
  return fc.array(item, { minLength: 1, maxLength }).map(items => items.join(', '));
}

export function parens(item: Sql, maxLength = 3): Sql {
  return list(item, maxLength).map(text => `(${text})`);
}

export const ident: Sql = fc.oneof(
  { weight: 12, arbitrary: words('a|b|c|id|ts|pt|amount|status|name_1|x|y') },
  { weight: 2, arbitrary: words('`a`|`order`|`dw.sdk_log`|`x``y`|`日志`|`user`') },
  // Key words that stay names.
  {
    weight: 1,
    arbitrary: words('type|key|data|catalog|version|first|last|level|json|source|view|plan|options|size|path'),
  },
);
export const table: Sql = fc.oneof(
  { weight: 6, arbitrary: words('t|s|orders|dim|sink') },
  { weight: 3, arbitrary: words('dw.orders|`dw.orders`|cat.dw.orders|db.`t`') },
  { weight: 1, arbitrary: ident },
);
export const string: Sql = words(`'x'|''|'it''s'|'a;b'|'-- no'|'/* no */'|'日志'`);
/** Strings with a prefix stand where an expression does, not behind COMMENT. */
const prefixed: Sql = words(`u&'\\0041'|x'0AFF'|_utf8'x'`);
export const number: Sql = words('0|1|42|1.5|.5|1e3|1.5E-3|100000');
const unit: Sql = words('SECOND|MINUTE|HOUR|DAY|MONTH|YEAR|MINUTES|HOURS|DAYS|WEEK|QUARTER|second');
export const timeUnit: Sql = words('SECOND|MINUTE|HOUR|DAY|MONTH|YEAR|WEEK|QUARTER');
export const interval: Sql = fc.oneof(
  seq('INTERVAL', words(`'1'|'10'|'5'`), unit),
  words(
    `INTERVAL '1 2:30:00' DAY TO SECOND|INTERVAL '1:30' HOUR TO MINUTE|INTERVAL -'1' DAY|INTERVAL '1' DAY(3)|INTERVAL '1.5' SECOND(3)|INTERVAL '1-2' YEAR TO MONTH`,
  ),
);
export const literal: Sql = fc.oneof(
  number,
  string,
  prefixed,
  interval,
  words(
    `TRUE|FALSE|NULL|UNKNOWN|DATE '2026-01-01'|TIME '10:00:00'|TIMESTAMP '2026-01-01 00:00:00'|CURRENT_TIMESTAMP|CURRENT_DATE|LOCALTIME|x'0AFF'`,
  ),
);
const option: Sql = seq(words(`'connector'|'topic'|'properties.bootstrap.servers'|'k'`), '=', string);
export const options: Sql = parens(option);

/** Name of an aggregate or scalar function of plain calls. */
export const functionName: Sql = words(
  'UPPER|COALESCE|CONCAT_WS|my_udf|cat.db.f|`f`|ABS|IF|NULLIF|MOD|DATE_FORMAT|TO_TIMESTAMP_LTZ|JSON_STRING|SUM|MAX|COUNT|FIRST_VALUE|LAST_VALUE|RANK|LAG|YEAR|MINUTE|LEFT|REGEXP_EXTRACT|SPLIT_INDEX|CHAR_LENGTH|TRUNCATE|GROUPING|CARDINALITY|CURRENT_WATERMARK|PROCTIME',
);
