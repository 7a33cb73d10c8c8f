import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { type BrokerPositions, createBrokerPositions, type Estate } from '../../../collector/broker-positions.ts';
import { ManualClock } from '../../../model/clock.ts';
import { StoreAwayError } from '../../../model/errors.ts';
import type { OffsetsRow } from '../../../model/offset-row.ts';
import { createTelemetry } from '../../../model/telemetry.ts';
import { FakeBrokers } from './fake-brokers.ts';

const ESTATE: Estate = { topics: new Set(['dw']), groups: new Set(), hopOf: group => group };

interface World {
  readonly clock: ManualClock;
  readonly brokers: FakeBrokers;
  readonly rows: OffsetsRow[];
  readonly telemetry: ReturnType<typeof createTelemetry>;
  readonly positions: BrokerPositions;
  /** Polls clusters of these names and settings. */
  poll(...clusters: readonly (readonly [name: string, key: string, brokers: FakeBrokers])[]): Promise<void>;
}

function world(sink: (rows: readonly OffsetsRow[]) => Promise<void> = async () => {}): World {
  const clock = new ManualClock(0);
  const brokers = new FakeBrokers();
  brokers.ends.set('dw', [1]);
  const rows: OffsetsRow[] = [];
  const telemetry = createTelemetry();
  const positions = createBrokerPositions({
    estateOn: () => ESTATE,
    async sink(all) {
      await sink(all);
      rows.push(...all);
    },
    clock,
    telemetry,
    log: pino({ level: 'silent' }),
  });
  const poll: World['poll'] = async (...clusters) => {
    await positions.poll(
      clusters.map(([name, key, of]) => ({
        cluster: { name, title: name, pollMs: 10_000, topics: [], groups: [] },
        key,
        open: () => of,
      })),
    );
    await clock.advance(0);
  };
  return { clock, brokers, rows, telemetry, positions, poll };
}

const cyclesOf = ({ asked }: FakeBrokers): number => asked.filter(question => question === 'topics').length;

test('a cycle begins at once and then every interval', async () => {
  const { clock, brokers, rows, poll } = world();
  await poll(['a', 'a', brokers]);
  assert.equal(cyclesOf(brokers), 1);

  await clock.advance(29_000);

  assert.equal(cyclesOf(brokers), 3);
  assert.deepEqual(
    rows.map(({ ts }) => ts),
    [0, 10_000, 20_000],
  );
});

test('a cycle that takes longer than its interval is never overlapped', async () => {
  const { clock, brokers, poll } = world();
  let underWay = 0;
  let most = 0;
  brokers.onAsk = async question => {
    if (question === 'topics') most = Math.max(most, ++underWay);
    await clock.sleep(10_000);
    if (question === 'end') underWay--;
  };
  await poll(['a', 'a', brokers]);

  await clock.advance(120_000);

  assert.equal(most, 1);
  assert.ok(cyclesOf(brokers) >= 3);
});

test('several clusters do not begin together', async () => {
  const { clock, brokers, poll } = world();
  const others = [new FakeBrokers(), new FakeBrokers()] as const;
  await poll(['a', 'a', brokers], ['b', 'b', others[0]], ['c', 'c', others[1]]);
  assert.deepEqual([brokers, ...others].map(cyclesOf), [1, 0, 0]);

  await clock.advance(2500);
  assert.deepEqual([brokers, ...others].map(cyclesOf), [1, 0, 1]);

  await clock.advance(4000);
  assert.deepEqual([brokers, ...others].map(cyclesOf), [1, 1, 1]);
});

test('a cluster that is away is tried less and less often, said and counted, and polled as before once it answers', async () => {
  const { clock, brokers, positions, telemetry, poll } = world();
  brokers.away = true;
  await poll(['a', 'a', brokers]);
  const { state, detail, polledAt } = positions.status()[0] ?? {};
  assert.deepEqual([state, detail, polledAt], ['away', 'nobody answers', null]);

  await clock.advance(200_000);
  assert.ok(cyclesOf(brokers) < 10, 'less often than every interval');
  const { values } = await telemetry.pollFailures.get();
  assert.deepEqual(
    values.map(({ labels, value }) => [labels.cluster, value]),
    [['a', cyclesOf(brokers)]],
  );
  assert.equal(brokers.closed, cyclesOf(brokers), 'each failed cycle ends its connections');

  brokers.away = false;
  await clock.advance(30_000);
  assert.equal(positions.status()[0]?.state, 'polling');
});

test('a store that does not take the rows is a failed cycle', async () => {
  const { positions, rows, brokers, poll } = world(async () => {
    throw new StoreAwayError('the store is away');
  });

  await poll(['a', 'a', brokers]);

  assert.deepEqual([positions.status()[0]?.state, rows.length], ['away', 0]);
});

test('a reload leaves the clusters that are as before alone, and ends the others', async () => {
  const { clock, brokers, positions, poll } = world();
  const [old, changed] = [new FakeBrokers(), new FakeBrokers()];
  await poll(['a', 'a', brokers], ['b', 'b, every 10s', old]);
  await clock.advance(8000);

  await poll(['a', 'a', brokers], ['b', 'b, every 5s', changed]);
  await clock.advance(10_000);

  assert.equal(brokers.closed, 0);
  assert.equal(old.closed, 1);
  assert.equal(cyclesOf(old), 1);
  assert.ok(cyclesOf(changed) >= 1);
  assert.deepEqual(
    positions.status().map(({ name }) => name),
    ['a', 'b'],
  );
});

test('after a stop nothing is asked and nothing handed on', async () => {
  const { clock, brokers, rows, positions, poll } = world();
  const answer = Promise.withResolvers<void>();
  brokers.onAsk = question => (question === 'end' ? answer.promise : undefined);
  await poll(['a', 'a', brokers]);

  const stopped = positions.stop();
  answer.resolve();
  await clock.advance(60_000);
  await stopped;

  assert.deepEqual([rows, cyclesOf(brokers), positions.status()], [[], 1, []]);
});
