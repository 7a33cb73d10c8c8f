/** Ways between nodes, cycles, and datasets that miss one side. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PathAnswer } from '../../../lineage/graph/answers.ts';
import type { JobEvent } from '../../../model/job-event.ts';
import { having, jarJob, report, sqlJob, status, topicId, topicTable } from '../lineage-fixture.ts';

const short = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
const ways = ({ paths }: PathAnswer): string[] =>
  paths.map(({ nodes }) => nodes.map(({ id }) => short(id)).join(' > '));

describe('ways', () => {
  /** a -> one -> b, a -> two -> b, and a longer way through c. */
  const DIAMOND = [
    jarJob('one', ['a'], ['b']),
    jarJob('two', ['a'], ['b']),
    jarJob('three', ['a'], ['c']),
    jarJob('four', ['c'], ['b']),
  ];

  test('all shortest ones are told, and that there is a longer one', async () => {
    const answer = (await having(...DIAMOND)).path('a', 'b');

    assert.deepEqual(ways(answer), ['a > job:one > b', 'a > job:two > b']);
    assert.deepEqual([answer.truncated, answer.longer], [false, true]);
  });

  test('the roles are on the edges', async () => {
    const sql = `${topicTable('a', 'k', 'x')} ${topicTable('b', 'x')}
      CREATE TABLE d (k STRING, v STRING) WITH ('connector' = 'jdbc', 'url' = 'jdbc:mysql://db:3306/dim', 'table-name' = 'd');
      INSERT INTO b SELECT d.v FROM a JOIN d FOR SYSTEM_TIME AS OF a.x AS d ON a.k = d.k`;
    const { paths } = (await having(sqlJob('j', sql))).path('dim.d', 'b');

    assert.deepEqual(
      paths[0]?.edges.map(({ role }) => role),
      ['lookup', 'writes'],
    );
  });

  test('follow the data, whichever end is named first', async () => {
    const lineage = await having(jarJob('j', ['a'], ['b']), report('r', 'ann', 'b'));

    assert.deepEqual(ways(lineage.path('r', 'a')), ['a > job:j > b > report:r']);
    assert.deepEqual(lineage.path('r', 'a'), lineage.path('a', 'r'));
  });

  test('between two that have nothing to do with each other there is none', async () => {
    const lineage = await having(jarJob('j', ['a'], ['b']), jarJob('k', ['a'], ['c']));

    assert.deepEqual(lineage.path('b', 'c'), { paths: [], truncated: false, longer: false });
    assert.deepEqual(ways(lineage.path('a', 'a')), []);
  });

  test('more than twenty equally short ones are cut, and it says so', async () => {
    const jobs = Array.from({ length: 30 }, (_, i) => jarJob(`j${i}`, ['a'], ['b']));

    const answer = (await having(...jobs)).path('a', 'b');

    assert.deepEqual([answer.paths.length, answer.truncated, answer.longer], [20, true, false]);
  });
});

describe('cycles', () => {
  const ROUND = [jarJob('one', ['a'], ['b']), jarJob('two', ['b'], ['a']), jarJob('out', ['b'], ['c'])];

  test('of jobs and topics are told with a way round', async () => {
    const { items } = await (await having(...ROUND)).cycles();

    assert.deepEqual(
      items.map(({ kind, path, nodes, live }) => ({ kind, path: path.map(short), nodes: nodes.map(short), live })),
      [
        {
          kind: 'jobs',
          path: ['job:one', 'b', 'job:two', 'a', 'job:one'],
          nodes: ['job:one', 'job:two', 'a', 'b'],
          live: true,
        },
      ],
    );
  });

  test('are interrupted by a job that stopped', async () => {
    const { items } = await (await having(...ROUND, status('two', 'CANCELED', 5))).cycles();

    assert.deepEqual(
      items.map(({ live }) => live),
      [false],
    );
  });

  test('go on past a stopped job where there is another way round, which is the one told', async () => {
    const second = jarJob('again', ['b'], ['a']);
    const { items } = await (await having(...ROUND, second, status('two', 'CANCELED', 5))).cycles();

    assert.deepEqual(
      items.map(({ live, path }) => [live, path.includes('job:two')]),
      [[true, false]],
    );
  });

  test('of views are told', async () => {
    const sql = `${topicTable('a', 'x')} ${topicTable('b', 'x')}
      CREATE VIEW v AS SELECT x FROM a; CREATE VIEW w AS SELECT x FROM v; ALTER VIEW v AS SELECT x FROM w; INSERT INTO b SELECT x FROM w`;
    const { items } = await (await having(sqlJob('j', sql))).cycles();

    assert.deepEqual(
      items.map(({ kind, nodes }) => [kind, nodes.map(name => name.split('.').at(-1))]),
      [['views', ['v', 'w']]],
    );
  });

  test('there are none in a tree', async () => {
    assert.deepEqual(await (await having(jarJob('j', ['a'], ['b']))).cycles(), { items: [] });
  });
});

describe('orphans', () => {
  const table: JobEvent = {
    type: 'table',
    ts: 1,
    name: 'dw.lonely',
    connector: 'kafka',
    options: { topic: 'lonely', 'properties.bootstrap.servers': 'k1:9092' },
  };
  const told = async (...events: JobEvent[]) =>
    (await (await having(...events)).orphans()).items.map(({ id, kind, jobs, stopped }) => [
      short(id),
      kind,
      jobs,
      stopped,
    ]);

  test('are datasets nobody reads, nobody writes and nobody names', async () => {
    assert.deepEqual(await told(jarJob('j', ['a'], ['b']), table), [
      ['b', 'unread', ['job:j'], []],
      ['lonely', 'unused', [], []],
      ['a', 'unwritten', ['job:j'], []],
    ]);
  });

  test('a report is a reader, a declared table that is used is none', async () => {
    const uses = jarJob('j', [], ['lonely']);
    assert.deepEqual(await told(uses, table, report('r', 'ann', 'lonely')), []);
  });

  test('name the stopped job that was the other side', async () => {
    const events = [jarJob('w', [], ['a']), jarJob('r', ['a'], []), status('w', 'CANCELED', 5)];

    assert.deepEqual(await told(...events), [['a', 'unwritten', ['job:r'], ['job:w']]]);
  });

  test('fade with their jobs, and tables of no one else do not count', async () => {
    const print = sqlJob(
      'p',
      `${topicTable('a', 'x')} CREATE TABLE p (x STRING) WITH ('connector' = 'print'); INSERT INTO p SELECT x FROM a`,
    );

    assert.deepEqual(await told(print, status('p', 'FINISHED', 5)), []);
  });

  test('tell by which roles they are read', async () => {
    const lineage = await having(jarJob('j', ['a'], ['b']));

    assert.deepEqual(
      (await lineage.orphans()).items.map(({ id, roles }) => [id, roles]),
      [
        [topicId('b'), []],
        [topicId('a'), ['reads']],
      ],
    );
  });
});
