/** Versions of jobs: what was in force when, the graph of the past, and what changed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock } from '../../../model/clock.ts';
import { StoreAwayError, UserError } from '../../../model/errors.ts';
import { FakeState, having, jarJob, report, service, sqlJob, status, topicId, topicTable } from '../lineage-fixture.ts';

const HOUR = 3_600_000;
const sql = (source: string, columns = 'id, name'): string =>
  `${topicTable(source, 'id', 'name')}\n${topicTable('dst', 'id', 'name')}\nINSERT INTO dst (${columns})\nSELECT ${columns} FROM ${source}`;
const first = sqlJob('j', sql('a'), { ts: HOUR, jobId: 'r1', owner: 'ann', properties: { submitted_by: 'ci' } });
const second = sqlJob('j', sql('b'), { ts: 2 * HOUR, jobId: 'r2', owner: 'bob' });

describe('versions', () => {
  test('begin with every submission that differs, newest first', async () => {
    const lineage = await having(first, { ...first, ts: HOUR + 60_000, jobId: 'r1b' } as typeof first, second);

    const versions = lineage.versions('j');

    assert.deepEqual(
      versions.map(({ version, from, to, job_id, owner, by, reads, writes, changed }) => ({
        version,
        from,
        to,
        job_id,
        owner,
        by,
        reads,
        writes,
        changed,
      })),
      [
        {
          version: 2,
          from: 2 * HOUR,
          to: null,
          job_id: 'r2',
          owner: 'bob',
          by: null,
          reads: [topicId('b')],
          writes: [topicId('dst')],
          changed: ['sql', 'owner'],
        },
        {
          version: 1,
          from: HOUR,
          to: 2 * HOUR,
          job_id: 'r1',
          owner: 'ann',
          by: 'ci',
          reads: [topicId('a')],
          writes: [topicId('dst')],
          changed: ['first'],
        },
      ],
    );
    assert.deepEqual(
      versions.map(version => version.sql),
      [sql('b'), sql('a')],
    );
  });

  test('of two accounts of one submission are one', async () => {
    const client = sqlJob('j', sql('a'), { ts: 1000, owner: 'ann' });
    const listener = jarJob('j', ['a'], ['dst'], { ts: 4000, jobId: 'r1' });
    for (const events of [
      [client, listener],
      [listener, client],
    ]) {
      const [version, ...others] = (await having(...events)).versions('j');
      assert.deepEqual(others, []);
      assert.deepEqual([version?.sql, version?.job_id, version?.owner], [sql('a'), 'r1', 'ann']);
    }
  });

  test('that become known late take their place in time', async () => {
    const lineage = await having(second, first);

    assert.deepEqual(
      lineage.versions('j').map(({ from, to, reads }) => [from, to, reads]),
      [
        [2 * HOUR, null, [topicId('b')]],
        [HOUR, 2 * HOUR, [topicId('a')]],
      ],
    );
    assert.deepEqual(
      lineage.graph({ root: 'j', direction: 'up' }).edges.map(({ from }) => from),
      [topicId('b')],
    );
  });

  test('of jobs without SQL differ in what they read and write', async () => {
    const lineage = await having(
      jarJob('jar', ['a'], ['x'], { ts: HOUR }),
      jarJob('jar', ['b'], ['x'], { ts: 2 * HOUR }),
    );

    assert.deepEqual(
      lineage.versions('jar').map(({ changed }) => changed),
      [['reads'], ['first']],
    );
  });

  test('are the last fifty', async () => {
    const many = Array.from({ length: 60 }, (_, i) => jarJob('jar', [`t${i}`], [], { ts: (i + 1) * HOUR }));
    const versions = (await having(...many)).versions('jar');

    assert.deepEqual([versions.length, versions[0]?.version, versions.at(-1)?.version], [50, 60, 11]);
  });

  test('keep the hash of SQL that is too long to be kept', async () => {
    const long = `${sql('a')} -- ${'x'.repeat(300_000)}`;
    const lineage = await having(sqlJob('j', long, { ts: HOUR }), second);

    const [, old] = lineage.versions('j');

    assert.deepEqual([old?.sql, old?.sql_kept, old?.hash.length], [undefined, false, 64]);
    assert.equal(lineage.diff('j').complete, false);
    assert.deepEqual(lineage.diff('j').tables.removed, [{ id: topicId('a'), role: 'reads' }]);
  });

  test('survive a restart', async () => {
    const { lineage, state } = service();
    await lineage.accept([first, second, jarJob('other', ['a'], [])], 0);

    const again = service(state).lineage;
    await again.start();

    for (const job of ['j', 'other']) assert.deepEqual(again.versions(job), lineage.versions(job));
    assert.deepEqual(again.graph({ at: HOUR + 1 }), lineage.graph({ at: HOUR + 1 }));
  });

  test('of a job nobody knows are not found, and the nearest is named', async () => {
    const lineage = await having(first);

    assert.throws(
      () => lineage.versions('k'),
      (error: unknown) =>
        error instanceof UserError && error.status === 404 && error.message.includes('did you mean j?'),
    );
    assert.throws(
      () => lineage.diff('j', 1, 7),
      (error: unknown) => error instanceof UserError && error.message.includes('no version 7'),
    );
    assert.throws(() => lineage.diff('j'), UserError, 'there is nothing before the first version');
  });
});

describe('the graph as of a time', () => {
  const reads = (lineage: Awaited<ReturnType<typeof having>>, at?: number): string[] =>
    lineage
      .graph({ root: 'j', direction: 'up', ...(at === undefined ? {} : { at }) })
      .edges.map(({ from }) => from.slice(from.lastIndexOf('/') + 1));

  test('has what was read then', async () => {
    const lineage = await having(first, second);

    assert.deepEqual(reads(lineage), ['b']);
    assert.deepEqual(reads(lineage, HOUR), ['a']);
    assert.deepEqual(reads(lineage, 2 * HOUR - 1), ['a']);
    assert.deepEqual(reads(lineage, 2 * HOUR), ['b']);
    assert.deepEqual(reads(lineage, HOUR - 1), [], 'the job was not there yet');
  });

  test('says from when until when its edges were in force', async () => {
    const lineage = await having(first, second);

    const [then] = lineage.graph({ root: 'j', direction: 'up', at: HOUR }).edges;
    const [now] = lineage.graph({ root: 'j', direction: 'up', at: 3 * HOUR }).edges;

    assert.deepEqual(then?.valid, { from: HOUR, to: 2 * HOUR });
    assert.deepEqual(now?.valid, { from: 2 * HOUR, to: null });
  });

  test('finds a dataset that only the past knows', async () => {
    const lineage = await having(first, second);

    assert.throws(() => lineage.graph({ root: topicId('a') }), UserError);
    const { nodes } = lineage.graph({ root: topicId('a'), direction: 'down', at: HOUR });
    assert.deepEqual(
      nodes.map(({ id }) => id),
      ['job:j', topicId('a'), topicId('dst')],
    );
  });

  test('has the columns of then', async () => {
    const lineage = await having(first, sqlJob('j', sql('a', 'id'), { ts: 2 * HOUR, jobId: 'r2' }));

    const derived = (at: number): string[] =>
      lineage
        .graph({ root: 'j', columns: true, at })
        .edges.flatMap(({ to, type }) => (type === undefined ? [] : [to.slice(to.lastIndexOf('/') + 1)]));

    assert.deepEqual(derived(HOUR), ['dst#id', 'dst#name']);
    assert.deepEqual(derived(2 * HOUR), ['dst#id']);
  });

  test('has the state a job was in', async () => {
    const { lineage } = service();
    await lineage.accept([first, status('j', 'RUNNING', HOUR + 5), status('j', 'CANCELED', 2 * HOUR)], 0);

    const statusAt = (at: number) => lineage.graph({ root: 'j', depth: 0, at }).nodes[0]?.status;

    assert.deepEqual(
      [statusAt(HOUR), statusAt(HOUR + HOUR / 2), statusAt(2 * HOUR)],
      [undefined, 'RUNNING', 'CANCELED'],
    );
  });

  test('leaves other jobs as they are, and is what is now when nothing changed since', async () => {
    const lineage = await having(first, jarJob('k', ['dst'], ['end'], { ts: HOUR }), report('r', 'cleo', 'end'));

    const undated = lineage.graph({ at: 2 * HOUR }).edges.map(({ valid: _valid, ...edge }) => edge);

    assert.deepEqual(undated, lineage.graph({}).edges);
  });
});

describe('a job that moved to another topic', () => {
  test('is not said to read the old one because its metrics once did', async () => {
    const seen = { type: 'topic_read', ts: HOUR, jobName: 'j', topic: 'a' } as const;
    const run = {
      type: 'openlineage',
      ts: HOUR,
      event: {
        job: { name: 'j' },
        run: { runId: 'x' },
        inputs: [{ namespace: 'kafka://k1:9092', name: 'a' }],
        outputs: [],
      },
    } as const;
    for (const events of [
      [first, seen, run, second],
      [first, second, seen, run],
    ]) {
      const lineage = await having(...events);
      const { edges, nodes } = lineage.graph({ root: 'j', direction: 'up' });
      assert.deepEqual(
        edges.map(({ from }) => from),
        [topicId('b')],
      );
      assert.ok(nodes.every(node => node.conflicts === undefined));
    }
  });
});

describe('a diff', () => {
  test('tells tables, columns, options and lines, and whom it breaks', async () => {
    const before = `${topicTable('a', 'id', 'name')}
${topicTable('dst', 'id', 'name')}
INSERT INTO dst
SELECT id, UPPER(name)
FROM a`;
    const after = `${topicTable('a', 'id', 'name')}
${topicTable('dst', 'id', 'name').replace("'k1:9092')", "'k1:9092', 'sink.parallelism' = '4')")}
${topicTable('b', 'k')}
INSERT INTO dst (id)
SELECT k
FROM b`;
    const reader = sqlJob(
      'reader',
      `${topicTable('dst', 'id', 'name')} ${topicTable('end', 'x')} INSERT INTO end SELECT name FROM dst`.replaceAll(
        /\bend\b/g,
        'tail',
      ),
    );
    const lineage = await having(
      sqlJob('j', before, { ts: HOUR, jobId: 'r1' }),
      reader,
      report('daily', 'cleo', 'tail'),
      sqlJob('j', after, { ts: 2 * HOUR, jobId: 'r2' }),
    );

    const diff = lineage.diff('j', 1, 2);

    assert.deepEqual(diff.tables, {
      added: [{ id: topicId('b'), role: 'reads' }],
      removed: [{ id: topicId('a'), role: 'reads' }],
    });
    assert.deepEqual(diff.columns.removed, [topicId('dst#name')]);
    assert.deepEqual(diff.columns.added, []);
    assert.deepEqual(diff.columns.changed, [
      {
        column: topicId('dst#id'),
        before: { sources: [topicId('a#id')], functions: [], steps: [] },
        after: { sources: [topicId('b#k')], functions: [], steps: [] },
      },
    ]);
    assert.deepEqual(diff.options, [{ table: 'dst', option: 'sink.parallelism', before: null, after: '4' }]);
    assert.deepEqual(
      diff.sql.filter(({ op, line }) => op !== ' ' && !line.startsWith('CREATE')).map(({ op, line }) => op + line),
      ['-INSERT INTO dst', '-SELECT id, UPPER(name)', '-FROM a', '+INSERT INTO dst (id)', '+SELECT k', '+FROM b'],
    );
    assert.deepEqual(
      diff.breaks.map(({ node, column }) => [node, column]),
      [
        ['job:reader', topicId('dst#name')],
        ['report:daily', topicId('dst#name')],
      ],
    );
    assert.equal(diff.complete, true);
  });

  test('tells who needs a table that is written no more, unless somebody else writes it', async () => {
    const events = [
      jarJob('j', ['a'], ['x'], { ts: HOUR }),
      jarJob('j', ['a'], ['y'], { ts: 2 * HOUR }),
      report('daily', 'cleo', 'x'),
    ];
    const broken = (await having(...events)).diff('j').breaks.map(({ node }) => node);
    const kept = (await having(...events, jarJob('k', ['a'], ['x']))).diff('j').breaks;

    assert.deepEqual(broken, ['report:daily']);
    assert.deepEqual(kept, []);
  });

  test('of a version with itself is empty', async () => {
    const lineage = await having(first, second);

    const { tables, columns, options, sql: lines, breaks } = lineage.diff('j', 1, 1);

    assert.deepEqual(
      [tables, columns, options, lines, breaks],
      [{ added: [], removed: [] }, { added: [], removed: [], changed: [] }, [], [], []],
    );
  });
});

describe('a job that ended', () => {
  const DAY = 24 * HOUR;

  test('is shown as stopped, with when, and dropped after thirty days', async () => {
    const clock = new ManualClock(2 * HOUR);
    const { lineage, state, telemetry } = service(new FakeState(), clock);
    await lineage.start();
    await lineage.accept(
      [{ ...first, jobId: 'id-j' } as typeof first, status('j', 'CANCELED', 2 * HOUR), jarJob('k', ['dst'], ['x'])],
      0,
    );

    const [node] = lineage.graph({ root: 'j', depth: 0 }).nodes;
    assert.deepEqual([node?.stopped, node?.ended_at], [true, 2 * HOUR]);

    await clock.advance(29 * DAY);
    await lineage.accept([], 0);
    assert.ok(lineage.job('j'), 'still there');
    await clock.advance(2 * DAY);
    await lineage.accept([], 0);

    assert.equal(lineage.job('j'), null);
    assert.deepEqual(
      lineage.graph({}).nodes.map(({ id }) => id),
      ['job:k', topicId('dst'), topicId('x')],
    );
    for (const kind of ['job', 'job_version', 'job_id'] as const)
      assert.ok(
        [...(state.docs.get(kind)?.keys() ?? [])].every(id => id === 'k'),
        `${kind} documents are deleted`,
      );
    assert.match(await telemetry.registry.metrics(), /^tidewatch_lineage_forgotten_jobs_total 1$/m);
    await lineage.stop();
  });

  test('stays while a store that is away cannot take it, and goes then', async () => {
    const clock = new ManualClock(2 * HOUR);
    const { lineage, state } = service(new FakeState(), clock);
    await lineage.start();
    await lineage.accept([{ ...first, jobId: 'id-j' } as typeof first, status('j', 'FINISHED', 2 * HOUR)], 0);
    state.away = true;
    await clock.advance(31 * DAY);
    await assert.rejects(lineage.accept([], 0), StoreAwayError);
    assert.equal(lineage.job('j'), null);
    assert.ok(state.docs.get('job')?.has('j'));

    state.away = false;
    await lineage.accept([jarJob('k', [], ['x'])], 0);

    assert.deepEqual([...(state.docs.get('job')?.keys() ?? [])], ['k']);
    await lineage.stop();
  });
});
