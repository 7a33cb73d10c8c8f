/** Tables of what the check finds: every sentence with the script, the findings, and where they stand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckInput } from '../../../lineage/check/checker.ts';
import type { Finding } from '../../../lineage/check/finding.ts';
import type { JobEvent } from '../../../model/job-event.ts';
import { findingsOf, kafka } from './estate-fixture.ts';

/** A table that most scripts read. */
export const T = `CREATE TABLE t (a INT, b STRING, pt AS PROCTIME()) ${kafka('t')};\n`;
/** A table that most scripts write. */
export const U = `CREATE TABLE u (a INT, b STRING) ${kafka('u')};\n`;
/** Of an estate without jobs. */
export const NONE: readonly JobEvent[] = [];

type Told = readonly [severity: Finding['severity'], code: Finding['code'], at: string, message: RegExp, hint?: RegExp];
type Case = readonly [
  sentence: string,
  sql: string,
  told: readonly Told[],
  more?: Omit<CheckInput, 'sql'> & { readonly events?: readonly JobEvent[] },
];

/** One test a sentence. `at` is the text of the script that is marked. */
export function runTable(cases: readonly Case[]): void {
  for (const [sentence, sql, told, more] of cases) {
    test(sentence, async () => {
      const findings = await findingsOf(sql, more);

      const shown = findings.map(({ severity, code, position, length }) => [
        severity,
        code,
        sql.slice(position, position + length),
      ]);
      assert.deepEqual(
        shown,
        told.map(([severity, code, at]) => [severity, code, at]),
        JSON.stringify(findings, null, 1),
      );
      for (const [i, [, , , message, hint]] of told.entries()) {
        assert.match(findings[i]!.message, message);
        if (hint !== undefined) assert.match(findings[i]!.hint ?? '', hint);
      }
      for (const { line, column, position } of findings) {
        const before = sql.slice(0, position).split('\n');
        assert.deepEqual([line, column], [before.length, before.at(-1)!.length + 1]);
      }
    });
  }
}
