/**
 * What jobs of Flink 1.13 to 2.2 hold and 2.3's own parser refuses, because only the SQL client read it or a word became reserved, and
 * what is still taken though newer syntax replaces it: it is read all the same.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseScript } from '../../../lineage/sql/lineage.ts';

const OLDER: readonly (readonly [since: string, sql: string])[] = [
  ['SQL client until 1.13: keys and values of SET without quotes', 'SET table.exec.mini-batch.enabled=true'],
  ['SQL client until 1.13: a value of several words', 'SET execution.checkpointing.interval = 10 s'],
  ['SQL client until 1.13: RESET of a bare key', 'RESET table.planner'],
  ['SQL client 1.13 and 1.14: BEGIN STATEMENT SET', 'BEGIN STATEMENT SET; INSERT INTO a SELECT x FROM b; END;'],
  ['1.13: STATEMENT SET without EXECUTE', 'STATEMENT SET BEGIN INSERT INTO a SELECT x FROM b; END'],
  ['SQL client: QUIT', 'QUIT'],
  ['SQL client: EXIT', 'EXIT'],
  ['SQL client: CLEAR', 'CLEAR'],
  ['SQL client: HELP', 'HELP'],
  ['names only later versions reserve: MODELS (2.x)', 'SELECT model, models FROM t'],
  ['names only later versions reserve: HASH and DISTRIBUTION (1.20)', 'SELECT hash, distribution FROM t'],
  ['names only later versions reserve: FRESHNESS, REFRESH (1.20)', 'SELECT freshness, refresh FROM t'],
  ['names only later versions reserve: MATERIALIZED (1.20)', 'CREATE TABLE materialized (a INT)'],
  ['names only later versions reserve: UNPIVOT', 'SELECT unpivot FROM t AS unpivot'],
  [
    'GROUP BY windows, which window functions replace',
    "SELECT TUMBLE_START(ts, INTERVAL '1' DAY) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' DAY)",
  ],
  [
    'temporal table functions, which FOR SYSTEM_TIME AS OF replaces',
    'SELECT o.a, r.b FROM o, LATERAL TABLE(Rates(o.rt)) AS r WHERE r.k = o.k',
  ],
  ['table functions with TABLE around them, which 2.x leaves out', 'SELECT a FROM TABLE(my_ptf(TABLE t))'],
];

describe('older Flink SQL is read', () => {
  for (const [since, sql] of OLDER) {
    test(`${since}: ${sql}`, () => {
      assert.deepEqual(parseScript({ sql }).errors, []);
    });
  }
});
