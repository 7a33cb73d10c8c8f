/**
 * A grammar of Flink SQL as fast-check arbitraries: statements that parse and mean nothing in particular. Written from the
 * documentation's syntax diagrams, not from our parser, so that the two can disagree. Syntax that Flink 2.3's parser no longer
 * takes (or not yet, where ours does) is left out; `lineage-differential.ts` lists it.
 */
import fc from 'fast-check';

type Sql = fc.Arbitrary<string>;

/** Parts with a blank between them; empty ones leave none. */
function seq(...parts: readonly (Sql | string)[]): Sql {
  const arbitraries = parts.map(part => (typeof part === 'string' ? fc.constant(part) : part));
  return fc.tuple(...arbitraries).map(texts => texts.filter(text => text !== '').join(' '));
}

function opt(...parts: readonly (Sql | string)[]): Sql {
  return fc.oneof(fc.constant(''), seq(...parts));
}

function words(text: string): Sql {
  return fc.constantFrom(...text.split('|'));
}

function list(item: Sql, maxLength = 3): Sql {
  return fc.array(item, { minLength: 1, maxLength }).map(items => items.join(', '));
}

function parens(item: Sql, maxLength = 3): Sql {
  return list(item, maxLength).map(text => `(${text})`);
}

const ident: Sql = fc.oneof(
  { weight: 12, arbitrary: words('a|b|c|id|ts|pt|amount|status|name_1|x|y') },
  { weight: 2, arbitrary: words('`a`|`order`|`dw.sdk_log`|`x``y`|`日志`|`user`') },
  // Key words that stay names.
  {
    weight: 1,
    arbitrary: words('type|key|data|catalog|version|first|last|level|json|source|view|plan|options|size|path'),
  },
);
const table: Sql = fc.oneof(
  { weight: 6, arbitrary: words('t|s|orders|dim|sink') },
  { weight: 3, arbitrary: words('dw.orders|`dw.orders`|cat.dw.orders|db.`t`') },
  { weight: 1, arbitrary: ident },
);
const string: Sql = words(`'x'|''|'it''s'|'a;b'|'-- no'|'/* no */'|'日志'|u&'\\0041'`);
const number: Sql = words('0|1|42|1.5|.5|1e3|1.5E-3|100000');
const unit: Sql = words('SECOND|MINUTE|HOUR|DAY|MONTH|YEAR|MINUTES|HOURS|DAYS|WEEK|QUARTER|second');
const timeUnit: Sql = words('SECOND|MINUTE|HOUR|DAY|MONTH|YEAR|WEEK|QUARTER');
const interval: Sql = fc.oneof(
  seq('INTERVAL', words(`'1'|'10'|'5'`), unit),
  words(
    `INTERVAL '1 2:30:00' DAY TO SECOND|INTERVAL '1:30' HOUR TO MINUTE|INTERVAL -'1' DAY|INTERVAL '1' DAY(3)|INTERVAL '1.5' SECOND(3)|INTERVAL '1-2' YEAR TO MONTH`,
  ),
);
const literal: Sql = fc.oneof(
  number,
  string,
  interval,
  words(
    `TRUE|FALSE|NULL|UNKNOWN|DATE '2026-01-01'|TIME '10:00:00'|TIMESTAMP '2026-01-01 00:00:00'|CURRENT_TIMESTAMP|CURRENT_DATE|LOCALTIME|x'0AFF'`,
  ),
);
const option: Sql = seq(words(`'connector'|'topic'|'properties.bootstrap.servers'|'k'`), '=', string);
const options: Sql = parens(option);

/** Name of an aggregate or scalar function of plain calls. */
const functionName: Sql = words(
  'UPPER|COALESCE|CONCAT_WS|my_udf|cat.db.f|`f`|ABS|IF|NULLIF|MOD|DATE_FORMAT|TO_TIMESTAMP_LTZ|JSON_STRING|SUM|MAX|COUNT|FIRST_VALUE|LAST_VALUE|RANK|LAG|YEAR|MINUTE|LEFT|REGEXP_EXTRACT|SPLIT_INDEX|CHAR_LENGTH|TRUNCATE|GROUPING|CARDINALITY|CURRENT_WATERMARK|PROCTIME',
);

export interface Arbitraries {
  readonly expression: Sql;
  readonly type: Sql;
  readonly query: Sql;
  readonly statement: Sql;
}

const tied = fc.letrec<
  Record<'expr' | 'atom' | 'call' | 'predicate' | 'type' | 'query' | 'select' | 'tableRef' | 'over', string>
>(tie => {
  const expr = tie('expr');
  const query = tie('query');
  const type = tie('type');
  const over = tie('over');
  const sort = seq(expr, words('|ASC|DESC'), words('|NULLS FIRST|NULLS LAST'));
  const subquery = query.map(text => `(${text})`);
  const column: Sql = fc.oneof(
    { weight: 4, arbitrary: ident },
    seq(ident).map(name => `t.${name}`),
    words('t.r.f|r.f.g'),
  );
  const argument = fc.oneof({ weight: 6, arbitrary: expr }, seq(words('x|y|uid'), '=>', expr));
  const exponent = { depthSize: 'small', withCrossShrink: false } as const;
  return {
    atom: fc.oneof(
      exponent,
      { weight: 6, arbitrary: column },
      { weight: 3, arbitrary: literal },
      { weight: 3, arbitrary: tie('call') },
      expr.map(text => `(${text})`),
      seq('CAST(', expr, 'AS', type, ')'),
      seq('TRY_CAST(', expr, 'AS', type, ')'),
      seq(
        'CASE',
        list(expr, 1).map(text => `WHEN ${text}`),
        'THEN',
        expr,
        opt('ELSE', expr),
        'END',
      ),
      seq('CASE', expr, 'WHEN', list(expr, 2), 'THEN', expr, 'WHEN', expr, 'THEN', expr, 'END'),
      seq('ROW', parens(expr)),
      seq(
        'ARRAY',
        list(expr).map(text => `[${text}]`),
      ),
      seq(
        'MAP',
        seq(expr, ',', expr).map(text => `[${text}]`),
      ),
      seq(
        column,
        expr.map(text => `[${text}]`),
      ),
      subquery,
    ),
    call: fc.oneof(
      exponent,
      {
        weight: 6,
        arbitrary: seq(
          functionName,
          fc.array(argument, { maxLength: 3 }).map(args => `(${args.join(', ')})`),
        ),
      },
      seq(
        words('COUNT(*)|SUM(a)|MAX(b)|LISTAGG(DISTINCT a)|AVG(ALL a)|COUNT(DISTINCT a, b)'),
        opt('FILTER (WHERE', expr, ')'),
      ),
      seq(
        words('ROW_NUMBER()|SUM(a)|LAG(a, 1)|COUNT(*)|LAST_VALUE(a) IGNORE NULLS|FIRST_VALUE(a) RESPECT NULLS'),
        'OVER',
        over,
      ),
      seq('EXTRACT(', timeUnit, 'FROM', expr, ')'),
      seq('TIMESTAMPADD(', timeUnit, ',', expr, ',', expr, ')'),
      seq('TIMESTAMPDIFF(', timeUnit, ',', expr, ',', expr, ')'),
      seq(words('FLOOR|CEIL'), '(', expr, opt('TO', timeUnit), ')'),
      seq('TRIM(', opt(words('BOTH|LEADING|TRAILING'), opt(string), 'FROM'), column, ')'),
      seq('SUBSTRING(', expr, words('FROM|,'), number, opt(words('FOR'), number), ')').map(sameSeparators),
      seq('POSITION(', column, 'IN', column, ')'),
      seq('OVERLAY(', column, 'PLACING', string, 'FROM', number, opt('FOR', number), ')'),
      seq(
        'JSON_VALUE(',
        expr,
        `, '$.a'`,
        opt('RETURNING', type),
        words(`|NULL ON EMPTY|DEFAULT 0 ON EMPTY|ERROR ON EMPTY`),
        words('|NULL ON ERROR|ERROR ON ERROR'),
        ')',
      ),
      seq(
        'JSON_QUERY(',
        expr,
        `, '$.a'`,
        words('|WITH WRAPPER|WITHOUT ARRAY WRAPPER|WITH CONDITIONAL ARRAY WRAPPER'),
        words('|NULL ON EMPTY|EMPTY ARRAY ON EMPTY'),
        words('|ERROR ON ERROR'),
        ')',
      ),
      seq('JSON_EXISTS(', expr, `, '$.a'`, words('|TRUE ON ERROR|UNKNOWN ON ERROR'), ')'),
      seq(
        'JSON_OBJECT(',
        list(fc.oneof(seq('KEY', string, 'VALUE', expr), seq(string, 'VALUE', expr)), 2),
        words('|NULL ON NULL|ABSENT ON NULL'),
        ')',
      ),
      seq('JSON_ARRAY(', list(expr), words('|NULL ON NULL|ABSENT ON NULL'), ')'),
      words(
        `JSON_OBJECTAGG(KEY a VALUE b)|JSON_ARRAYAGG(a ABSENT ON NULL)|LISTAGG(a, ',') WITHIN GROUP (ORDER BY b)|JSON_OBJECT()`,
      ),
      seq('EXISTS', subquery),
    ),
    predicate: fc.oneof(
      exponent,
      seq(tie('atom'), words('=|<>|!=|<|<=|>|>='), tie('atom')),
      seq(tie('atom'), words('IS NULL|IS NOT NULL|IS TRUE|IS NOT FALSE|IS UNKNOWN|IS JSON|IS NOT JSON OBJECT')),
      seq(tie('atom'), words('|NOT'), 'BETWEEN', words('|SYMMETRIC|ASYMMETRIC'), tie('atom'), 'AND', tie('atom')),
      seq(tie('atom'), words('|NOT'), 'IN', parens(expr)),
      seq(tie('atom'), words('|NOT'), 'IN', subquery),
      seq(tie('atom'), words('|NOT'), words('LIKE|SIMILAR TO'), string, opt(`ESCAPE '!'`)),
      seq(tie('atom'), 'IS', words('|NOT'), 'DISTINCT FROM', tie('atom')),
      seq(tie('atom'), words('=|<|>='), words('ANY|SOME|ALL'), subquery),
      seq('NOT', tie('predicate')),
      seq(tie('predicate'), words('AND|OR'), tie('predicate')),
    ),
    expr: fc.oneof(
      exponent,
      { weight: 5, arbitrary: tie('atom') },
      { weight: 2, arbitrary: seq(tie('atom'), words('+|-|*|/|%|\\|\\|'.replaceAll('\\', '')), tie('atom')) },
      tie('predicate'),
      seq('-', tie('atom')),
    ),
    over: fc.oneof(
      words('w|(w)'),
      seq(
        '(',
        opt('PARTITION BY', list(expr, 2)),
        opt('ORDER BY', list(sort, 2)),
        opt(
          words('ROWS|RANGE'),
          'BETWEEN',
          words(`UNBOUNDED PRECEDING|1 PRECEDING|INTERVAL '1' HOUR PRECEDING|CURRENT ROW`),
          'AND',
          words('CURRENT ROW|UNBOUNDED FOLLOWING|2 FOLLOWING'),
        ),
        ')',
      ),
      words('(PARTITION BY a ORDER BY b ROWS 2 PRECEDING)|(ORDER BY pt RANGE UNBOUNDED PRECEDING)'),
    ),
    type: fc.oneof(
      exponent,
      {
        weight: 8,
        arbitrary: words(
          'INT|INTEGER|BIGINT|STRING|BOOLEAN|DOUBLE|DOUBLE PRECISION|FLOAT|TINYINT|SMALLINT|DATE|TIME|TIME(0)|BYTES|VARCHAR(10)|CHAR(3)|VARBINARY(8)|BINARY(2)|DECIMAL|DECIMAL(10)|DECIMAL(10, 2)|NUMERIC(5, 1)|DEC(3)|TIMESTAMP|TIMESTAMP(3)|TIMESTAMP_LTZ(3)|TIMESTAMP(3) WITH LOCAL TIME ZONE|TIMESTAMP WITHOUT TIME ZONE|VARIANT',
        ),
      },
      seq('ARRAY <', type, '>'),
      seq('MULTISET <', type, '>'),
      seq('MAP <', type, ',', type, '>'),
      seq('ROW <', list(seq(ident, type)), '>'),
      seq('ROW (', list(seq(ident, type, words(`|NOT NULL|NULL|'comment'`))), ')'),
      seq('ARRAY <', type, 'NOT NULL >'),
      seq(words('INT|STRING'), words('ARRAY|MULTISET')),
    ),
    tableRef: fc.oneof(
      exponent,
      { weight: 6, arbitrary: seq(table, opt(words('|AS'), words('t|u|v'))) },
      seq(table, `/*+ OPTIONS('a' = 'b') */`, words('|AS t')),
      seq(subquery, words('|AS t|t|AS t (a, b)')),
      seq(
        words('TUMBLE|CUMULATE|HOP|SESSION').map(name => `TABLE(${name}(TABLE`),
        table,
        ', DESCRIPTOR(',
        ident,
        ')',
        fc.array(interval, { minLength: 1, maxLength: 3 }).map(all => `, ${all.join(', ')}`),
        '))',
        words('|AS w'),
      ),
      seq('TABLE(TUMBLE(DATA => TABLE', table, ', TIMECOL => DESCRIPTOR(', ident, '), SIZE =>', interval, '))'),
      seq('LATERAL TABLE(', functionName, parens(expr), ')', words('|AS l (x, y)|AS l|l(x)')),
      seq('UNNEST(', expr, ')', words('|WITH ORDINALITY'), words('|AS u (x)|u')),
      seq(
        words('my_ptf|`ptf`|cat.db.ptf').map(name => `${name}(`),
        list(
          seq(
            words('|r =>|uid =>'),
            fc.oneof(seq('TABLE', table, opt('PARTITION BY', fc.oneof(ident, parens(ident)))), string, number),
          ),
          2,
        ),
        ')',
      ),
      seq('(', tie('tableRef'), 'JOIN', tie('tableRef'), 'ON', expr, ')'),
      seq(table, 'FOR SYSTEM_TIME AS OF', words(`t.pt|TIMESTAMP '2026-01-01 00:00:00'|PROCTIME()`), words('|AS d')),
    ),
    select: seq(
      'SELECT',
      words('|||DISTINCT|ALL|/*+ BROADCAST(t) */'),
      list(
        fc.oneof(
          seq(
            expr,
            opt(
              words('AS |AS|').map(text => text.trim()),
              ident,
            ),
          ),
          words('*|t.*|COUNT(*)|a'),
        ),
      ),
      opt(
        'FROM',
        tie('tableRef'),
        fc
          .array(
            fc.oneof(
              seq(
                words('JOIN|INNER JOIN|LEFT JOIN|LEFT OUTER JOIN|RIGHT JOIN|FULL OUTER JOIN'),
                tie('tableRef'),
                'ON',
                expr,
              ),
              seq(words('LEFT JOIN|JOIN'), table, 'FOR SYSTEM_TIME AS OF t.pt AS d ON', expr),
              seq('CROSS JOIN', tie('tableRef')),
              seq(words('NATURAL JOIN|,'), tie('tableRef')),
              seq('JOIN', table, 'USING', parens(ident)),
            ),
            { maxLength: 2 },
          )
          .map(joins => joins.join(' ')),
        opt('WHERE', expr),
        opt(
          'GROUP BY',
          fc.oneof(
            list(expr),
            words(
              `()|GROUPING SETS ((a, b), (a), ())|ROLLUP (a, b)|CUBE (a, (b, c))|a, TUMBLE(ts, INTERVAL '1' MINUTE)`,
            ),
          ),
        ),
        opt('HAVING', expr),
        words('|||WINDOW w AS (PARTITION BY a ORDER BY b)|WINDOW w AS (ORDER BY a), v AS (w ROWS 1 PRECEDING)'),
        opt('QUALIFY', expr),
      ),
    ),
    query: fc.oneof(
      exponent,
      { weight: 8, arbitrary: tie('select') },
      seq(
        tie('select'),
        opt('ORDER BY', list(sort, 2)),
        words(
          '|LIMIT 10|LIMIT ALL|OFFSET 2 ROWS|LIMIT 3 OFFSET 1|FETCH FIRST 5 ROWS ONLY|OFFSET 1 FETCH NEXT ROW ONLY',
        ),
      ).map(text => text.replace('FETCH NEXT ROW', 'FETCH NEXT 1 ROW')),
      seq(
        tie('select'),
        words('UNION ALL|UNION|UNION DISTINCT|INTERSECT|EXCEPT|INTERSECT ALL|EXCEPT ALL'),
        tie('select'),
      ),
      seq('(', tie('select'), ')', words('UNION ALL|EXCEPT'), '(', tie('select'), ')'),
      seq('WITH', list(seq(words('c1|c2|t'), words('||(a, b)'), 'AS (', query, ')'), 2), tie('select')),
      seq('VALUES', list(fc.oneof(parens(expr), seq('ROW', parens(expr))), 2)).filter(text => !text.includes('(ROW (')),
      words(
        `SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY ts MEASURES FIRST(A.x) AS x, LAST(B.y, 1) AS y ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (A B+? C{2,3} D*) WITHIN INTERVAL '1' HOUR DEFINE B AS B.x < A.x, C AS LAST(C.y) > 1) AS m|SELECT m.x FROM t MATCH_RECOGNIZE (ORDER BY ts MEASURES A.x AS x, MATCH_NUMBER() AS n ALL ROWS PER MATCH AFTER MATCH SKIP TO LAST B PATTERN ((A \\| B)+ C?) SUBSET U = (A, B) DEFINE A AS x > 1) m`.replaceAll(
          '\\|',
          '∣',
        ),
      ).map(text => text.replaceAll('∣', '|')),
    ),
  };
});

const columnDef: Sql = fc.oneof(
  { weight: 6, arbitrary: seq(ident, tied.type, words('|NOT NULL|NULL'), opt('COMMENT', string)) },
  seq(ident, 'AS', tied.expr, opt('COMMENT', string)),
  seq(ident, tied.type, 'METADATA', opt('FROM', string), words('|VIRTUAL'), opt('COMMENT', string)),
  seq('WATERMARK FOR', ident, 'AS', fc.oneof(ident, seq(ident, '-', interval))),
  seq(opt('CONSTRAINT', ident), 'PRIMARY KEY', parens(ident), 'NOT ENFORCED'),
  seq(ident, tied.type, 'PRIMARY KEY NOT ENFORCED'),
);
const tableElements: Sql = fc.array(columnDef, { minLength: 1, maxLength: 4 }).map(defs => {
  let marked = false;
  const once = defs.filter(def => {
    const isMark = def.startsWith('WATERMARK');
    const keep = !isMark || !marked;
    marked ||= isMark;
    return keep;
  });
  return `(${once.join(', ')})`;
});
const insert: Sql = seq(
  'INSERT',
  words('INTO|OVERWRITE'),
  table,
  words(`|||/*+ OPTIONS('sink.parallelism' = '2') */`),
  opt('PARTITION (', list(seq(ident, opt('=', words(`'x'|1`))), 2), ')'),
  opt(parens(ident)),
  tied.query,
);
const createTable: Sql = seq(
  'CREATE',
  words('|TEMPORARY'),
  'TABLE',
  words('|IF NOT EXISTS'),
  table,
  tableElements,
  opt('COMMENT', string),
  words('|||DISTRIBUTED BY HASH(a) INTO 4 BUCKETS|DISTRIBUTED BY (a, b)|DISTRIBUTED INTO 2 BUCKETS'),
  opt('PARTITIONED BY', parens(ident)),
  opt('WITH', options),
  opt('LIKE', table, words('||(INCLUDING ALL)|(EXCLUDING OPTIONS INCLUDING WATERMARKS OVERWRITING GENERATED)')),
);
const statement: Sql = fc.oneof(
  { weight: 6, arbitrary: tied.query },
  { weight: 5, arbitrary: insert },
  { weight: 5, arbitrary: createTable },
  seq('CREATE TABLE', table, opt('WITH', options), 'AS', tied.query),
  seq('CREATE OR REPLACE TABLE', table, opt('WITH', options), 'AS', tied.query),
  seq(
    'CREATE',
    words('|TEMPORARY'),
    'VIEW',
    words('|IF NOT EXISTS'),
    table,
    opt(parens(ident)),
    opt('COMMENT', string),
    'AS',
    tied.query,
  ),
  seq(
    'CREATE',
    words('|OR ALTER'),
    'MATERIALIZED TABLE',
    table,
    opt('COMMENT', string),
    opt('PARTITIONED BY', parens(ident)),
    opt('WITH', options),
    `FRESHNESS = INTERVAL '3' MINUTE`,
    words('|REFRESH_MODE = FULL|REFRESH_MODE = CONTINUOUS'),
    'AS',
    tied.query,
  ),
  seq(
    'CREATE',
    words('|TEMPORARY|TEMPORARY SYSTEM'),
    'FUNCTION',
    words('|IF NOT EXISTS'),
    ident,
    'AS',
    string,
    words(`||LANGUAGE JAVA|LANGUAGE PYTHON|USING JAR '/x.jar'|LANGUAGE JAVA USING JAR '/x.jar', JAR '/y.jar'`),
  ),
  seq('CREATE CATALOG', ident, opt('WITH', options)),
  seq('CREATE DATABASE', words('|IF NOT EXISTS'), table, opt('COMMENT', string), opt('WITH', options)),
  seq(
    'ALTER TABLE',
    words('|IF EXISTS'),
    table,
    fc.oneof(
      seq('RENAME TO', table),
      seq('RENAME', ident, 'TO', ident),
      seq('SET', options),
      seq('RESET', parens(string)),
      seq(words('ADD|MODIFY'), ident, tied.type, words('|FIRST|AFTER b')),
      seq(words('ADD|MODIFY'), parens(seq(ident, tied.type, words('|FIRST|AFTER b')), 2)),
      seq('DROP', fc.oneof(ident, parens(ident))),
      words(
        `DROP WATERMARK|DROP PRIMARY KEY|DROP CONSTRAINT c|DROP DISTRIBUTION|ADD PARTITION (dt = '1')|DROP IF EXISTS PARTITION (dt = '1'), PARTITION (dt = '2')|ADD WATERMARK FOR ts AS ts|ADD PRIMARY KEY (a) NOT ENFORCED`,
      ),
    ),
  ),
  seq('ALTER VIEW', table, fc.oneof(seq('RENAME TO', table), seq('AS', tied.query))),
  seq(
    'ALTER MATERIALIZED TABLE',
    table,
    words(`SUSPEND|RESUME|RESUME WITH ('a' = 'b')|REFRESH|REFRESH PARTITION (dt = '1')`),
  ),
  seq(
    'DROP',
    words(
      'TABLE|TEMPORARY TABLE|VIEW|TEMPORARY VIEW|DATABASE|CATALOG|FUNCTION|TEMPORARY FUNCTION|MATERIALIZED TABLE|MODEL',
    ),
    words('|IF EXISTS'),
    ident,
  ),
  seq('UPDATE', table, 'SET', list(seq(ident, '=', tied.expr), 2), opt('WHERE', tied.expr)),
  seq('DELETE FROM', table, opt('WHERE', tied.expr)),
  seq('TRUNCATE TABLE', table),
  seq('CALL', words('cat.sys.p|p'), parens(tied.expr, 2)),
  seq(
    'EXPLAIN',
    words('|PLAN FOR|ESTIMATED_COST|CHANGELOG_MODE, JSON_EXECUTION_PLAN|PLAN_ADVICE'),
    fc.oneof(tied.query, insert),
  ),
  seq(
    'EXECUTE STATEMENT SET BEGIN',
    fc.array(insert, { minLength: 1, maxLength: 2 }).map(all => all.join('; ')),
    '; END',
  ),
  words(
    `USE CATALOG c|USE db|USE c.db|USE MODULES a, b|SET|SET 'a' = 'b'|RESET|RESET 'a'|SHOW TABLES|SHOW TABLES FROM db LIKE '%x'|SHOW CREATE TABLE t|SHOW JOBS|SHOW CURRENT CATALOG|LOAD MODULE hive WITH ('a' = 'b')|UNLOAD MODULE hive|ADD JAR '/x.jar'|REMOVE JAR '/x.jar'|DESCRIBE t|DESC EXTENDED t|DESCRIBE CATALOG c|ANALYZE TABLE t COMPUTE STATISTICS|ANALYZE TABLE t PARTITION (dt = '1') COMPUTE STATISTICS FOR COLUMNS a|STOP JOB 'x' WITH SAVEPOINT|COMPILE PLAN '/p' FOR INSERT INTO t SELECT 1|EXECUTE PLAN '/p'|CREATE MODEL m INPUT (a INT) OUTPUT (b INT) WITH ('provider' = 'openai')|SHOW FUNCTIONS|SHOW USER FUNCTIONS|SHOW VIEWS|SHOW PARTITIONS t|SHOW COLUMNS FROM t`,
  ),
);

/** SUBSTRING takes FROM … FOR or commas, not both. */
function sameSeparators(text: string): string {
  return / , [0-9.eE-]+ FOR [^)]*\)$/.test(text) ? text.replace(/ FOR ([^)]*)\)$/, ', $1)') : text;
}

/** One statement without its `;`. */
export const statements: Sql = statement;
