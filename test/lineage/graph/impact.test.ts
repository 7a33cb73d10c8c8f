/** What a change reaches, how surely, by which columns and whose it is. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ImpactAnswer, ImpactItem } from '../../../lineage/graph/answers.ts';
import { UserError } from '../../../model/errors.ts';
import { having, jarJob, report, sqlJob, status, topicId, topicTable } from '../lineage-fixture.ts';

const SPLIT = sqlJob(
  'split',
  `${topicTable('ods', 'id', 'name', 'kind', 'spare')}
   ${topicTable('names', 'id', 'name')}
   ${topicTable('kinds', 'kind')}
   INSERT INTO names SELECT id, UPPER(name) FROM ods WHERE kind = 'x';
   INSERT INTO kinds SELECT kind FROM ods`,
  { owner: 'ann' },
);
const SHOW = sqlJob(
  'show',
  `${topicTable('names', 'id', 'name')} ${topicTable('shown', 'title')} INSERT INTO shown SELECT name FROM names`,
  { owner: 'bob' },
);
const REPORTS = [report('titles', 'cleo', 'shown'), report('kinds of things', 'dora', 'kinds')];

const short = (id: string): string => id.slice(Math.max(id.lastIndexOf('/'), id.indexOf(':')) + 1);
const items = (list: readonly ImpactItem[]): string[] =>
  list.map(({ id, certainty, columns }) => `${short(id)} ${certainty} ${columns.map(short).join(' ')}`.trim());
const columns = (answer: ImpactAnswer): string[] =>
  answer.columns.map(({ dataset, column, type, certainty }) => `${short(dataset)}#${column} ${type} ${certainty}`);

describe('a column that is dropped', () => {
  test('hits what its value goes into, with the columns it is hit by', async () => {
    const lineage = await having(SPLIT, SHOW, ...REPORTS);

    const answer = lineage.impact({ of: 'ods', column: 'name' });

    assert.equal(answer.change, 'drop');
    assert.deepEqual(columns(answer), ['names#name value certain', 'shown#title value certain']);
    assert.deepEqual(items(answer.jobs), ['split certain ods#name', 'show certain names#name']);
    assert.deepEqual(items(answer.datasets), ['names certain names#name', 'shown certain shown#title']);
    assert.deepEqual(items(answer.reports), ['titles certain shown#title']);
    assert.deepEqual(answer.owners, [
      { owner: 'ann', reports: [], jobs: ['split'] },
      { owner: 'bob', reports: [], jobs: ['show'] },
      { owner: 'cleo', reports: ['titles'], jobs: [] },
    ]);
  });

  test('hits all columns of a statement whose rows it decides, and only of that one', async () => {
    const lineage = await having(SPLIT, SHOW, ...REPORTS);

    const answer = lineage.impact({ of: 'ods', column: 'kind' });

    assert.deepEqual(columns(answer), [
      'kinds#kind value certain',
      'names#id control certain',
      'names#name control certain',
      'shown#title control certain',
    ]);
  });

  test('that nobody uses hits nobody', async () => {
    const lineage = await having(SPLIT, SHOW, ...REPORTS);

    const { jobs, reports, datasets } = lineage.impact({ of: 'ods', column: 'spare' });

    assert.deepEqual([jobs, reports, datasets], [[], [], []]);
  });

  test('may hit more than is listed behind an open star', async () => {
    const sql = `${topicTable('names', 'id', 'name')} INSERT INTO copied SELECT n.*, u.* FROM names AS n, nobody_declared AS u`;
    const lineage = await having(SPLIT, sqlJob('copy', sql));

    const answer = lineage.impact({ of: 'names', column: 'name' });

    assert.deepEqual(columns(answer), ['copied#name value certain']);
    assert.deepEqual(items(answer.jobs), ['copy certain names#name']);
  });

  test('may hit anything behind a star over itself', async () => {
    const lineage = await having(sqlJob('copy', 'INSERT INTO dst SELECT * FROM src'));

    const answer = lineage.impact({ of: 'src', column: 'a' });

    assert.deepEqual(items(answer.jobs), ['copy possible']);
    assert.deepEqual(items(answer.datasets), ['dst possible']);
    assert.deepEqual(columns(answer), []);
  });

  test('may hit anything behind a job of which only tables are known', async () => {
    const lineage = await having(SPLIT, jarJob('copy', ['names'], ['copied']), report('r', 'eve', 'copied'));

    const answer = lineage.impact({ of: 'names', column: 'name' });

    assert.deepEqual(items(answer.jobs), ['copy possible']);
    assert.deepEqual(items(answer.reports), ['r possible']);
  });

  test('is looked for in datasets only, and the nearest name is told', async () => {
    const lineage = await having(SPLIT);

    assert.throws(() => lineage.impact({ of: 'job:split', column: 'name' }), UserError);
    assert.throws(
      () => lineage.impact({ of: 'ods', column: 'nmae' }),
      (error: unknown) => error instanceof UserError && error.status === 404 && error.message.includes('name'),
    );
  });
});

describe('a dataset that is dropped', () => {
  test('stops the jobs that read it, whatever their other statements read', async () => {
    const two = sqlJob(
      'two',
      `${topicTable('a', 'x')} ${topicTable('b', 'x')} ${topicTable('a2', 'x')} ${topicTable('b2', 'x')}
       INSERT INTO a2 SELECT x FROM a; INSERT INTO b2 SELECT x FROM b`,
    );
    const lineage = await having(two);

    assert.deepEqual(items(lineage.impact({ of: 'a' }).datasets), ['a2 certain', 'b2 certain']);
    // Nothing arrives any more: the job goes on, only one statement is hit.
    assert.deepEqual(items(lineage.impact({ of: 'a', change: 'stop' }).datasets), ['a2 certain']);
  });

  test('tells the way and the distance', async () => {
    const lineage = await having(SPLIT, SHOW, ...REPORTS);

    const [titles] = lineage.impact({ of: 'names' }).reports;

    assert.equal(titles?.distance, 3);
    assert.deepEqual(titles?.via, [topicId('names'), 'job:show', topicId('shown')]);
  });
});

describe('a job that stops', () => {
  test('leaves what it wrote without data', async () => {
    const lineage = await having(SPLIT, SHOW, ...REPORTS);

    const answer = lineage.impact({ of: 'split' });

    assert.equal(answer.change, 'stop');
    assert.deepEqual(items(answer.reports), ['kinds of things certain', 'titles certain']);
    assert.deepEqual(items(answer.jobs), ['show certain']);
  });

  test('may leave nothing missing where another one writes the same', async () => {
    const lineage = await having(
      jarJob('a', ['in'], ['out']),
      jarJob('b', ['in2'], ['out']),
      report('r', 'ann', 'out'),
    );

    assert.deepEqual(items(lineage.impact({ of: 'a' }).reports), ['r possible']);
  });

  test('does so when the other one has stopped already', async () => {
    const lineage = await having(
      jarJob('a', ['in'], ['out']),
      jarJob('b', ['in2'], ['out']),
      report('r', 'ann', 'out'),
      status('b', 'CANCELED', 5),
    );

    assert.deepEqual(items(lineage.impact({ of: 'a' }).reports), ['r certain']);
  });

  test('through a job that stopped before hits nothing for certain, and says so', async () => {
    const lineage = await having(SPLIT, SHOW, ...REPORTS, status('show', 'FINISHED', 5));

    const answer = lineage.impact({ of: 'split' });

    assert.equal(answer.jobs.find(({ name }) => name === 'show')?.stopped, true);
    assert.deepEqual(items(answer.reports), ['kinds of things certain', 'titles possible']);
  });
});

test('a cycle ends, and what changes is not in its own impact', async () => {
  const lineage = await having(jarJob('a', ['x'], ['y']), jarJob('b', ['y'], ['x']));

  const { datasets, jobs } = lineage.impact({ of: 'x' });

  assert.deepEqual(items(datasets), ['y certain']);
  assert.deepEqual(items(jobs), ['a certain', 'b certain']);
});

test('a name nobody knows is a 404 with the nearest ones', async () => {
  const lineage = await having(SPLIT);

  assert.throws(
    () => lineage.impact({ of: 'splt' }),
    (error: unknown) =>
      error instanceof UserError && error.status === 404 && error.message.includes('did you mean split'),
  );
});
