import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runIdOf } from '../../../lineage/openlineage/run-id.ts';

test('a job id always gives the same UUID of version 5', () => {
  fc.assert(
    fc.property(fc.string(), jobId => {
      assert.match(runIdOf(jobId), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(runIdOf(jobId), runIdOf(jobId));
    }),
  );
});

test('the id of a Flink job is known for good: receivers have it in their history', () => {
  assert.equal(runIdOf('a1b2c3d4e5f60718293a4b5c6d7e8f90'), '93b33db0-84a9-51d0-a2e7-1c981c91d219');
});

test('different ids give different runs', () => {
  assert.notEqual(runIdOf('a'), runIdOf('b'));
});

test('what is a UUID already stands for itself', () => {
  assert.equal(runIdOf('01941D3E-7A1B-7000-8000-000000000003'), '01941d3e-7a1b-7000-8000-000000000003');
});
