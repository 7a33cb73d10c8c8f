import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogReader } from '../../../app/commands/log-follower.ts';
import { tailLogs } from '../../../app/commands/log-tail.ts';
import { ManualClock } from '../../../model/clock.ts';
import { UserError } from '../../../model/errors.ts';
import { FakeLogs, line } from './log-fixture.ts';

const NOW = Date.parse('2026-11-20T08:00:30Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A tail under way, with what it has told so far. */
async function follow(reader: LogReader, last = 2) {
  const clock = new ManualClock(NOW);
  const stop = new AbortController();
  const told: string[] = [];
  const remarks: string[] = [];
  const ended = tailLogs(
    {
      ...{ reader, last, clock, remark: text => remarks.push(text) },
      tell: lines => told.push(...lines.map(({ id }) => id)),
    },
    stop.signal,
  );
  const outcome = ended.then(
    () => 'ended',
    (error: Error) => error.message,
  );
  await clock.advance(0);
  return { clock, told, remarks, stop: () => stop.abort(), outcome };
}

describe('tailing logs', () => {
  test('the last lines come first, oldest first, then every one that comes', async () => {
    const logs = new FakeLogs();
    logs.take(line('a', NOW - 3), line('c', NOW - 1), line('b', NOW - 2));
    const { clock, told, stop, outcome } = await follow(logs);
    assert.deepEqual(told, ['b', 'c']);
    logs.take(line('d', NOW + 1));
    await clock.advance(1000);
    assert.deepEqual(told, ['b', 'c', 'd']);
    stop();
    assert.equal(await outcome, 'ended');
  });

  test('of --lines 0 only what comes from now on is told', async () => {
    const logs = new FakeLogs();
    logs.take(line('a', NOW - 3));
    const { clock, told, stop } = await follow(logs, 0);
    logs.take(line('b', NOW - 1));
    await clock.advance(1000);
    assert.deepEqual(told, ['b']);
    stop();
  });

  test('lines of the present come although a machine stamps its own with instants to come', async () => {
    const logs = new FakeLogs();
    logs.take(line('ahead', NOW + 5 * MINUTE), line('further', NOW + 6 * MINUTE));
    const { clock, told, stop } = await follow(logs);
    logs.take(line('now', NOW + 500));
    await clock.advance(1000);
    assert.deepEqual(told, ['ahead', 'further', 'now']);
    stop();
  });

  test('a line half an hour late comes within a minute, as when a collector catches up', async () => {
    const logs = new FakeLogs();
    logs.take(line('old', NOW - HOUR), line('new', NOW));
    const { clock, told, stop } = await follow(logs);
    logs.take(line('late', NOW - HOUR / 2));
    await clock.advance(MINUTE + 2000);
    assert.deepEqual(told, ['old', 'new', 'late']);
    stop();
  });

  test('lines that were there before the last ones are never told, even by the look at the whole window', async () => {
    const logs = new FakeLogs();
    logs.take(line('before', NOW - HOUR), line('a', NOW - 2), line('b', NOW - 1));
    const { clock, told, stop } = await follow(logs);
    await clock.advance(3 * MINUTE);
    assert.deepEqual(told, ['a', 'b']);
    stop();
  });

  test('a search that finds nothing yet tells the first line that comes, whatever clocks say', async () => {
    const logs = new FakeLogs();
    const { clock, told, stop } = await follow(logs);
    logs.take(line('first', NOW - 5 * MINUTE));
    await clock.advance(1000);
    assert.deepEqual(told, ['first']);
    stop();
  });

  test('while the daemon is away it says so once and loses nothing', async () => {
    const logs = new FakeLogs();
    logs.take(line('a', NOW - 1));
    const { clock, told, remarks, stop } = await follow(logs);
    logs.between = () => {
      throw new UserError('bad-request', 'the daemon does not answer', { status: 503 });
    };
    await clock.advance(10_000);
    logs.take(line('b', NOW + 1000), line('c', NOW + 9000));
    logs.between = () => undefined;
    await clock.advance(3000);
    assert.deepEqual([told, remarks], [['a', 'b', 'c'], ['the daemon does not answer; waiting for it']]);
    stop();
  });

  test('a daemon that goes away between two pages leads to no line twice', async () => {
    const logs = new FakeLogs();
    const { clock, told, stop } = await follow(logs);
    logs.take(line('a', NOW - MINUTE), line('b', NOW));
    let asked = 0;
    logs.between = () => {
      // The counts and the first minute are answered, the second minute is not.
      if (++asked === 3) throw new UserError('bad-request', 'away', { status: 502 });
    };
    await clock.advance(10_000);
    assert.deepEqual(told, ['a', 'b']);
    stop();
  });

  test('what the daemon refuses for good ends it, and at first also that it does not answer', async () => {
    for (const status of [422, 503]) {
      const logs = new FakeLogs();
      logs.between = () => {
        throw new UserError('bad-request', `refused with ${status}`, { status });
      };
      assert.equal(await (await follow(logs)).outcome, `refused with ${status}`);
    }
  });
});
