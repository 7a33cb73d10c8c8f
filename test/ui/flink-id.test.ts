/** IDs that people paste become exact filters; words do not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idFilter, shortId } from '../../web/ui/src/format/flink-id.ts';

const CASES = [
  ['a container ID', 'container_1763000000000_0042_01_000003', { container: 'container_1763000000000_0042_01_000003' }],
  [
    'a container ID with an epoch, with blanks around',
    ' container_e12_1763000000000_0042_01_000003\n',
    { container: 'container_e12_1763000000000_0042_01_000003' },
  ],
  ['an application ID', 'application_1763000000000_0042', { app: 'application_1763000000000_0042' }],
  ['a Flink job ID', 'a1b2c3d4e5f60718293a4b5c6d7e8f90', { q: 'job_id:a1b2c3d4e5f60718293a4b5c6d7e8f90' }],
  [
    'an ID in quotes and of another case, with the end of its sentence',
    ' "Container_E12_1763000000000_0042_01_000003".\n',
    { container: 'container_e12_1763000000000_0042_01_000003' },
  ],
  ['an ID in Chinese brackets', '「application_1763000000000_0042」，', { app: 'application_1763000000000_0042' }],
  ['a word', 'OutOfMemoryError', null],
  ['an ID inside a sentence', 'failed in application_1763000000000_0042', null],
] as const;

for (const [name, text, wanted] of CASES) {
  test(`${name} gives ${JSON.stringify(wanted)}`, () => assert.deepEqual(idFilter(text), wanted));
}

test('short forms keep the part that tells containers of different applications apart', () => {
  assert.equal(shortId('container_e12_1763000000000_0042_01_000003'), '…0042_01_000003');
  assert.equal(shortId('application_1763000000000_0042'), '…0042');
  assert.equal(shortId('short'), 'short');
});
