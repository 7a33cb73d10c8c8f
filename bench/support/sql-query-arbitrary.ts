/** Expressions, types and queries of generated SQL. */
import fc from 'fast-check';
import {
  functionName,
  ident,
  interval,
  list,
  literal,
  number,
  opt,
  parens,
  type Sql,
  seq,
  string,
  table,
  timeUnit,
  words,
} from './sql-words-arbitrary.ts';

/** They hold each other, so they are tied together. */
export const tied = fc.letrec<
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
  const exponent = { depthSize: 'xsmall', withCrossShrink: false } as const;
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
      seq(tie('atom'), words('=|<>|<|<=|>|>='), tie('atom')),
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

/** SUBSTRING takes FROM … FOR or commas, not both. */
function sameSeparators(text: string): string {
  return / , [0-9.eE-]+ FOR [^)]*\)$/.test(text) ? text.replace(/ FOR ([^)]*)\)$/, ', $1)') : text;
}
