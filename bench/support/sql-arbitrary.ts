/**
 * A grammar of Flink SQL as fast-check arbitraries: statements that parse and mean nothing in particular. Written from the
 * documentation's syntax diagrams, not from our parser, so that the two can disagree. Syntax that Flink 2.3's parser no longer
 * takes (or not yet, where ours does) is left out; `lineage-differential.ts` lists it.
 */
import fc from 'fast-check';
import { tied } from './sql-query-arbitrary.ts';
import {
  ident,
  interval,
  list,
  opt,
  options,
  parens,
  type Sql,
  seq,
  string,
  table,
  words,
} from './sql-words-arbitrary.ts';

const columnDef: Sql = fc.oneof(
  {
    weight: 6,
    arbitrary: seq(ident, tied.type, words('|NOT NULL|NULL|ARRAY|NOT NULL MULTISET'), opt('COMMENT', string)),
  },
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
  opt('PARTITION (', list(seq(ident, '=', words(`'x'|1`)), 2), ')'),
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
/** One statement without its `;`. */
export const statements: Sql = fc.oneof(
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
