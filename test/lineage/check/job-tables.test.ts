import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { declaredTables } from '../../../lineage/check/declared-tables.ts';
import { type JobSql, JobTables } from '../../../lineage/check/job-tables.ts';

describe('declaredTables', () => {
  const CASES: readonly (readonly [sentence: string, sql: string, names: readonly string[]])[] = [
    ['names are completed by the session', "CREATE TABLE t (a INT) WITH ('connector' = 'x')", ['cat.db.t']],
    [
      'and by what the script uses',
      'USE other; CREATE TABLE t (a INT); USE CATALOG c2; CREATE TABLE u (a INT)',
      ['cat.other.t', 'c2.default.u'],
    ],
    ['a whole name is taken as it is', 'CREATE TABLE x.y.z (a INT)', ['x.y.z']],
    ['temporary tables end with their session', 'CREATE TEMPORARY TABLE t (a INT)', []],
    ['a broken statement hides no other', 'CREATE TABL t (a INT); CREATE TABLE u (a INT)', ['cat.db.u']],
    ['a script without DDL declares nothing', 'INSERT INTO a SELECT * FROM b', []],
  ];
  for (const [sentence, sql, names] of CASES) {
    test(sentence, () =>
      assert.deepEqual(
        declaredTables(sql, 'cat.db').map(({ name }) => name),
        names,
      ),
    );
  }

  test('columns are those of the DDL, and unknown where the DDL alone does not list them', () => {
    const sql = 'CREATE TABLE t (a INT, b AS a + 1); CREATE TABLE u (c INT) LIKE t; CREATE TABLE v AS SELECT 1 AS x';

    const columns = declaredTables(sql, null).map(({ table }) => table.columns);

    assert.deepEqual(columns, [['a', 'b'], null, null]);
  });
});

describe('JobTables', () => {
  const job = (name: string, sql: string | null): JobSql => ({ name, sql, session: 'cat.db' });

  test('follows what jobs declare, change and take away', async () => {
    const tables = new JobTables();

    await tables.refresh(() => [job('j', "CREATE TABLE t (a INT) WITH ('k' = 'v')")]);
    assert.deepEqual(tables.find('cat.db.t'), tables.find('db.t'));
    assert.deepEqual(tables.find('db.t'), { columns: ['a'], connector: null, options: new Map([['k', 'v']]) });
    await tables.refresh(() => [job('j', 'CREATE TABLE u (b INT)')]);
    assert.deepEqual([tables.find('db.t'), [...tables.names()]], [undefined, ['cat.db.u']]);
    await tables.refresh(() => []);
    assert.deepEqual([tables.find('db.u'), [...tables.names()]], [undefined, []]);
  });

  test('where jobs differ only that it exists is known, and one that goes leaves the other’s', async () => {
    const tables = new JobTables();
    const [one, two] = [job('one', "CREATE TABLE t (a INT) WITH ('k' = 'v')"), job('two', 'CREATE TABLE t (b INT)')];

    await tables.refresh(() => [one, two]);
    assert.deepEqual(tables.find('db.t'), { columns: null, connector: null, options: new Map() });
    await tables.refresh(() => [two]);
    assert.deepEqual(tables.find('db.t')?.columns, ['b']);
  });

  test('two refreshes at once read once', async () => {
    const tables = new JobTables();
    let reads = 0;
    const jobs = (): JobSql[] => {
      reads++;
      return Array.from({ length: 120 }, (_, i) => job(`j${i}`, `CREATE TABLE t${i} (a INT)`));
    };

    await Promise.all([tables.refresh(jobs), tables.refresh(jobs)]);

    assert.equal(reads, 1);
    assert.equal([...tables.names()].length, 120);
  });
});
