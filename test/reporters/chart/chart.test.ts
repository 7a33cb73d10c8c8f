import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MessageChart } from '../../../alerting/notify/message.ts';
import { renderChart } from '../../../reporters/chart/png.ts';
import { niceTicks, timeTicks, valueAxis } from '../../../reporters/chart/scale.ts';
import { chartSvg } from '../../../reporters/chart/svg.ts';

const AT = Date.parse('2026-11-21T10:00:00Z');
const MINUTE = 60_000;

/** A point each minute of the last hour; `value(i)` null leaves a gap. */
function chart(over: Partial<MessageChart> = {}, value: (i: number) => number | null = i => i): MessageChart {
  const points = Array.from({ length: 61 }, (_, i) => [AT - (60 - i) * MINUTE, value(i)] as const);
  return { title: 'lag{topic=a}', points, threshold: 40, firingFrom: AT - 10 * MINUTE, unit: '', ...over };
}

function svg(over: Partial<MessageChart> = {}, value?: (i: number) => number | null): string {
  return chartSvg(chart(over, value), 'Asia/Shanghai') ?? assert.fail('nothing drawn');
}

test('line, threshold and the time it fired are drawn, with values and times of the zone beside them', () => {
  const picture = svg();

  assert.match(picture, /<path d="M58 [\d.]+L[^"]*L628 [\d.]+"/, 'the line runs from edge to edge');
  assert.match(picture, /stroke-dasharray="6 4"\/><text [^>]*>40<\/text>/);
  assert.match(picture, /<rect x="533" y="12" width="95"/, 'the last sixth of the hour is marked');
  assert.deepEqual(
    [...picture.matchAll(/>(\d\d:\d\d)</g)].map(match => match[1]),
    ['17:00', '17:10', '17:20', '17:30', '17:40', '17:50', '18:00'],
  );
});

test('the mark of an alert that ended ends, and one before the picture begins at its edge', () => {
  const ended = svg({ firingFrom: AT - 90 * MINUTE, firingTo: AT - 30 * MINUTE });

  assert.match(ended, /<rect x="58" y="12" width="285"/);
});

test('a value that is not known is a gap, not a zero', () => {
  const picture = svg({}, i => (i >= 20 && i < 30 ? null : 5));

  assert.equal(/<path d="([^"]*)"/.exec(picture)?.[1]?.match(/M/g)?.length, 2);
});

test('only numbers and times are written: the font of the picture knows no others', () => {
  assert.doesNotMatch(svg({ title: '延迟 <b>', unit: '条' }), /延迟|条|<b>/);
});

const NOTHING: readonly [string, MessageChart][] = [
  ['no point', chart({ points: [] })],
  ['one point', chart({ points: [[AT, 1]] })],
  ['points without values', chart({}, () => null)],
  ['one known value', chart({}, i => (i === 7 ? 1 : null))],
];
for (const [sentence, input] of NOTHING) {
  test(`nothing is drawn from ${sentence}`, async () => {
    assert.equal(chartSvg(input, 'UTC'), null);
    assert.equal(await renderChart(input, 'UTC'), null);
  });
}

test('the picture is a PNG of 1280 by 400 that shows more than its background', async () => {
  const png = (await renderChart(chart(), 'Mars/Base')) ?? assert.fail('no picture');

  assert.equal(png.subarray(1, 4).toString('latin1'), 'PNG');
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1280, 400]);
  assert.ok(png.length > 5_000 && png.length < 60_000, String(png.length));
});

const AXES: readonly [string, number, number, string, readonly string[]][] = [
  ['counts in thousands', 0, 9_000, 'count', ['0', '2.5k', '5k', '7.5k', '10k']],
  ['milliseconds in the unit of the greatest', 0, 1_500_000, 'ms', ['0', '10min', '20min', '30min']],
  ['a ratio in percent', 0, 0.35, 'ratio', ['0', '10%', '20%', '30%', '40%']],
  ['far from zero', 1_000, 1_010, '', ['1000', '1003', '1005', '1008', '1010']],
  ['below zero', -4, 4, '', ['-4', '-2', '0', '2', '4']],
];
for (const [sentence, low, high, unit, expected] of AXES) {
  test(`an axis of ${sentence}`, () => {
    const axis = valueAxis(low, high, unit);

    assert.deepEqual(axis.ticks.map(axis.write), expected);
  });
}

test('whatever the range, ticks rise, are few, and hold it', () => {
  const number = fc.double({ min: -1e15, max: 1e15, noNaN: true });
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const ticks = niceTicks(low, high);
      assert.ok(ticks.length >= 2 && ticks.length <= 8);
      assert.ok(
        ticks.every((tick, i) => i === 0 || tick > (ticks[i - 1] ?? tick)),
        String(ticks),
      );
      const slack = 1e-9 * Math.max(Math.abs(low), Math.abs(high), high - low);
      assert.ok((ticks[0] ?? 0) <= low + slack && (ticks.at(-1) ?? 0) >= high - slack, `${low} ${high}: ${ticks}`);
    }),
  );
});

test('whatever the time shown, its ticks are few and inside', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 * 24 * 40 }), fc.nat(1e6), (minutes, offset) => {
      const first = AT + offset;
      const last = first + minutes * MINUTE;
      const ticks = timeTicks(first, last);
      assert.ok(ticks.length <= 7 && ticks.every(tick => tick >= first && tick <= last));
    }),
  );
});
