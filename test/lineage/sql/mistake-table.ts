/** Tables of mistakes: a script, where its mistake is found, and what is said of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseScript } from '../../../lineage/sql/lineage.ts';

type Mistake = readonly [sql: string, line: number, column: number, message: string];

/** One test a mistake: it is the only one told. */
export function testMistakes(mistakes: readonly Mistake[]): void {
  for (const [sql, line, column, message] of mistakes) {
    test(sql.replaceAll('\n', ' '), () => {
      assert.deepEqual(parseScript({ sql }).errors, [{ line, column, message }]);
    });
  }
}
