/** Columns across jobs: where they come from, through which expressions, and how they look in the graph. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ColumnOrigin } from '../../../lineage/graph/answers.ts';
import { UserError } from '../../../model/errors.ts';
import { having, jarJob, report, sqlJob, topicId, topicTable } from '../lineage-fixture.ts';

const CLEAN = sqlJob(
  'clean',
  `${topicTable('ods', 'id', 'name', 'amount', 'kind')}
   ${topicTable('cleaned', 'id', 'label', 'amount')}
   INSERT INTO cleaned SELECT id, UPPER(TRIM(name)), amount FROM ods WHERE kind = 'x'`,
);
/** Its DDL calls the topic something else: the topic is what joins them. */
const SUM = sqlJob(
  'sum',
  `CREATE TABLE c (id STRING, label STRING, amount STRING) WITH ('connector' = 'kafka', 'topic' = 'cleaned', 'properties.bootstrap.servers' = 'k2:9092');
   ${topicTable('totals', 'label', 'total')}
   CREATE VIEW positive AS SELECT label AS l, CAST(amount AS BIGINT) AS a FROM c;
   INSERT INTO totals SELECT l, SUM(a) FROM positive GROUP BY l`,
);

/** `dataset#column <- sources | functions`, topics by their names. */
function told({ dataset, column, sources, functions, open, job }: ColumnOrigin): string {
  const name = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
  const from = sources.map(s => `${name(s.dataset)}#${s.column}${s.roles ? `(${s.roles.join('+')})` : ''}`).join(' ');
  return `${job} ${name(dataset)}#${column} <- ${from}${open ? ' ?' : ''} | ${functions.join(' ')}`;
}

test('a column is followed down to the sources, across jobs whose tables have other names', async () => {
  const lineage = await having(CLEAN, SUM);

  const answer = lineage.columns({ of: 'totals', column: 'total' });

  assert.deepEqual(answer.columns.map(told), [
    'job:sum totals#total <- cleaned#amount cleaned#label(group) | SUM',
    'job:clean cleaned#amount <- ods#amount ods#kind(filter) | ',
    'job:clean cleaned#label <- ods#name ods#kind(filter) | TRIM UPPER',
  ]);
  assert.deepEqual(answer.columns[0]?.steps, ['CAST(amount AS BIGINT)', 'SUM(a)']);
  assert.deepEqual(answer.base.map(({ column }) => column).sort(), ['amount', 'kind', 'name']);
  assert.equal(answer.truncated, false);
});

test('depth ends the way down, and what lies behind is no base column', async () => {
  const lineage = await having(CLEAN, SUM);

  const { columns, base } = lineage.columns({ of: 'totals', column: 'label', depth: 1 });

  assert.deepEqual(columns.map(told), ['job:sum totals#label <- cleaned#label cleaned#label(group) | ']);
  assert.deepEqual(base, []);
});

test('a job gives the columns it writes, a report those of what it reads', async () => {
  const lineage = await having(CLEAN, SUM, report('daily', 'ann', 'totals'));

  const ofJob = lineage.columns({ of: 'job:clean', depth: 1 }).columns.map(({ column }) => column);
  const ofReport = lineage.columns({ of: 'daily', depth: 1 }).columns.map(({ column }) => column);

  assert.deepEqual(ofJob, ['amount', 'id', 'label']);
  assert.deepEqual(ofReport, ['label', 'total']);
});

describe('a computed column', () => {
  const sql = `CREATE TABLE ods (id STRING, millis BIGINT, at_time AS TO_TIMESTAMP_LTZ(millis, 3), pt AS PROCTIME()) WITH ('connector' = 'kafka', 'topic' = 'ods', 'properties.bootstrap.servers' = 'k1:9092');
    ${topicTable('dst', 'seen')} INSERT INTO dst SELECT at_time FROM ods`;

  test('comes from the columns of its own table, by its expression', async () => {
    const { columns, base } = (await having(sqlJob('j', sql))).columns({ of: 'dst', column: 'seen' });

    assert.deepEqual(columns.map(told), [
      'job:j dst#seen <- ods#at_time | ',
      'job:j ods#at_time <- ods#millis | TO_TIMESTAMP_LTZ',
    ]);
    assert.deepEqual(columns[1]?.steps, ['TO_TIMESTAMP_LTZ(millis, 3)']);
    assert.deepEqual(base, [{ dataset: topicId('ods'), column: 'millis' }]);
  });

  test('hands on what hits the columns it comes from', async () => {
    const answer = (await having(sqlJob('j', sql))).impact({ of: 'ods', column: 'millis' });

    assert.deepEqual(
      answer.columns.map(({ dataset, column }) => `${dataset}#${column}`),
      [topicId('dst#seen'), topicId('ods#at_time')],
    );
    assert.deepEqual(
      answer.jobs.map(({ certainty }) => certainty),
      ['certain'],
    );
  });
});

describe('what cannot be known is open, not guessed', () => {
  test('a star over a table nobody declared', async () => {
    const lineage = await having(sqlJob('copy', 'INSERT INTO dst SELECT * FROM src WHERE k = 1'));

    const { columns } = lineage.columns({ of: 'dst', column: 'a' });

    assert.deepEqual(columns.map(told), ['job:copy dst#a <- src#k(filter) ? | ']);
  });

  test('a job of which only the tables are known', async () => {
    const lineage = await having(jarJob('jar', ['in'], ['out']));

    const { columns } = lineage.columns({ of: 'out', column: 'a' });

    assert.deepEqual(columns.map(told), ['job:jar out#a <-  ? | ']);
    assert.equal(columns[0]?.evidence, 'declared');
  });
});

test('a column a declared table does not have is not found, and the nearest is named', async () => {
  const lineage = await having(CLEAN);

  assert.throws(
    () => lineage.columns({ of: 'cleaned', column: 'lable' }),
    (error: unknown) => error instanceof UserError && error.status === 404 && error.message.includes('label'),
  );
});

describe('the graph with columns', () => {
  test('has nodes of columns, and edges between them that say how', async () => {
    const lineage = await having(CLEAN);

    const { nodes, edges } = lineage.graph({ root: 'clean', columns: true });

    const columns = nodes.filter(node => node.kind === 'column');
    assert.deepEqual(
      columns.map(({ id }) => id),
      ['cleaned#amount', 'cleaned#id', 'cleaned#label', 'ods#amount', 'ods#id', 'ods#kind', 'ods#name'].map(topicId),
    );
    assert.ok(columns.every(({ dataset, id }) => id.startsWith(`${dataset}#`)));
    const derived = edges.filter(edge => edge.type !== undefined);
    assert.deepEqual(
      derived.map(({ from, to, type, roles, job }) => [from, to, type, roles, job]),
      [
        [topicId('ods#amount'), topicId('cleaned#amount'), 'value', undefined, 'job:clean'],
        [topicId('ods#id'), topicId('cleaned#id'), 'value', undefined, 'job:clean'],
        [topicId('ods#kind'), 'job:clean', 'control', ['filter'], 'job:clean'],
        [topicId('ods#name'), topicId('cleaned#label'), 'value', undefined, 'job:clean'],
      ],
    );
  });

  test('has neither without being asked', async () => {
    const lineage = await having(CLEAN);

    const { nodes, edges } = lineage.graph({ root: 'clean' });

    assert.ok(nodes.every(node => node.kind !== 'column'));
    assert.ok(edges.every(edge => edge.type === undefined));
  });

  test('has the types that table records tell', async () => {
    const lineage = await having(
      {
        type: 'table',
        ts: 1,
        name: 'dw.ods',
        connector: 'kafka',
        options: { topic: 'ods', 'properties.bootstrap.servers': 'k1:9092' },
        schema: [{ name: 'id', type: 'BIGINT' }],
      },
      sqlJob('copy', 'INSERT INTO dw.dst SELECT id FROM dw.ods'),
    );

    const { nodes } = lineage.graph({ root: 'copy', columns: true });

    assert.equal(nodes.find(node => node.id === topicId('ods#id'))?.type, 'BIGINT');
  });

  test('takes names with dots and backticks as one column', async () => {
    const sql = `CREATE TABLE ods (\`a.b\` STRING, \`c\`\`d\` STRING) WITH ('connector' = 'kafka', 'topic' = 'ods', 'properties.bootstrap.servers' = 'k1:9092');
      ${topicTable('dst', 'x', 'y')}
      INSERT INTO dst SELECT \`a.b\`, \`c\`\`d\` FROM ods`;
    const lineage = await having(sqlJob('j', sql));

    const { columns } = lineage.columns({ of: 'dst' });

    assert.deepEqual(
      columns.flatMap(({ sources }) => sources.map(({ column }) => column)),
      ['a.b', 'c`d'],
    );
  });
});
