import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PolledCluster, runCycle } from '../../../collector/broker-positions/cycle.ts';
import type { Estate } from '../../../collector/broker-positions/estate.ts';
import { ManualClock } from '../../../model/clock.ts';
import type { OffsetsRow } from '../../../model/offset-row.ts';
import { FakeBrokers } from './fake-brokers.ts';

const LIMITS = { maxPartitions: 100, maxGroups: 100 };
const CLUSTER: PolledCluster = { name: 'data-1', title: 'data-1', pollMs: 1000, topics: [], groups: [] };

function estate(topics: readonly string[], groups: Readonly<Record<string, string | null>> = {}): Estate {
  return {
    topics: new Set(topics),
    groups: new Set(Object.keys(groups)),
    hopOf: group => (group in groups ? (groups[group] ?? null) : group),
  };
}

function cluster(): FakeBrokers {
  const brokers = new FakeBrokers();
  brokers.ends.set('dw', [10, 20]).set('other', [5]);
  brokers.committed.set('agg-group', { dw: [7, -1] }).set('billing-1', { other: [2] });
  return brokers;
}

function run(brokers: FakeBrokers, of: Estate, over: Partial<PolledCluster> = {}, limits = LIMITS) {
  return runCycle({ ...CLUSTER, ...over }, brokers, of, { clock: new ManualClock(100), limits });
}

/** Rows in short: `hop group topic/partition end|commit`. */
function short(rows: readonly OffsetsRow[]): string[] {
  return rows.map(
    ({ hop, group, topic, partition, endOffset, committed }) =>
      `${hop || '-'} ${group ?? '-'} ${topic}/${partition} ${endOffset ?? '-'}|${committed ?? '-'}`,
  );
}

test('the moment of a cycle lies behind its commits and before its end offsets, so that no lag is flattered', async () => {
  const clock = new ManualClock(100);
  const brokers = cluster();
  const answeredAt: Record<string, number> = {};
  brokers.onAsk = async question => {
    await clock.advance(1000);
    answeredAt[question] = clock.now();
    // Traffic while the cycle runs: each answer is of its own moment.
    brokers.ends.set('dw', [clock.now(), clock.now()]);
  };

  const { rows } = await runCycle(CLUSTER, brokers, estate(['dw'], { 'agg-group': 'agg' }), { clock, limits: LIMITS });

  const [row] = rows;
  assert.deepEqual(brokers.asked, ['topics', 'commits', 'start', 'end', 'stable']);
  assert.equal(row?.ts, answeredAt['start'], 'the moment is taken before the ends are asked for');
  assert.ok((row?.ts ?? 0) >= (answeredAt['commits'] ?? Number.NaN));
  assert.equal(row?.endOffset, answeredAt['end']);
  assert.equal(new Set(rows.map(({ ts }) => ts)).size, 1);
});

test('each end is one row, each partition of a topic a group reads another; one without a commit counts from the start', async () => {
  const { rows } = await run(cluster(), estate(['dw'], { 'agg-group': 'agg' }));

  assert.deepEqual(short(rows), ['- - dw/0 10|-', '- - dw/1 20|-', 'agg agg-group dw/0 -|7', 'agg agg-group dw/1 -|-']);
  assert.deepEqual(
    rows.map(({ cluster: name, polled, startOffset }) => [name, polled, startOffset]),
    [
      ['data-1', true, 0],
      ['data-1', true, 0],
      ['data-1', true, undefined],
      ['data-1', true, undefined],
    ],
  );
});

test('a row names the last stable offset only where a transaction was open all the while', async () => {
  const brokers = cluster();
  // The second was asked after records had come in.
  brokers.stable.set('dw', [4, 23]);
  const { rows } = await run(brokers, estate(['dw', 'other'], {}));

  assert.deepEqual(
    rows.map(({ topic, partition, lastStableOffset }) => [topic, partition, lastStableOffset]),
    [
      ['dw', 0, 4],
      ['dw', 1, undefined],
      ['other', 0, undefined],
    ],
  );
});

test('the cluster without a name gives rows without one', async () => {
  const { rows } = await run(cluster(), estate(['dw']), { name: '' });

  assert.equal(
    rows.some(row => 'cluster' in row),
    false,
  );
});

test('nothing outside the estate is polled without patterns', async () => {
  const brokers = cluster();
  const { rows } = await run(brokers, estate(['dw']));

  assert.deepEqual(new Set(rows.map(({ topic }) => topic)), new Set(['dw']));
  assert.equal(brokers.asked.includes('groups'), false);
});

test('a pattern of groups brings consumers by their own names, and the topics they read', async () => {
  const { rows, groups } = await run(cluster(), estate([]), { groups: ['billing-*'] });

  assert.deepEqual(short(rows), ['- - other/0 5|-', 'billing-1 billing-1 other/0 -|2']);
  assert.equal(groups, 1);
});

test('a pattern of topics brings their end offsets', async () => {
  const { rows } = await run(cluster(), estate([]), { topics: ['oth*'] });

  assert.deepEqual(short(rows), ['- - other/0 5|-']);
});

test('the group of a job that is over gives no rows', async () => {
  const { rows } = await run(cluster(), estate(['dw'], { 'agg-group': null }));

  assert.deepEqual(short(rows), ['- - dw/0 10|-', '- - dw/1 20|-']);
});

test('a topic that does not exist is named and asked nothing of', async () => {
  const { rows, absent, unanswered } = await run(cluster(), estate(['gone']));

  assert.deepEqual([rows, absent, unanswered], [[], ['gone'], 0]);
});

test('partitions and groups without an answer are counted', async () => {
  const brokers = cluster();
  brokers.ends.set('dw', [10, -1]);
  brokers.commits = async () => new Map();

  const { unanswered, partitions } = await run(brokers, estate(['dw'], { 'agg-group': 'agg' }));

  assert.deepEqual([unanswered, partitions], [2, 2]);
});

test('beyond the limits whole topics and groups are left out, and counted', async () => {
  const cycle = await run(
    cluster(),
    estate(['dw', 'other'], { 'agg-group': 'agg', 'billing-1': 'b' }),
    {},
    {
      maxPartitions: 2,
      maxGroups: 1,
    },
  );

  assert.deepEqual([cycle.topics, cycle.partitions, cycle.groups, cycle.refused], [1, 2, 1, 2]);
});
