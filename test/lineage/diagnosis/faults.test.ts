import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from '../../../lineage/diagnosis/diagnose.ts';
import { FAULT_KINDS, injectFault } from '../../support/fault-metrics.ts';

const SEEDS = Array.from({ length: 120 }, (_, i) => 10_000 + i);

for (const kind of FAULT_KINDS) {
  test(`${kind}: the likeliest cause is the injected fault in at least 80 % of the jobs`, () => {
    const right = SEEDS.filter(seed => diagnose(injectFault(kind, seed).input).diagnoses[0]?.kind === kind);
    assert.ok(right.length >= 0.8 * SEEDS.length, `${right.length} of ${SEEDS.length}`);
  });
}

test('jobs with nothing wrong are left alone', () => {
  const ill = SEEDS.filter(seed => diagnose(injectFault('none', seed).input).diagnoses.length > 0);
  assert.deepEqual(ill, []);
});

test('the same seed gives the same job', () => {
  assert.deepEqual(injectFault('data-skew', 7), injectFault('data-skew', 7));
});
