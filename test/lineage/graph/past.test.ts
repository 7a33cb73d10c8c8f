/** The estate as of a time: reports, Druid supervisors and NiFi flows as they were declared then. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DeclaredVersions, declarationOf } from '../../../lineage/graph/declared-versions.ts';
import { ManualClock } from '../../../model/clock.ts';
import type { JobEvent } from '../../../model/job-event.ts';
import { FakeState, having, jarJob, report, service, topicId } from '../lineage-fixture.ts';

const HOUR = 3_600_000;

function reportAt(ts: number, name: string, ...topics: readonly string[]): JobEvent {
  return { ...report(name, 'ann', ...topics), ts } as JobEvent;
}

function supervisorAt(ts: number, topic: string): JobEvent {
  const consumerProperties = { 'bootstrap.servers': 'k1:9092' };
  const spec = { dataSchema: { dataSource: 'sales' }, ioConfig: { topic, consumerProperties } };
  return { type: 'druid_supervisor', ts, spec: { id: 'sales', spec } } as JobEvent;
}

function flowAt(ts: number, topic: string): JobEvent {
  const processor = {
    type: 'org.apache.nifi.processors.kafka.pubsub.PublishKafka_2_6',
    name: 'publish',
    properties: { topic, 'bootstrap.servers': 'k1:9092' },
  };
  return { type: 'nifi_flow', ts, flow: { name: 'edge', processors: [processor] } } as JobEvent;
}

type Graph = Awaited<ReturnType<typeof having>>;

function edgesAt(lineage: Graph, at: number): string[] {
  return lineage
    .graph({ at })
    .edges.map(({ from, to }) => `${from} -> ${to}`)
    .sort();
}

describe('the graph as of a time', () => {
  const CASES: readonly (readonly [what: string, before: JobEvent, after: JobEvent, then: string, now: string])[] = [
    [
      'a report',
      reportAt(HOUR, 'gmv', 'a'),
      reportAt(3 * HOUR, 'gmv', 'b'),
      `${topicId('a')} -> report:gmv`,
      `${topicId('b')} -> report:gmv`,
    ],
    [
      'a Druid supervisor',
      supervisorAt(HOUR, 'a'),
      supervisorAt(3 * HOUR, 'b'),
      `${topicId('a')} -> druid:sales`,
      `${topicId('b')} -> druid:sales`,
    ],
    [
      'a NiFi flow',
      flowAt(HOUR, 'a'),
      flowAt(3 * HOUR, 'b'),
      `nifi:edge -> ${topicId('a')}`,
      `nifi:edge -> ${topicId('b')}`,
    ],
  ];
  for (const [what, before, after, then, now] of CASES) {
    test(`has ${what} as it was declared then, and not before it was`, async () => {
      const lineage = await having(before, after);

      assert.ok(edgesAt(lineage, 2 * HOUR).includes(then));
      assert.ok(!edgesAt(lineage, 2 * HOUR).includes(now));
      assert.ok(edgesAt(lineage, 3 * HOUR).includes(now));
      assert.ok(!edgesAt(lineage, 3 * HOUR).includes(then));
      assert.deepEqual(edgesAt(lineage, HOUR - 1), []);
      assert.equal(lineage.graph({ at: 2 * HOUR }).assumed, undefined);
    });

    test(`has it of ${what} after a restart too`, async () => {
      const { lineage, state } = service();
      await lineage.start();
      await lineage.accept([before, after], 0);
      const expected = [HOUR - 1, 2 * HOUR, 3 * HOUR].map(at => lineage.graph({ at }));
      await lineage.stop();

      const again = service(state).lineage;
      await again.start();

      assert.deepEqual(
        [HOUR - 1, 2 * HOUR, 3 * HOUR].map(at => again.graph({ at })),
        expected,
      );
      await again.stop();
    });
  }

  test('says how long each was so, and finds a way that is no more from either end', async () => {
    const lineage = await having(
      jarJob('j', ['x'], ['a'], { ts: HOUR }),
      reportAt(HOUR, 'gmv', 'a'),
      reportAt(3 * HOUR, 'gmv', 'b'),
    );

    const { edges } = lineage.graph({ root: topicId('x'), direction: 'down', at: 2 * HOUR });

    assert.deepEqual(Object.fromEntries(edges.map(({ to, valid }) => [to, valid])), {
      'job:j': { from: HOUR, to: null },
      [topicId('a')]: { from: HOUR, to: null },
      'report:gmv': { from: HOUR, to: 3 * HOUR },
    });
    const { nodes } = lineage.graph({ root: 'report:gmv', direction: 'up', at: 2 * HOUR });
    assert.deepEqual(nodes.map(({ id }) => id).sort(), ['job:j', topicId('a'), topicId('x'), 'report:gmv'].sort());
  });

  test('shows as now what was stored before there were versions, and says so', async () => {
    const state = new FakeState();
    await state.putMany('report', [{ id: 'gmv', body: reportAt(5 * HOUR, 'gmv', 'a') as never }]);
    const { lineage } = service(state, new ManualClock(9 * HOUR));
    await lineage.start();

    assert.deepEqual(lineage.graph({ at: HOUR }).assumed, ['report:gmv']);
    assert.deepEqual(edgesAt(lineage, HOUR), [`${topicId('a')} -> report:gmv`]);
    assert.equal(lineage.graph({ at: 6 * HOUR }).assumed, undefined);
    await lineage.accept([reportAt(7 * HOUR, 'gmv', 'b')], 0);
    assert.deepEqual(lineage.graph({ at: HOUR }).assumed, ['report:gmv']);
    assert.deepEqual(edgesAt(lineage, 6 * HOUR), [`${topicId('a')} -> report:gmv`]);
    await lineage.stop();
  });

  test('says so of a job whose topics alone were seen', async () => {
    const lineage = await having({ type: 'topic_read', ts: 1, jobName: 'jar', topic: 'x' } as JobEvent);

    assert.deepEqual(lineage.graph({ at: HOUR }).assumed, ['job:jar']);
  });
});

describe('versions of declarations', () => {
  const declared = (ts: number, owner: string) => ({ type: 'report', ts, name: 'r', owner, reads: [] }) as const;

  test('are one for every declaration that says something else', () => {
    const versions = new DeclaredVersions();

    assert.equal(versions.note('report:r', declared(1, 'ann'), true)?.versions.length, 1);
    assert.equal(versions.note('report:r', declared(2, 'ann'), true), null);
    const doc = versions.note('report:r', declared(3, 'bob'), true);
    assert.deepEqual(doc?.versions.map(declarationOf), [declared(1, 'ann'), declared(3, 'bob')]);
    assert.equal(doc?.isWhole, true);
  });

  test('are bounded in number, and then what was before is not known', () => {
    const versions = new DeclaredVersions();
    for (let i = 1; i <= 60; i++) versions.note('report:r', declared(i, `owner ${i}`), true);

    const [doc] = versions.all;

    assert.deepEqual([doc?.versions.length, doc?.versions[0]?.from, doc?.isWhole], [50, 11, false]);
  });

  test('are bounded in size: the oldest lose what they said', () => {
    const versions = new DeclaredVersions();
    const noise = (seed: number): string =>
      Array.from({ length: 40_000 }, (_, i) => Math.imul(i + seed, 2_654_435_761).toString(36)).join('');
    for (let i = 1; i <= 6; i++) versions.note('report:r', declared(i, noise(i * 1000)), true);

    const [doc] = versions.all;
    const kept = doc?.versions.map(version => declarationOf(version) !== null) ?? [];

    assert.deepEqual([kept[0], kept.at(-1)], [false, true]);
    assert.ok((doc?.versions ?? []).reduce((sum, { body }) => sum + (body?.length ?? 0), 0) <= 512 * 1024);
  });
});
