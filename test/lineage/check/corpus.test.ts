/** No false alarms: statements that Flink's parser and planner take have no errors in the check, but for tables the cases leave undeclared. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lineageCases } from '../sql/fixture-cases.ts';
import { checkerOf } from './estate-fixture.ts';

describe('the corpus of correct SQL', () => {
  for (const { file, title, sql, schemas } of lineageCases()) {
    test(`${file}: ${title}`, async () => {
      const { findings } = await checkerOf([]).check({ sql, schemas });

      assert.deepEqual(
        findings.filter(({ severity, code }) => severity === 'error' && code !== 'unknown-table'),
        [],
      );
    });
  }
});
