import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration, parseFlinkDuration, readableDuration } from '../../model/duration.ts';

const READ: readonly (readonly [text: string, ms: number | null])[] = [
  ['0', 0],
  ['500ms', 500],
  ['30s', 30_000],
  ['1h30m', 5_400_000],
  ['2w', 1_209_600_000],
  ['', null],
  ['5', null],
  ['-5m', null],
  ['1.5h', null],
  ['7days', null],
  ['5m ', null],
];
for (const [text, ms] of READ) test(`"${text}" is ${ms ?? 'no duration'}`, () => assert.equal(parseDuration(text), ms));

test('what is written is read back', () => {
  fc.assert(fc.property(fc.nat({ max: 10 ** 12 }), ms => assert.equal(parseDuration(formatDuration(ms)), ms)));
});

const PEOPLE: readonly (readonly [ms: number, text: string])[] = [
  [0, '0ms'],
  [999, '999ms'],
  [1000, '1s'],
  [94_483, '1m 34s'],
  [59_700, '1m'],
  [3_900_000, '1h 5m'],
  [3_599_900, '1h'],
  [90_000_000, '1d 1h'],
];
for (const [ms, text] of PEOPLE) test(`${ms} ms read as ${text}`, () => assert.equal(readableDuration(ms), text));

const FLINK: readonly (readonly [text: string | undefined, ms: number | null])[] = [
  ['10 s', 10_000],
  ['10 SECONDS', 10_000],
  ['500 ms', 500],
  ['500 millis', 500],
  ['1 min', 60_000],
  ['2d', 172_800_000],
  ['250', 250],
  ['soon', null],
  ['', null],
  [undefined, null],
];
for (const [text, ms] of FLINK) {
  test(`Flink's "${text}" is ${ms ?? 'no duration'}`, () => assert.equal(parseFlinkDuration(text), ms));
}
