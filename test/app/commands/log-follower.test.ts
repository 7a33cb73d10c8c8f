import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Followed, LogFollower } from '../../../app/commands/log-follower.ts';
import { FakeLogs, line } from './log-fixture.ts';

const MINUTE = 60_000;

async function look(follower: LogFollower, from = 0): Promise<readonly Followed[]> {
  const found: Followed[] = [];
  for await (const each of follower.look(from)) found.push(each);
  return found;
}

const idsOf = (found: readonly Followed[]): readonly string[] =>
  found.flatMap(each => (each.kind === 'lines' ? each.lines.map(({ id }) => id) : []));
const missedOf = (found: readonly Followed[]): number =>
  found.reduce((sum, each) => sum + (each.kind === 'missed' ? each.count : 0), 0);

describe('following logs', () => {
  test('new lines come once, oldest first, over minutes', async () => {
    const logs = new FakeLogs();
    const follower = new LogFollower(logs);
    logs.take(line('b', 2), line('a', 1), line('c', MINUTE + 1));
    assert.deepEqual(idsOf(await look(follower)), ['a', 'b', 'c']);
    assert.deepEqual(await look(follower), []);
    logs.take(line('d', MINUTE + 2));
    assert.deepEqual(idsOf(await look(follower)), ['d']);
  });

  test('a line that is late comes when it is there, also one of the same instant as another', async () => {
    const logs = new FakeLogs();
    const follower = new LogFollower(logs);
    logs.take(line('new', 10 * MINUTE));
    await look(follower);
    logs.take(line('late', 3), line('twin', 10 * MINUTE));
    assert.deepEqual(idsOf(await look(follower)), ['late', 'twin']);
  });

  test('while nothing comes it asks one question', async () => {
    const logs = new FakeLogs();
    const follower = new LogFollower(logs);
    logs.take(line('a', 1));
    await look(follower);
    logs.asked.length = 0;
    await look(follower);
    assert.deepEqual(logs.asked, ['counts']);
  });

  test('a minute of more lines than are turned round at once comes in the order of its seconds', async () => {
    const logs = new FakeLogs();
    const all = Array.from({ length: 10_500 }, (_, i) => line(`${i}`, Math.floor((i * MINUTE) / 10_500)));
    logs.take(...all);
    assert.deepEqual(
      idsOf(await look(new LogFollower(logs))),
      all.map(({ id }) => id),
    );
  });

  test('where ids are no longer kept, late lines are counted and said to be missed', async () => {
    const logs = new FakeLogs();
    const follower = new LogFollower(logs, 2);
    logs.take(line('a', 1), line('b', 2), line('c', MINUTE));
    assert.deepEqual(idsOf(await look(follower)), ['a', 'b', 'c']);
    logs.take(line('late', 3), line('d', MINUTE));
    assert.deepEqual(await look(follower), [
      { kind: 'missed', minute: 0, count: 1 },
      { kind: 'lines', lines: [line('d', MINUTE)] },
    ]);
    assert.deepEqual(await look(follower), []);
  });

  test('minutes that were dropped give their room back', async () => {
    const logs = new FakeLogs();
    const follower = new LogFollower(logs, 2);
    logs.take(line('a', 1), line('b', 2));
    await look(follower);
    follower.drop(MINUTE);
    logs.take(line('c', MINUTE), line('d', 2 * MINUTE));
    await look(follower, MINUTE);
    logs.take(line('late', MINUTE + 1));
    assert.deepEqual(idsOf(await look(follower, MINUTE)), ['late']);
  });

  test('whatever comes in whatever order, also between two requests: each line once, or counted as missed', async () => {
    const arrivals = fc.array(fc.array(fc.integer({ min: 0, max: 5 * MINUTE }), { maxLength: 8 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(arrivals, fc.constantFrom(3, 20, 1000), async (batches, maxIds) => {
        const logs = new FakeLogs();
        const follower = new LogFollower(logs, maxIds);
        const waiting = [...batches];
        let n = 0;
        logs.between = () => logs.take(...(waiting.shift() ?? []).map(ts => line(`${n++}`, ts)));
        const found: Followed[] = [];
        while (waiting.length > 0) found.push(...(await look(follower)));
        found.push(...(await look(follower)), ...(await look(follower)));
        const ids = idsOf(found);
        assert.equal(new Set(ids).size, ids.length, 'no line twice');
        assert.equal(ids.length + missedOf(found), n, 'no line lost in silence');
        if (maxIds > n) assert.equal(missedOf(found), 0);
      }),
      { numRuns: 200 },
    );
  });
});
