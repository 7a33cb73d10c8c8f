import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeDay, encodeDays, ledgerOf, type StoredDay } from '../../../lineage/objectives/day-document.ts';
import { MINUTE_MS, MINUTES_A_DAY, MinuteLedger, type Verdict } from '../../../lineage/objectives/minute-ledger.ts';
import { tally } from '../../../lineage/objectives/tally.ts';
import type { Json } from '../../../model/json.ts';

const FIRST = 20_000 * MINUTES_A_DAY + 1400;

/** Minutes as they are judged: how many are skipped before, the verdict, the hop. */
const judged = fc.array(
  fc.record({
    skip: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 2000 })),
    verdict: fc.constantFrom<Verdict>('good', 'bad', 'unknown'),
    hop: fc.constantFrom(null, 'etl', '作业'),
  }),
  { minLength: 1, maxLength: 60 },
);

/** The ledger, and beside it the plain list of its minutes. */
function build(minutes: typeof judged extends fc.Arbitrary<infer T> ? T : never) {
  const ledger = new MinuteLedger();
  const plain: { verdict: Verdict; hop: string | null }[] = [];
  for (const { skip, verdict, hop } of minutes) {
    // Nothing is unwatched before the first minute.
    if (plain.length > 0) for (let i = 0; i < skip; i++) plain.push({ verdict: 'unwatched', hop: null });
    ledger.append(FIRST + plain.length, verdict, verdict === 'good' ? null : hop);
    plain.push({ verdict, hop: verdict === 'good' ? null : hop });
  }
  return { ledger, plain };
}

describe('a ledger of minutes', () => {
  test('minutes in a row that were the same are one run; minutes left out were unwatched', () => {
    const ledger = new MinuteLedger();
    ledger.append(10, 'good', null);
    ledger.append(11, 'good', null);
    ledger.append(12, 'bad', 'etl');
    ledger.append(15, 'bad', 'etl');

    assert.deepEqual(ledger.runs, [
      { from: 10, to: 12, verdict: 'good', hop: null },
      { from: 12, to: 13, verdict: 'bad', hop: 'etl' },
      { from: 13, to: 15, verdict: 'unwatched', hop: null },
      { from: 15, to: 16, verdict: 'bad', hop: 'etl' },
    ]);
  });

  test('a minute that is judged stays as it is', () => {
    const ledger = new MinuteLedger();
    ledger.append(10, 'bad', 'etl');
    ledger.append(10, 'good', null);
    ledger.append(9, 'good', null);

    assert.deepEqual(ledger.runs, [{ from: 10, to: 11, verdict: 'bad', hop: 'etl' }]);
  });

  test('bad is bad since its first minute, whichever hop it was', () => {
    const ledger = new MinuteLedger();
    ledger.append(1, 'good', null);
    ledger.append(2, 'bad', 'a');
    ledger.append(3, 'bad', 'b');

    assert.deepEqual(ledger.latest(4), { from: 2, to: 4, verdict: 'bad', hop: 'b' });
    assert.deepEqual(ledger.latest(100), { from: 2, to: 4, verdict: 'bad', hop: 'b' });
    assert.deepEqual(ledger.latest(3), { from: 2, to: 3, verdict: 'bad', hop: 'a' });
    assert.deepEqual(ledger.latest(2), { from: 1, to: 2, verdict: 'good', hop: null });
    assert.equal(ledger.latest(1), null);
    assert.equal(new MinuteLedger().latest(5), null);
  });

  test('holds exactly the minutes that were judged, in any window', () => {
    fc.assert(
      fc.property(judged, fc.nat(3000), fc.nat(3000), (minutes, from, length) => {
        const { ledger, plain } = build(minutes);
        const window = plain.slice(from, from + length);
        const counts = { good: 0, bad: 0, unknown: 0, unwatched: 0 };
        for (const { verdict } of window) counts[verdict]++;
        const start = (FIRST + from) * MINUTE_MS;

        const result = tally(ledger, length === 0 ? [] : [{ from: start, to: start + length * MINUTE_MS }]);

        assert.deepEqual(result.minutes, counts);
        const hops = window.filter(m => m.hop !== null).length;
        assert.equal(
          [...result.byHop.values()].reduce((sum, { bad, unknown }) => sum + bad + unknown, 0),
          hops,
        );
      }),
      { numRuns: 200 },
    );
  });

  test('survives being stored day by day and read in any order', () => {
    fc.assert(
      fc.property(judged, fc.boolean(), (minutes, backwards) => {
        const { ledger } = build(minutes);
        const documents = encodeDays('GMV/日报', ledger, 0).map(({ body }) => JSON.parse(JSON.stringify(body)) as Json);
        const days = documents.map(body => decodeDay(body)).filter((day): day is StoredDay => day !== null);

        assert.equal(days.length, documents.length);
        assert.deepEqual(ledgerOf(backwards ? days.toReversed() : days).runs, ledger.runs);
      }),
      { numRuns: 200 },
    );
  });

  test('only days since a minute are written', () => {
    const ledger = new MinuteLedger();
    for (let minute = FIRST; minute < FIRST + 100; minute++) ledger.append(minute, 'good', null);

    assert.deepEqual(
      encodeDays('r', ledger, FIRST + 50).map(({ id }) => id),
      ['20001/r'],
    );
    assert.deepEqual(
      encodeDays('r', ledger, FIRST).map(({ id }) => id),
      ['20000/r', '20001/r'],
    );
  });

  test('what is forgotten is gone, to the minute', () => {
    const ledger = new MinuteLedger();
    for (let minute = 0; minute < 10; minute++) ledger.append(minute, 'good', null);
    ledger.forgetBefore(7);

    assert.deepEqual(ledger.runs, [{ from: 7, to: 10, verdict: 'good', hop: null }]);
  });

  const DAMAGED: readonly (readonly [string, Json])[] = [
    ['no object', 'x'],
    ['no runs', { report: 'r', day: 1, start: 0, hops: [] }],
    ['a letter nobody knows', { report: 'r', day: 1, start: 0, hops: [], runs: [['z', 1]] }],
    ['a hop that is not listed', { report: 'r', day: 1, start: 0, hops: [], runs: [['b', 1, 0]] }],
    ['more minutes than a day has', { report: 'r', day: 1, start: 1400, hops: [], runs: [['g', 41]] }],
    ['minutes that are no number', { report: 'r', day: 1, start: 0, hops: [], runs: [['g', -1]] }],
  ];
  for (const [sentence, body] of DAMAGED) {
    test(`a stored day with ${sentence} is told apart`, () => assert.equal(decodeDay(body), null));
  }
});
