/** Laws of the graph on estates of any shape: order does not count, taking out undoes putting in, answers agree with brute force. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Graph } from '../../../lineage/graph/build.ts';
import { components } from '../../../lineage/graph/components.ts';
import { Evidence } from '../../../lineage/graph/evidence.ts';
import type { Fragment } from '../../../lineage/graph/fragment.ts';
import { impact } from '../../../lineage/graph/impact.ts';
import { lineDiff } from '../../../lineage/graph/line-diff.ts';
import { LineageQuestions } from '../../../lineage/graph/questions.ts';
import type { JobEvent } from '../../../model/job-event.ts';
import { topicId } from '../lineage-fixture.ts';

const TOPICS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const COLUMNS = ['x', 'y', 'z'] as const;
const topic = fc.constantFrom(...TOPICS);
const column = fc.constantFrom(...COLUMNS);

/** A table with DDL on a topic, on either broker name of the one cluster, or only its name. */
const table = fc.record({ topic, declared: fc.boolean(), broker: fc.constantFrom('k1:9092', 'k2:9092') });
type Table = typeof table extends fc.Arbitrary<infer T> ? T : never;

function nameOf({ topic: name, broker }: Table): string {
  return `${name}_${broker.slice(0, 2)}`;
}

function ddlOf(t: Table): string {
  const columns = COLUMNS.map(name => `${name} STRING`).join(', ');
  return `CREATE TABLE ${nameOf(t)} (${columns}) WITH ('connector' = 'kafka', 'topic' = '${t.topic}', 'properties.bootstrap.servers' = '${t.broker}');`;
}

const statement = fc.record({
  from: table,
  to: table,
  select: fc.array(column, { minLength: 1, maxLength: 3 }),
  where: fc.option(column),
});
type Statement = typeof statement extends fc.Arbitrary<infer T> ? T : never;

function sqlOf({ from, to, select, where }: Statement): string {
  const ref = (t: Table): string => (t.declared ? nameOf(t) : t.topic);
  const ddl = [from, to]
    .filter(t => t.declared)
    .map(ddlOf)
    .join(' ');
  const filter = where === null ? '' : ` WHERE ${where} IS NOT NULL`;
  return `${ddl} INSERT INTO ${ref(to)} (${COLUMNS.slice(0, select.length).join(', ')}) SELECT ${select.join(', ')} FROM ${ref(from)}${filter};`;
}

const jobName = fc.constantFrom('j1', 'j2', 'j3', 'j4');
const event: fc.Arbitrary<JobEvent> = fc.oneof(
  fc
    .record({
      jobName,
      statements: fc.array(statement, { minLength: 1, maxLength: 2 }),
      owner: fc.constantFrom('ann', 'bob'),
    })
    .map(({ jobName: name, statements, owner }) => ({
      type: 'job' as const,
      ts: 1,
      jobName: name,
      owner,
      sql: statements.map(sqlOf).join('\n'),
    })),
  fc
    .record({ jobName, reads: fc.array(topic, { maxLength: 2 }), writes: fc.array(topic, { maxLength: 2 }) })
    .map(({ jobName: name, reads, writes }) => ({
      type: 'openlineage' as const,
      ts: 1,
      event: {
        job: { namespace: 'n', name },
        inputs: reads.map(t => ({ namespace: 'kafka://k2:9092', name: t })),
        outputs: writes.map(t => ({ namespace: 'kafka://k1:9092', name: t })),
      },
    })),
  fc
    .record({ jobName, topic })
    .map(({ jobName: name, topic: t }) => ({ type: 'topic_read' as const, ts: 1, jobName: name, topic: t })),
  fc.record({ name: fc.constantFrom('r1', 'r2'), topic }).map(({ name, topic: t }) => ({
    type: 'report' as const,
    ts: 1,
    name,
    owner: 'cleo',
    reads: [topicId(t)],
  })),
  fc.record({ topic, alias: topic }).map(({ topic: t, alias }) => ({
    type: 'openlineage' as const,
    ts: 1,
    event: {
      dataset: {
        namespace: 'kafka://k1:9092',
        name: `real_${t}`,
        facets: { symlinks: { identifiers: [{ namespace: 'kafka://k1:9092', name: alias, type: 'TABLE' }] } },
      },
    },
  })),
);

/** Events of which each document is told once: what two accounts of one job at one time make of it depends on their order. */
const events = fc.uniqueArray(event, { maxLength: 10, selector: keyOf });

function keyOf(e: JobEvent): string {
  if (e.type === 'openlineage') return `ol ${JSON.stringify(e.event['job'] ?? e.event['dataset'], ['name'])}`;
  if (e.type === 'topic_read') return `read ${e.jobName} ${e.topic}`;
  if (e.type === 'job') return `job ${e.jobName}`;
  return e.type === 'report' ? `report ${e.name}` : '';
}

function open(): Evidence {
  return new Evidence(
    { data: { brokers: ['k1:9092', 'k2:9092'] } },
    { parseErrors: assert.fail, dropped: assert.fail },
  );
}

function placed(all: readonly JobEvent[]): Evidence {
  const evidence = open();
  for (const e of all) evidence.take(e);
  return evidence;
}

function questions(evidence: Evidence): LineageQuestions {
  return new LineageQuestions(evidence, { lineage: evidence.lineage, stateOf: () => null });
}

/** Everything the graph tells, in an order that does not depend on how it came about. */
function picture(evidence: Evidence) {
  const { nodes, edges } = questions(evidence).graph({ columns: true });
  const counts = [...evidence.lineage.counts].filter(([, count]) => count > 0).sort();
  return { nodes, edges: edges.map(edge => JSON.stringify(edge)).sort(), counts };
}

describe('a lineage graph', () => {
  test('is the same whatever order its evidence came in', () => {
    const shuffled = events.chain(all =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => assert.deepEqual(picture(placed(other)), picture(placed(all)))),
      { numRuns: 100 },
    );
  });

  test('is what it was before when what was added is taken out again', () => {
    fc.assert(
      fc.property(events, events, (kept, added) => {
        const evidence = placed(kept);
        const before = picture(evidence);
        const held = new Map([...evidence.lineage.fragments].map(fragment => [fragment.key, fragment]));
        for (const e of added) evidence.take(e);

        for (const { key } of [...evidence.lineage.fragments]) {
          const former: Fragment | undefined = held.get(key);
          if (former === undefined) evidence.lineage.remove(key);
          else evidence.lineage.put(former);
        }

        assert.deepEqual(picture(evidence), before);
      }),
      { numRuns: 100 },
    );
  });

  test('is the same when a fragment is placed twice', () => {
    fc.assert(
      fc.property(events, all => {
        const evidence = placed(all);
        const before = picture(evidence);
        for (const fragment of [...evidence.lineage.fragments]) evidence.lineage.put(fragment);
        assert.deepEqual(picture(evidence), before);
      }),
      { numRuns: 100 },
    );
  });
});

/** Jobs of one statement each, which tell no columns: data flows from every input to every output. */
const plainJobs = fc
  .uniqueArray(
    fc.record({
      jobName: fc.nat(11).map(i => `j${i}`),
      reads: fc.array(topic, { maxLength: 3 }),
      writes: fc.array(topic, { maxLength: 2 }),
    }),
    { maxLength: 12, selector: job => job.jobName },
  )
  .map(jobs =>
    jobs.map(
      ({ jobName: name, reads, writes }): JobEvent => ({
        type: 'job',
        ts: 1,
        jobName: name,
        reads: reads.map(topicId),
        writes: writes.map(topicId),
      }),
    ),
  );

function reachable(graph: Graph, from: string): ReadonlySet<string> {
  const reached = new Set<string>();
  let size = -1;
  const frontier = new Set([from]);
  while (frontier.size !== size) {
    size = frontier.size;
    graph.forEachEdge((_edge, _attributes, source, target) => {
      if (!frontier.has(source)) return;
      frontier.add(target);
      reached.add(target);
    });
  }
  return reached;
}

describe('answers agree with brute force', () => {
  test('the impact of a dataset is all that can be reached from it', () => {
    fc.assert(
      fc.property(plainJobs, topic, (jobs, t) => {
        const { lineage } = placed(jobs);
        if (!lineage.graph.hasNode(topicId(t))) return;
        const answer = impact({ lineage, stateOf: () => null }, { of: topicId(t), change: 'drop' });
        const hit = [...answer.jobs, ...answer.datasets, ...answer.reports].map(({ id }) => id);
        const expected = new Set(reachable(lineage.graph, topicId(t)));
        expected.delete(topicId(t));
        assert.deepEqual(hit.sort(), [...expected].sort());
      }),
    );
  });

  test('the columns a column hits by value are those that name it as a source, job after job', () => {
    fc.assert(
      fc.property(events, topic, column, (all, t, c) => {
        const evidence = placed(all);
        const ask = questions(evidence);
        const id = topicId(t);
        if (!evidence.lineage.graph.hasNode(id)) return;
        const hit = ask.impact({ of: id, column: c }).columns.filter(({ type }) => type === 'value');
        for (const { dataset, column: name } of hit) {
          const back = ask.columns({ of: dataset, column: name });
          const sources = back.columns.flatMap(origin => origin.sources.filter(({ type }) => type === 'value'));
          assert.ok(
            sources.some(source => source.dataset === id && source.column === c),
            `${dataset}#${name} comes from ${id}#${c}`,
          );
        }
      }),
    );
  });

  test('the edges of a way are edges of the graph, and no way is shorter', () => {
    fc.assert(
      fc.property(plainJobs, topic, topic, (jobs, from, to) => {
        const evidence = placed(jobs);
        const { graph } = evidence.lineage;
        if (!graph.hasNode(topicId(from)) || !graph.hasNode(topicId(to)) || from === to) return;
        const { paths } = questions(evidence).path(topicId(from), topicId(to));
        const forth = reachable(graph, topicId(from)).has(topicId(to));
        const back = reachable(graph, topicId(to)).has(topicId(from));
        assert.equal(paths.length > 0, forth || back);
        for (const { nodes, edges } of paths) {
          assert.equal(edges.length, nodes.length - 1);
          for (const [i, edge] of edges.entries()) {
            assert.ok(graph.hasEdge(`${edge.role} ${edge.from} ${edge.to}`));
            assert.deepEqual([edge.from, edge.to], [nodes[i]?.id, nodes[i + 1]?.id]);
          }
          assert.equal(nodes.length, paths[0]?.nodes.length);
        }
        assert.equal(new Set(paths.map(({ nodes }) => nodes.map(({ id }) => id).join())).size, paths.length);
      }),
    );
  });

  test('nodes are in one component exactly when each can be reached from the other', () => {
    fc.assert(
      fc.property(plainJobs, jobs => {
        const { graph } = placed(jobs).lineage;
        const of = new Map(
          finished(components(graph, new Set(graph.nodes()))).flatMap((ids, i) => ids.map(id => [id, i] as const)),
        );
        const reached = new Map(graph.nodes().map(id => [id, reachable(graph, id)]));
        for (const a of graph.nodes())
          for (const b of graph.nodes()) {
            const together = a === b || (reached.get(a)!.has(b) && reached.get(b)!.has(a));
            assert.equal(of.get(a) === of.get(b), together, `${a} and ${b}`);
          }
      }),
    );
  });

  test('a cycle is told for every component of several nodes, and its way goes round', async () => {
    await fc.assert(
      fc.asyncProperty(plainJobs, async jobs => {
        const evidence = placed(jobs);
        const { graph } = evidence.lineage;
        const several = finished(components(graph, new Set(graph.nodes()))).filter(ids => ids.length > 1);
        const { items } = await questions(evidence).cycles();
        assert.deepEqual(items.map(({ nodes }) => nodes).sort(), several.map(ids => ids.toSorted()).sort());
        for (const { path } of items) {
          assert.equal(path[0], path.at(-1));
          assert.ok(path.length > 2);
          for (const [i, id] of path.slice(1).entries()) assert.ok(graph.hasDirectedEdge(path[i], id));
        }
      }),
    );
  });
});

describe('a diff of lines', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 20 }).map(lines => lines.join('\n'));

  test('leads from the one text to the other', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const found = lineDiff(before, after);
        if (before === after) {
          assert.deepEqual(found, []);
          return;
        }
        let [i, j] = [0, 0];
        const [a, b] = [before, after].map(t => (t === '' ? [] : t.split('\n'))) as [string[], string[]];
        for (const { op, line } of found) {
          if (op === '@') {
            const skipped = Number(line.split(' ')[0]);
            assert.deepEqual(a.slice(i, i + skipped), b.slice(j, j + skipped));
            i += skipped;
            j += skipped;
            continue;
          }
          if (op !== '+') assert.equal(a[i++], line);
          if (op !== '-') assert.equal(b[j++], line);
        }
        assert.deepEqual([i, j], [a.length, b.length]);
      }),
    );
  });

  test('of texts too long to compare line by line still leads there', () => {
    const lines = (prefix: string): string => Array.from({ length: 3000 }, (_, i) => `${prefix}${i}`).join('\n');

    const found = lineDiff(`same\n${lines('a')}`, `same\n${lines('b')}`);

    assert.deepEqual([found.length, found[0]?.op, found[1]?.op, found.at(-1)?.op], [6001, ' ', '-', '+']);
  });
});

/** What work in slices comes to. */
function finished<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
