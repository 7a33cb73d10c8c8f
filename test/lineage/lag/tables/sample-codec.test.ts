import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeSamples, encodeSamples } from '../../../../lineage/lag/tables/sample-codec.ts';

const whole = fc.maxSafeInteger();
const any = fc.double({ noNaN: true });

test('every sample comes back as it was, whole or not', () => {
  for (const number of [whole, any]) {
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { maxLength: 192 }), samples => {
        const text = encodeSamples(
          Float64Array.from(samples, ([t]) => t),
          Float64Array.from(samples, ([, x]) => x),
        );
        const back = decodeSamples(text, 192);
        assert.deepEqual(
          back.map(([t, x]) => [t + 0, x + 0]),
          samples.map(([t, x]) => [t + 0, x + 0]),
        );
      }),
    );
  }
});

test('a text that cannot be read gives no samples, whatever it is', () => {
  assert.deepEqual(decodeSamples('~gA==', 192), [], 'ends within a number');
  assert.deepEqual(decodeSamples('AAAA', 192), [], 'no whole doubles');
  fc.assert(fc.property(fc.string(), text => decodeSamples(text, 192).length <= 192));
  fc.assert(fc.property(fc.string(), text => decodeSamples(`~${text}`, 192).length <= 192));
});

test('texts of earlier versions, doubles in base64, are still read', () => {
  const both = Float64Array.of(1_000, 2_000, 5, 7);
  assert.deepEqual(decodeSamples(Buffer.from(both.buffer).toString('base64'), 192), [
    [1_000, 5],
    [2_000, 7],
  ]);
});

test('a day of a partition takes a kilobyte', () => {
  const times = Float64Array.from({ length: 192 }, (_, i) => 1_790_000_000_000 + i * 450_000 + (i % 7) * 10_000);
  const values = Float64Array.from({ length: 192 }, (_, i) => 900_000_000 + i * 45_000 + (i % 5) * 1_000);
  assert.ok(encodeSamples(times, values).length <= 1_600, `${encodeSamples(times, values).length}`);
});
