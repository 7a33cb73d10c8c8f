/** Who is on call over a range agrees with who is on call at every instant of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { onCallSpans } from '../../../alerting/notify/on-call-spans.ts';
import { onCall, RotaDocument } from '../../../alerting/notify/rota.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONDAY = Date.parse('2026-11-02T00:00:00Z');

const told = (document: object, from: number, to: number): readonly string[] =>
  onCallSpans(RotaDocument.parse({ name: 'r', ...document }), from, to).map(
    span => `${new Date(span.from).toISOString().slice(5, 16)} ${span.members.join('+') || '-'} (${span.by})`,
  );

describe('the spans of a range', () => {
  test('hand over weekly, and nights lie over the days of the layer below', () => {
    const layers = [
      { members: ['li', 'wang'], start: '2026-11-02' },
      { name: 'nights', members: ['zhao'], start: '2026-11-01', hours: { from: '22:00', to: '06:00', days: [1] } },
    ];
    assert.deepEqual(told({ layers }, MONDAY + 9 * HOUR, MONDAY + 9 * DAY), [
      '11-02T09:00 li (layer 1)',
      '11-02T22:00 zhao (nights)',
      '11-03T06:00 li (layer 1)',
      '11-09T09:00 wang (layer 1)',
      '11-09T22:00 zhao (nights)',
      '11-10T06:00 wang (layer 1)',
    ]);
  });

  test('an override is a span of its own, and before the first turn nobody is on call', () => {
    const rota = {
      layers: [{ members: ['li'], start: '2026-11-03', handover: { day: 2, time: '08:00' } }],
      overrides: [{ from: MONDAY + 2 * DAY, to: MONDAY + 2 * DAY + HOUR, members: ['zhao', 'qian'] }],
    };
    assert.deepEqual(told(rota, MONDAY, MONDAY + 3 * DAY), [
      '11-02T00:00 - (nobody)',
      '11-03T08:00 li (layer 1)',
      '11-04T00:00 zhao+qian (override)',
      '11-04T01:00 li (layer 1)',
    ]);
  });

  test('the range is covered without gaps, and each span says what its every instant says', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 30))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
    const members = fc.array(fc.constantFrom('li', 'wang', 'zhao'), { minLength: 1, maxLength: 3 });
    const layer = fc.record(
      {
        members,
        start: fc.constantFrom('2026-10-20', '2026-10-26', '2026-11-01', '2027-01-01'),
        handover: fc.record({ day: fc.integer({ min: 0, max: 6 }), time }),
        weeks: fc.integer({ min: 1, max: 2 }),
        hours: fc.record(
          { from: time, to: time, days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }) },
          { requiredKeys: ['from', 'to'] },
        ),
      },
      { requiredKeys: ['members', 'start', 'handover', 'weeks'] },
    );
    // Two weeks around the end of summer time in Europe (25 October) and in America (1 November).
    const start = Date.parse('2026-10-23T05:17:00Z');
    const override = fc
      .tuple(fc.integer({ min: 0, max: 14 * 24 }), fc.integer({ min: 1, max: 48 }), members)
      .map(([at, hours, who]) => ({ from: start + at * HOUR, to: start + (at + hours) * HOUR, members: who }));
    const rota = fc.record({
      zone: fc.constantFrom('UTC', 'Asia/Shanghai', 'Europe/Berlin', 'America/New_York'),
      layers: fc.array(layer, { minLength: 1, maxLength: 3 }),
      overrides: fc.array(override, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(
        rota,
        fc.array(fc.integer({ min: 0, max: 14 * 24 * 60 - 1 }), { minLength: 20 }),
        (document, minutes) => {
          const parsed = RotaDocument.parse({ name: 'r', ...document });
          const spans = onCallSpans(parsed, start, start + 14 * DAY);
          assert.equal(spans[0]?.from, start);
          assert.equal(spans.at(-1)?.to, start + 14 * DAY);
          for (const [i, span] of spans.entries()) assert.equal(span.from, spans[i - 1]?.to ?? start);
          for (const minute of minutes) {
            const at = start + minute * 60_000;
            const { members: who, by } = onCall(parsed, at);
            const span = spans.find(({ from, to }) => from <= at && at < to);
            assert.deepEqual([span?.members, span?.by], [who, by]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
