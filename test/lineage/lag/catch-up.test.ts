import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CatchUp } from '../../../lineage/lag/catch-up.ts';
import { MinutesHeard } from '../../../lineage/lag/tables/minutes-heard.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const BOOT = 1_700_000_040_000;

/** Streams whose level a test sets; rows are there of every minute from `heardFrom` up to the level. */
function streams(from: number) {
  const heard = new MinutesHeard();
  const world = {
    level: Number.POSITIVE_INFINITY,
    heard,
    catchUp: new CatchUp({ level: (): number => world.level, heard, from }),
    hear(begin: number, end: number): void {
      for (let t = begin; t < end; t += 10_000) heard.note(t);
    },
    /** What is looked at in one round. */
    look(now: number): readonly number[] {
      const due = world.catchUp.due(now);
      for (const at of due) world.catchUp.done(at);
      return due;
    },
  };
  return world;
}

describe('which instants are looked at', () => {
  test('now, while the streams are level', () => {
    const { look, catchUp } = streams(Number.NaN);

    assert.deepEqual([look(BOOT), look(BOOT + 5000)], [[BOOT], [BOOT + 5000]]);
    assert.equal(catchUp.reached, Number.POSITIVE_INFINITY);
  });

  test('missed minutes as the streams come past them, and now again once they are level', () => {
    const world = streams(BOOT - 5 * MINUTE);
    world.level = BOOT - 3 * MINUTE;
    world.hear(BOOT - 5 * MINUTE, BOOT - 3 * MINUTE);
    assert.deepEqual(world.look(BOOT), [BOOT - 4 * MINUTE]);
    assert.equal(world.catchUp.reached, BOOT - 4 * MINUTE);

    world.level = Number.POSITIVE_INFINITY;
    world.hear(BOOT - 3 * MINUTE, BOOT);

    assert.deepEqual(world.look(BOOT + 5000), [BOOT - 3 * MINUTE, BOOT - 2 * MINUTE, BOOT - MINUTE, BOOT + 5000]);
    assert.equal(world.catchUp.reached, Number.POSITIVE_INFINITY);
    assert.deepEqual(world.look(BOOT + 10_000), [BOOT + 10_000]);
  });

  test('no minute of which there are no rows: nobody knows what was then', () => {
    const world = streams(BOOT - 10 * MINUTE);
    world.hear(BOOT - 10 * MINUTE, BOOT - 9 * MINUTE);
    world.hear(BOOT - 2 * MINUTE, BOOT - MINUTE);

    assert.deepEqual(world.look(BOOT), [BOOT - 2 * MINUTE, BOOT]);
  });

  test('a first start that finds a past begins after the minute of its first rows', () => {
    const world = streams(Number.NaN);
    world.level = BOOT - 6 * MINUTE;
    world.hear(BOOT - 10 * MINUTE, BOOT - 6 * MINUTE);

    assert.deepEqual(world.look(BOOT), [BOOT - 8 * MINUTE, BOOT - 7 * MINUTE]);
  });

  test('also when it is level before it first looks', () => {
    const world = streams(Number.NaN);
    world.hear(BOOT - 4 * MINUTE, BOOT);

    assert.deepEqual(world.look(BOOT), [BOOT - 2 * MINUTE, BOOT - MINUTE, BOOT]);
  });

  test('now as well when the streams are stuck; what they tell later is looked at then', () => {
    const world = streams(BOOT - MINUTE);
    world.level = BOOT - 2 * MINUTE;
    assert.deepEqual(world.look(BOOT), []);
    assert.deepEqual(world.look(BOOT + 30_000), [BOOT + 30_000]);
    assert.equal(world.catchUp.reached, Number.POSITIVE_INFINITY);

    world.level = Number.POSITIVE_INFINITY;
    world.hear(BOOT - MINUTE, BOOT + MINUTE);

    assert.deepEqual(world.look(BOOT + MINUTE), [BOOT, BOOT + MINUTE]);
  });

  test('what could not be looked at comes again', () => {
    const { catchUp, hear } = streams(BOOT - 3 * MINUTE);
    hear(BOOT - 3 * MINUTE, BOOT);
    const first = catchUp.due(BOOT);
    catchUp.done(first[0]!);

    assert.deepEqual(catchUp.due(BOOT + 5000), [...first.slice(1, -1), BOOT + 5000]);
  });

  test('a day at most, so many a round that requests come between, none twice and none left out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: 400 }), (missed, perRound) => {
        const world = streams(BOOT - missed * MINUTE);
        const seen: number[] = [];
        let now = BOOT;
        let read = BOOT - missed * MINUTE;
        for (let round = 0; round < 2100; round++) {
          const to = Math.min(now, read + perRound * MINUTE);
          world.hear(Math.max(read, BOOT - 1490 * MINUTE), to);
          read = to;
          world.level = read === now ? Number.POSITIVE_INFINITY : read;
          const due = world.look(now);
          assert.ok(due.length <= 31);
          seen.push(...due);
          if (world.catchUp.reached === Number.POSITIVE_INFINITY && read >= now - MINUTE) break;
          now += 5000;
        }
        assert.deepEqual(
          seen,
          seen.toSorted((a, b) => a - b),
        );
        const minutes = new Set(seen.filter(t => t % MINUTE === 0));
        const oldest = Math.max(BOOT - missed * MINUTE, now - DAY) + 1;
        for (let t = Math.ceil(oldest / MINUTE) * MINUTE; missed > 1 && t < BOOT; t += MINUTE)
          assert.ok(minutes.has(t), `${(BOOT - t) / MINUTE} minutes before are missing`);
        assert.equal(seen.length, new Set(seen).size);
      }),
      { numRuns: 60 },
    );
  });
});

describe('minutes heard of', () => {
  test('a day of them is kept, the latest', () => {
    const heard = new MinutesHeard();
    for (let m = 0; m < 3000; m++) heard.note(m * MINUTE);

    assert.deepEqual(
      [heard.has(1400 * MINUTE), heard.has(1500 * MINUTE), heard.has(2999 * MINUTE)],
      [false, true, true],
    );
    assert.equal(heard.first(0), 1500 * MINUTE);
    assert.equal(heard.first(9999 * MINUTE), Number.NaN);
  });
});
